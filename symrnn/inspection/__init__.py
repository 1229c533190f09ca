"""A trained net inspected: what its weights allow, and what its data make of its gradients.

`files` reads weights and data, `bounds` takes a step's norm apart, `findings` measures, `report`
says it in text and as a document.
"""

from symrnn.inspection.files import Net, read_net
from symrnn.inspection.findings import Findings, inspect

__all__ = ["Findings", "Net", "inspect", "read_net"]

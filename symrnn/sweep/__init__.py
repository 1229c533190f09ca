"""Sweeps: thousands of nets over cells and parameters, measured side by side, kept in one dataset.

`spec` reads what is to be measured, `design` lays out the points, `net` draws and measures one,
`store` keeps the rows, `sharing` has the work done, `picture` draws what was found.
"""

from symrnn.sweep.design import Point, points
from symrnn.sweep.sharing import Outcome, run
from symrnn.sweep.spec import Spec, read_spec
from symrnn.sweep.store import read_results

__all__ = ["Outcome", "Point", "Spec", "points", "read_results", "read_spec", "run"]

"""What a library's functions keep of a formula: its own may lose more than NumPy's, which chose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from symrnn.numeric.stable.measure import DTYPES, Reference, points
from symrnn.numeric.stable.pieces import pieces
from symrnn.numeric.stable.plan import NOTED, Plan, exact_forms, plan, stretches

Array = NDArray[Any]


def kept(expression: Expr, function: Callable[[Array], Array], least: float = 1) -> Plan:
    """What a function of some library keeps of a formula in `X`, measured as `plan` is.

    Args:
        expression: the formula.
        function: computes it, on arrays of float32 and float64.
        least: values below so many smallest normal numbers are not measured.

    Returns:
        What `plan` says of its form, or more where the library loses more.
    """
    planned = plan(expression)
    if planned.worst is None:
        return planned
    worst, where = dict(planned.worst), dict(planned.where)
    for part, low, high in stretches(pieces(expression)):
        x = points()
        x = x[(x > float(low)) & (x < float(high))]
        reference = Reference(exact_forms(part), x)
        for dtype in DTYPES:
            kind, info = dtype.name, np.finfo(dtype)
            given = (np.abs(x) <= float(info.max) / 4) & (np.abs(x) >= 4 * float(info.tiny))
            given |= x == 0
            values = np.zeros_like(x)
            values[given] = function(x[given].astype(dtype))
            given[given] = x[given].astype(dtype) == x[given]
            given &= (np.abs(reference.high) >= least * float(info.tiny)) | (reference.high == 0)
            ulps = np.nan_to_num(reference.of_values(values, dtype, given), nan=0.0, posinf=np.inf)
            worst[kind] = max(worst[kind], float(ulps.max(initial=0.0)))
            if (lost := x[ulps > NOTED]).size:
                ends = where.get(kind, (np.inf, -np.inf))
                where[kind] = (min(ends[0], lost.min()), max(ends[1], lost.max()))
    return Plan(expression, worst, where)

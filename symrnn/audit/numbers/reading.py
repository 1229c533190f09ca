"""How what a document leaves open may be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """How what a document leaves open is read.

    Args:
        layout: "numerator" or "denominator".
        gradient: a scalar's derivative by a vector or a matrix has the shape of the variable, and
            not the layout's.
        later: on which side of a product over times the later factors stand, "left" or "right".
        immediate: the derivatives by parameters on the right side are immediate ones.
        immediate_left: those on the left side.
        immediate_named: those that the document gives a name.
        along: "total"; "block" (the other states at that time are held); "direct" (all else is).
        transposed: a scalar's derivative by a matrix has the transposed shape of the matrix, though
            those by vectors are columns.
        own: a scalar's derivatives by parameters have their shapes, where those by states are rows.
        columns: what names a scalar's derivative by a state is a column, where those that are
            written out are rows.
        held: the quantities that are held at the step of what is differentiated.
        near: a product sign reaches to the last factor with its index, and not to the end.
    """

    layout: str = "numerator"
    gradient: bool = True
    later: str = "left"
    immediate: bool = False
    immediate_left: bool = False
    immediate_named: bool = False
    along: str = "total"
    near: bool = False
    transposed: bool = False
    own: bool = False
    columns: bool = False
    held: tuple[str, ...] = ()

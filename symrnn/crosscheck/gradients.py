"""`check_gradients`: a backward pass of anybody's against the derived one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.asked import Asked, as_cell, asked
from symrnn.crosscheck.calling import Code
from symrnn.crosscheck.diagnosis import Diagnosis, diagnose
from symrnn.crosscheck.frameworks import torch_module
from symrnn.crosscheck.independent import along_directions
from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.large import BUDGET, Listener, compared, gradients, tried
from symrnn.crosscheck.packing import Packed, Stacked
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.report import AGREES, DIFFERS, Report, Row
from symrnn.crosscheck.returned import Returned
from symrnn.crosscheck.roles import named_by_role
from symrnn.crosscheck.rows import not_finite, of_integers, rows_of
from symrnn.crosscheck.tolerance import LEAST, MARGIN, precision, shaken
from symrnn.errors import CodeError, DisagreementError, IllFormedError

Array = NDArray[Any]

SMALL = ((1, 2, 0), (2, 2, 0), (3, 3, 1), (4, 2, 0))
"""Steps, batch and how much larger the nets are at which a slip is looked for."""


def check_gradients(
    cell: Any,
    backward: Any,
    *,
    loss: str | None = None,
    reduction: str = "sum",
    last: bool = False,
    output: str | None = None,
    sizes: Mapping[str, int] | None = None,
    steps: int = 5,
    batch: int | None = 2,
    layout: str = "time",
    names: Mapping[str, Stacked | Packed] | None = None,
    transposed: bool | Iterable[str] = False,
    order: Iterable[str] | None = None,
    dtype: Any = "float64",
    initial: bool = True,
    scalars: Mapping[str, float] | None = None,
    at: Mapping[str, Any] | None = None,
    seed: int = 0,
    timeout: float | None = 60.0,
    pairs: bool = True,
    budget: int = BUDGET,
    progress: Listener | None = None,
) -> Report:
    """Compare gradients that code computes with the derived ones, and name the slip.

    Args:
        cell: a `Cell`, the name of one that comes along, the text of one, or a TOML file.
        backward: what is checked. A function; its arguments are found by their names (those of the
            parameters, `x`, `h0`, `params` for a dict of all, and for the loss's data `targets`,
            `classes`, or `dh` for the gradients that arrive), else it is called as
            `backward(parameters, inputs, initial, data)`. It returns gradients in a dict, an
            object's attributes, or a tuple whose order is stated, also as `(loss, gradients)`;
            names may have a `d` in front. A torch module or `symrnn.crosscheck.frameworks`
            adapters of torch and jax functions. Or a dict of arrays already computed, with `at`.
        loss: that of the cell, where it has one, squared or a cross-entropy; else "linear",
            Σ_t ⟨g_t, y_t⟩ with given g, the gradients that arrive at the outputs; "squared",
            Σ_t ½‖y_t - target_t‖²; "cross_entropy" of softmax(y_t) and classes.
        reduction: "sum" over time and batch, or the mean over "batch", "time", or both ("mean").
        last: whether the loss is of the last step alone.
        output: the vector that the loss reads; without it the one that nothing else reads.
        sizes: of the net, by the cell's letters; 3, 2, 4, … otherwise.
        steps, batch: T and B; `batch=None` for single sequences without a batch axis.
        layout: "time": inputs (T, B, m), states (B, d), biases (d,); "batch": inputs (B, T, m);
            "columns": inputs (T, m, B), states (d, B), biases (d, 1).
        names: the code's arrays by their names, where those are not the cell's, and do not say what
            they are of (Wxh takes x to h, bh is added in h): `{"Wx": "U"}`;
            `{"W_ih": ("U_i", "U_f", "U_g", "U_o")}` for gates stacked in rows, a tuple of tuples
            for blocks side by side. What is named a second time is added to the first, as two
            biases are: it is 0 there and has the same gradient.
        transposed: names of the code's arrays that are the transposes, (in, out) for (out, in), as
            where states are rows; True for all matrices.
        order: names in the order of a returned tuple.
        dtype: of the arrays that the code is given.
        initial: whether the initial state is drawn, or 0.
        scalars: numbers for the cell's scalars.
        at: numbers instead of random ones: "parameters", "inputs", "initial", "data", laid out as
            the code has them.
        seed: of the random nets.
        timeout: seconds for one call.
        pairs: whether pairs of slips are looked for.
        budget: bytes that the vectors of a large net may take at a time, 512 MiB by default.
        progress: called with what is done, how far, of how much, where a net is large.

    A large net (d = 512, T = 200) is compared once, every entry; slips are looked for at small
    ones. There the derived gradient is held against the complex step along one random direction.

    Returns:
        A report: true where everything agrees; printed, a table with the slip. Faults of the code
        (it raises, is random, changes its arguments, returns NaN or wrong shapes) are in it.

    Raises:
        IllFormedError: arguments that do not fit.
        DisagreementError: the derived gradients do not agree with the complex step.
    """
    of = as_cell(cell)
    if names is None and callable(backward):
        names = named_by_role(of, backward)
    known = asked(
        of, loss=loss, reduction=reduction, last=last, output=output, sizes=sizes,
        steps=steps, batch=batch, layout=layout, names=names, transposed=transposed, dtype=dtype,
        initial=initial, scalars=scalars, at=at, seed=seed,
    )  # fmt: skip
    if isinstance(backward, Mapping):
        if at is None:
            raise IllFormedError(
                "gradients that are already computed", {"expected": "at={…}: where", "got": "none"}
            )
        arrays = dict(backward)
        function: Callable[..., Any] = lambda parameters, inputs, initial, data: arrays  # noqa: E731
        return _Checked(known, known.code(function, "arrays", order, None), fixed=True).report()
    adapted = adapter_of(backward)
    if adapted is not None:
        known, backward = adapted(known)
    if not isinstance(budget, int) or isinstance(budget, bool) or budget < 1:
        raise IllFormedError("budget", {"expected": "a number of bytes", "got": repr(budget)})
    if progress is not None and not callable(progress):
        raise IllFormedError("progress", {"expected": "a function", "got": repr(progress)})
    if not callable(backward):
        raise IllFormedError(
            "backward", {"expected": "a function, or a dict of arrays", "got": repr(backward)}
        )
    code = known.code(backward, "backward", order, timeout)
    fixed = at is not None and not known.free
    listen = progress or _silent
    return _Checked(known, code, fixed, pairs, budget, listen).report()


def _silent(what: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


def adapter_of(code: Any) -> Callable[..., tuple[Asked, Any]] | None:
    """What makes a function of what a framework has; None for what is a function already."""
    found = getattr(code, "adapted", None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(code).__mro__}
    return torch_module(code).adapted if "torch.nn.modules.module.Module" in kinds else None


@dataclass
class _Checked:
    known: Asked
    code: Code
    fixed: bool = False
    pairs: bool = True
    budget: int = BUDGET
    listen: Listener = _silent

    def report(self) -> Report:
        """The whole of it."""
        point = self.known.point()
        if self.known.is_large:
            return self._of_large(point)
        try:
            returned = self.code.returned(self.code(point), point)
            repeated = None if self.fixed else self._repeated(point, returned)
        except CodeError as error:
            return self._report((), fault=str(error))
        if repeated is not None:
            return self._report((), fault=repeated)
        rows, instance, incomparable = self._compared(point, returned)
        if instance is not None and not instance.wrong and not incomparable and not self.fixed:
            # Once more at another net, other numbers of steps and sequences.
            other = self._elsewhere(self.known.other(1))
            if isinstance(other, str):
                return self._report((), fault=other)
            if other is not None and other.wrong:
                rows = [*rows_of(other)]
                instance = other
        if all(row.agrees for row in rows):
            return self._report(rows, notes=self._notes(returned))
        if incomparable or instance is None:
            return self._report(rows, notes=self._first_not_finite(point, rows))
        single = self._in_float32(instance, point, returned)
        if single is not None:
            return self._report(rows, notes=(single,))
        return self._report(rows, diagnosis=self._diagnosed(instance), notes=of_integers(returned))

    def _of_large(self, point: Point) -> Report:
        """One comparison, every entry; slips are looked for at small nets."""
        program = self.known.program
        try:
            self.listen(self.code.name, 0, 1)
            returned = self.code.returned(self.code(point), point)
            theirs, shapes = self.code.ours(returned, point)
        except CodeError as error:
            return self._report((), fault=str(error))
        self.listen(self.code.name, 1, 1)
        theirs = {n: v for n, v in theirs.items() if n.rpartition(":")[2] not in program.inputs}
        right = gradients(program, point, self.listen, self.budget)
        eps = max(returned.eps, precision(self.code.packing.dtype))
        off, moved = tried(program, point, eps, self.listen, self.budget)
        if off is not None and not off <= max(1e-9, 1e3 * max(moved.values(), default=0.0)):
            raise DisagreementError(
                "the derived gradients disagree with the complex step",
                {"relative": f"{off:.2g}", "cell": program.cell.text},
            )
        allowed = {n: max(MARGIN * max(eps, by), LEAST) for n, by in moved.items()}
        fine = {n: v for n, v in theirs.items() if np.isfinite(v).all()}
        rows = compared(right, fine, allowed)
        rows += [Row(n, not_finite(v)) for n, v in theirs.items() if n not in fine]
        rows += [Row(name, f"has the {words}") for name, words in shapes.items()]
        missing = [n for n in self.code.packing.arrays if n not in returned.arrays]
        rows += [Row(name, "is missing from what was returned") for name in missing]
        note = "derived gradients agree to {} with the complex step, in all directions at once"
        notes = () if off is None else (note.format(f"{off:.0e}"),)
        if all(row.agrees for row in rows) or len(fine) < len(theirs) or shapes or missing:
            return self._report(rows, notes=notes)
        small = [each for each in self._small() if set(each.names) == set(theirs)]
        found = diagnose(small, self.pairs) if any(each.wrong for each in small) else None
        return self._report(rows, diagnosis=found, notes=notes)

    def _report(self, rows: Iterable[Row], **more: Any) -> Report:
        program = self.known.program
        own = {sequence.label for sequence in program.cell.order}
        legend = {v.label: said for v, said in program.said.items() if v.label not in own}
        return Report(
            "gradients", self.code.name, program.cell.name, self.known.words, tuple(rows),
            legend=legend, **more,
        )  # fmt: skip

    def _repeated(self, point: Point, first: Returned) -> str | None:
        """Whether a second call gives the same."""
        second = self.code.returned(self.code(point), point)
        for name, value in first.arrays.items():
            again = second.arrays.get(name)
            if again is None or again.shape != value.shape:
                return f"{self.code.name} returns something else at a second call: {name}"
            if np.array_equal(again, value, equal_nan=True):
                continue
            gap = float(np.max(np.abs(again - value), initial=0.0))
            scale = float(np.max(np.abs(value), initial=0.0))
            if gap <= 1e3 * first.eps * max(scale, 1e-30):
                continue  # sums in another order
            grown = float(np.max(np.abs(again - 2 * value), initial=0.0))
            if grown <= 1e3 * first.eps * scale:
                return (
                    f"{self.code.name} adds up over calls: a second call with the same arguments"
                    f" returns twice the gradient {name}\n  do  set gradients to 0 at the start"
                )
            return (
                f"{self.code.name} is not a function of its arguments: a second call returns"
                f" another gradient {name}, off by {gap / max(scale, 1e-300):.2g}\n"
                "  do  draw random numbers from a seed that is given; carry no state over calls"
            )
        return None

    def _compared(
        self, point: Point, returned: Returned
    ) -> tuple[list[Row], Instance | None, bool]:
        """The rows, an instance of what can be compared, and whether something can not."""
        theirs, shapes = self.code.ours(returned, point)
        missing = [n for n in self.code.packing.arrays if n not in returned.arrays]
        spoiled = {n: v for n, v in theirs.items() if not np.isfinite(v).all()}
        fine = {n: v for n, v in theirs.items() if n not in spoiled}
        rows = []
        instance = None
        if fine:
            eps = max(returned.eps, precision(self.code.packing.dtype))
            instance = Instance(self.known.program, point, fine, eps, self.code.packing.held)
            self.known.require_finite(instance.run)
            rows += rows_of(instance)
            if point.parameters and all(v.size for v in fine.values()):
                rows = self._with_complex_step(rows, instance)
        if returned.loss is not None:
            rows.append(self._loss_row(point, returned.loss, returned.eps))
        rows += [Row(name, f"has the {words}") for name, words in shapes.items()]
        rows += [Row(name, not_finite(value)) for name, value in spoiled.items()]
        rows += [Row(name, "is missing from what was returned") for name in missing]
        return rows, instance, bool(shapes or spoiled or missing)

    def _loss_row(self, point: Point, loss: float, eps: float) -> Row:
        run = self.known.program.run(point)
        value = float(point.value(run.sequence))
        off = abs(loss - value) / max(abs(value), 1e-300)
        allowed = max(1e3 * max(eps, precision(self.code.packing.dtype)), 1e-9)
        return Row("loss", AGREES if off <= allowed else DIFFERS, off, None, allowed)

    def _with_complex_step(self, rows: list[Row], instance: Instance) -> list[Row]:
        """A second opinion on each row, and on the derived gradient itself."""
        program, point = self.known.program, instance.point
        found = []
        for row in rows:
            name = row.name.rpartition(":")[2]
            if name in program.inputs:
                found.append(row)
                continue
            right, mine = instance.right[row.name], instance.theirs[row.name]
            seen = along_directions(program, point, name, (right, mine))
            if seen is None:
                found.append(row)
                continue
            derived, theirs = seen
            if not derived <= 1e-9:
                raise DisagreementError(
                    f"the derived gradient of {name} disagrees with the complex step",
                    {"relative": f"{derived:.2g}", "cell": program.cell.text},
                )
            found.append(replace(row, complex_step=theirs))
        return found

    def _elsewhere(self, point: Point) -> Instance | str | None:
        """The gradients in question at another net; None where the code does not take it."""
        try:
            returned = self.code.returned(self.code(point), point)
        except CodeError as error:
            return str(error)
        theirs, shapes = self.code.ours(returned, point)
        if shapes or not all(np.isfinite(v).all() for v in theirs.values()):
            return None
        eps = max(returned.eps, precision(self.code.packing.dtype))
        return Instance(self.known.program, point, theirs, eps, self.code.packing.held)

    def _diagnosed(self, instance: Instance) -> Diagnosis:
        """The slip, looked for at small nets and at the caller's own, in float64."""
        instances = [] if self.fixed else list(self._small())
        given = [*instances, instance]
        # Nets at which fewer arrays came back say less.
        names = frozenset(instance.names)
        return diagnose([each for each in given if names == frozenset(each.names)], self.pairs)

    def _small(self) -> Iterator[Instance]:
        code = self.code
        in_double = replace(code, packing=replace(code.packing, dtype=np.dtype(np.float64)))
        for number, (steps, batch, grown) in enumerate(SMALL):
            point = self.known.small.other(number + 2, steps, batch, grown)
            try:
                returned = in_double.returned(in_double(point), point)
                theirs, shapes = in_double.ours(returned, point)
            except (CodeError, IllFormedError):
                continue
            if shapes or not all(np.isfinite(v).all() for v in theirs.values()):
                continue
            yield Instance(self.known.program, point, theirs, returned.eps, self.code.packing.held)

    def _in_float32(self, instance: Instance, point: Point, returned: Returned) -> str | None:
        """Numbers that have the digits of float32 alone, because all is rounded to it."""
        if self.fixed or instance.eps > 1e-9 or instance.point is not point:
            return None
        eps = precision(np.float32)
        coarse = Instance(instance.program, point, instance.theirs, eps)
        if coarse.wrong:
            return None
        rng = np.random.default_rng(point.seed)
        nearby = shaken(point, 1e-12, rng)
        try:
            again = self.code.returned(self.code(nearby), nearby)
        except CodeError:
            return None
        same = all(np.array_equal(returned.arrays[n], v) for n, v in again.arrays.items())
        if same:
            return (
                "they agree to the rounding of float32: the code computes in float32, whatever it"
                " is given (moved by 1e-12, its arguments give the same bits)"
            )
        return "they agree to the rounding of float32, not to that of float64"

    def _notes(self, returned: Returned) -> tuple[str, ...]:
        given = precision(self.code.packing.dtype)
        if returned.eps > 2 * given:
            return ("returned in a coarser dtype than given; compared as such",)
        return ()

    def _first_not_finite(self, point: Point, rows: Iterable[Row]) -> tuple[str, ...]:
        """From how many steps on the code's gradients are not finite."""
        if self.fixed or not any("finite" in row.verdict for row in rows):
            return ()
        for steps in range(1, point.steps + 1):
            cut = point.cut(steps)
            try:
                returned = self.code.returned(self.code(cut), cut)
            except CodeError:
                return ()
            bad = [n for n, v in returned.arrays.items() if not np.isfinite(v).all()]
            if bad:
                return (
                    f"first not finite with T = {steps}"
                    + (": " if steps > 1 else ", at the first step: ")
                    + ", ".join(bad),
                )
        return ()

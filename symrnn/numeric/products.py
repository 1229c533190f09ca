"""Products of a cell's step Jacobians: ∂s_t/∂s_k, its products with vectors, and its norms.

Small ones are multiplied out, compiled or pair by pair; for large ones, and for products with
vectors, the tangents of the definitions or their adjoint are run, and no Jacobian is formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import arguments
from symrnn.numeric.forward import LOOKED_AT, Forward
from symrnn.numeric.loop_passes import LoopPasses
from symrnn.numeric.run import Run
from symrnn.numeric.runtime import product_of
from symrnn.numeric.step_jacobians import StepJacobians
from symrnn.numeric.thresholds import thresholds
from symrnn.numeric.vanishing import identity, require_kept

Array = NDArray[Any]

PAIRED_SIZE = 32
"""Size of the state up to which step Jacobians are multiplied out in pairs: beyond, one matrix
product costs more than the call of it."""

SCALED = "scaled products: symrnn.numeric.horizon"


class Products(Forward):
    """The Jacobians of the whole state of a cell over many steps."""

    @cached_property
    def step_jacobians(self) -> StepJacobians:
        """∂s_j/∂s_{j-1} as a function; `source` is its code."""
        return StepJacobians(self.derived)

    def factors(self, run: Run, first: int, last: int) -> Array:
        """∂s_j/∂s_{j-1} for j = first … last, (last-first+1, …, Σn, Σn).

        Raises:
            IllFormedError: unless 1 ≤ first ≤ last ≤ T.
            RangeError: a factor overflows.
        """
        arguments.times(run.steps, last, first - 1)  # the first factor reads s_{first-1}
        if first > last:
            raise IllFormedError(
                "times out of range",
                {"expected": "first ≤ last", "got": f"first={first}, last={last}"},
            )
        with np.errstate(**LOOKED_AT):
            found = self.step_jacobians(run, first, last)
        arguments.in_range("∂s_j/∂s_{j-1}", [found], SCALED)
        return found

    def jacobian(self, run: Run, t: int, k: int) -> Array:
        """∂s_t/∂s_k of the whole state, (…, Σn, Σn), numerator layout.

        Raises:
            IllFormedError: unless 0 ≤ k ≤ t ≤ T.
            RangeError: the product overflows, or underflows as a whole.
        """
        arguments.times(run.steps, t, k)
        with np.errstate(**LOOKED_AT):
            result = self._multiplied(run, t, k) if t > k else identity(run)
        arguments.in_range("∂s_t/∂s_k", [result], SCALED)
        require_kept(self, run, (t, k), "∂s_t/∂s_k", result, SCALED)
        return np.array(result)

    def _multiplied(self, run: Run, t: int, k: int) -> Array:
        """The product of the step Jacobians: compiled or in pairs where they are small."""
        engine = self._product_engine(run)
        if engine is not None:
            # Compiled it costs nothing to begin with I; else that is a product of matrices.
            own = k if engine.compiled else k + 1
            start = self.factors(run, own, own)[0] if own > k else identity(run)
            if t == own:
                return start
            part = run.between(own, t)
            found = engine.multiplied(part.weights, part.rows, run.parts(start, axis=-2))
            return run.whole(found, axis=-2)
        result = None
        for first, last in run.chunks(k + 1, t):
            F = self.factors(run, first, last)
            for factor in [product_of(F)] if run.size <= PAIRED_SIZE else F:
                result = factor if result is None else factor @ result
        return np.asarray(result)

    def _product_engine(self, run: Run) -> LoopPasses | None:
        """The loop that a product of step Jacobians is multiplied by; None where none serves."""
        engine, word = self._loops, "loop"
        wanted = self.planned and run.size > PAIRED_SIZE
        if self.compiled and run.size <= thresholds().compiled_size:
            engine, word, wanted = self._compiled_loops, "numba", True
        serves = wanted and engine.runs(run.weights) and engine.pushes("jacobian")
        self.ran["jacobian"] = word if serves else "definitions"
        return engine if serves else None

    def jvp(self, run: Run, t: int, k: int, tangent: Any) -> Any:
        """(∂s_t/∂s_k) u of the whole state without its Jacobian.

        Args:
            run: a forward pass.
            t, k: times, 0 ≤ k ≤ t ≤ T.
            tangent: u, (…, Σn); axes in front of the run's batch are directions. Or by the name of
                the part of the state, (…, n); 0 where nothing is given.

        Returns:
            As u was given.

        Raises:
            ShapeError, IllFormedError: u does not fit the run; times out of order.
            RangeError: the product overflows, or underflows as a whole.
        """
        return self._product("jvp", "tangent", run, t, k, tangent)

    def vjp(self, run: Run, t: int, k: int, cotangent: Any) -> Any:
        """(∂s_t/∂s_k)ᵀ v of the whole state, without its Jacobian; see `jvp`."""
        return self._product("vjp", "cotangent", run, t, k, cotangent)

    def _product(self, name: str, word: str, run: Run, t: int, k: int, given: Any) -> Any:
        arguments.times(run.steps, t, k)
        v = self.whole(word, given, run)
        result = v
        if t > k:
            moved = self._pushed if name == "jvp" else self._pulled
            with np.errstate(**LOOKED_AT):
                result = moved(run, t, k, v)
        what, side = f"the {name} of ∂s_t/∂s_k", "right" if name == "jvp" else "left"
        arguments.in_range(what, [result], SCALED)
        require_kept(self, run, (t, k), what, result, SCALED, (side, v))
        result = np.array(result)
        return run.parts(result) if isinstance(given, Mapping) else result

    def _pulled(self, run: Run, t: int, k: int, v: Array) -> Array:
        part = _beside(run.between(k, t), v)
        engine = self._engine("vjp", part.weights)
        _, found, _ = engine.backward(
            part.weights, part.rows, {}, run.parts(v), summed=True, inputs=False, parameters=False
        )
        return run.whole(found)

    def _pushed(self, run: Run, t: int, k: int, u: Array) -> Array:
        part = _beside(run.between(k, t), u)
        engine = self._engine("jvp", part.weights)
        if isinstance(engine, LoopPasses) and engine.pushes("tangent"):
            found = engine.pushed(part.weights, part.rows, run.parts(u))
            return run.whole(found)
        self.ran["jvp"] = "definitions"
        for first, last in run.chunks(k + 1, t):
            for F in self.factors(run, first, last):
                u = (F @ u[..., None])[..., 0]
        return u

    def norms(self, run: Run, t: int | None = None) -> Array:
        """‖∂s_t/∂s_k‖₂ for k = t, t-1, …, 0: place i has t - k = i, (t+1, …).

        What underflows is 0 here and is not refused; `horizon.jacobian(…).log_norm()` has its
        logarithm.

        Raises:
            RangeError: a product overflows.
        """
        t = run.steps if t is None else t
        arguments.times(run.steps, t, 0)
        product = identity(run)
        found = [np.ones(run.batch, product.real.dtype)]
        for first, last in reversed(run.chunks(1, t)):
            products = []
            with np.errstate(**LOOKED_AT):
                for F in self.factors(run, first, last)[::-1]:
                    product = product @ F
                    products.append(product)
            arguments.in_range("∂s_t/∂s_k", products, SCALED)
            found += [*np.linalg.norm(np.stack(products), 2, axis=(-2, -1))]
        return np.stack(found)


def _beside(run: Run, v: Array) -> Run:
    """The run once more for each of the axes of a vector in front of its batch."""
    lead = v.shape[: v.ndim - 1 - len(run.batch)]
    return run.repeated(lead) if lead else run

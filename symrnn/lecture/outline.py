"""The lecture's arc: which statements stand in which section, and what leads into it.

Statements are numbered in this order, which has to respect what they use; that is checked where
the document is built.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """A section: its title, the names of its statements, and its opening paragraph."""

    title: str
    label: str
    statements: tuple[str, ...]
    opening: str


CHAPTERS = (
    Chapter(
        "One step",
        "one-step",
        ("recurrence", "activation_jacobian", "preactivation_jacobian", "step_jacobian"),
        "A recurrent network, as in Elman (1990), applies one function again and again. Whatever "
        "its gradients do over many steps is decided by what one step does, so we begin there: "
        "what is computed, and how the result changes when the state before it does.",
    ),
    Chapter(
        "Many steps",
        "many-steps",
        ("product_of_jacobians", "bptt"),
        "Steps compose, and derivatives of compositions multiply. The order of the factors "
        "matters, and so does which derivative is meant: $\\partial$ is *total*, through all "
        "earlier states, and $\\partial^{+}$ is *immediate*, with those states held fixed. "
        "Back-propagation through time, the sum over every time a parameter was used, is explained "
        "by Werbos (1990).",
    ),
    Chapter(
        "How large can the product be?",
        "how-large",
        ("norm_of_step", "slopes_bounded", "step_bound", "product_bound"),
        "A product of many matrices grows or shrinks with its factors. Two numbers bound one "
        "factor: $\\gamma$, the steepest slope of the activation, and $\\lambda$, any bound on "
        "the norm of the weights.",
    ),
    Chapter(
        "Vanishing and exploding",
        "vanish-explode",
        ("gradients_vanish", "gradients_could_explode", "update_length"),
        "Below one, the bound forces the gradient to vanish over long ranges. Above one it forces "
        "nothing: the gradient could explode, and sometimes does. That long ranges are hard to "
        "learn was shown by Bengio et al. (1994); both conditions are those of "
        "Pascanu et al. (2013).",
    ),
    Chapter(
        "Two remedies",
        "remedies",
        ("truncation", "clipping_by_norm", "other_clippings"),
        "Both remedies treat the symptom. Truncation, as in Williams and Peng (1990), leaves out "
        "the long products; clipping, as in Pascanu et al. (2013), keeps the step short whatever "
        "the gradient is. Neither brings back what has vanished.",
    ),
)

"""The slides' arc: what of the document is shown, frame by frame, and the point of each frame.

Statements and parts are named, not typed: every formula in a display comes from the document.
"""

from __future__ import annotations

from symrnn.typeset.deck import Act, Claims, Fails, Frame, Lines, Pictures, Points, Shown

WHY = Act(
    "Why the product matters",
    (
        Frame(
            "A recurrent network applies one function again and again",
            (
                Claims("recurrence", ("with input",)),
                Points(
                    (
                        "The same W, U and b act at every time.",
                        "Vectors are columns: W stands on the left of the state.",
                        "Each state reads the one before it, and through it the whole past.",
                    )
                ),
            ),
        ),
        Frame(
            "Entry by entry, the pre-activation is a weighted sum",
            (Lines("recurrence", "entry by entry"),),
        ),
        Frame(
            "Training asks how much W did at each earlier time",
            (
                Claims("bptt", ("the loss by W",)),
                Points(
                    (
                        "∂⁺ is the immediate derivative: earlier states are held fixed.",
                        "∂s_t/∂s_k carries the effect from time k to time t.",
                        "How large is it when t - k is large? That is the whole lecture.",
                    )
                ),
            ),
        ),
        Frame(
            "Every path from the loss back to W is one term of the sum",
            (Shown("unrolled"),),
        ),
        Frame(
            "With the direct term lost, or effects counted twice, the gradient is wrong",
            (Fails("bptt"),),
        ),
    ),
)

PRODUCT = Act(
    "The product",
    (
        Frame(
            "Over many steps the derivative is an ordered product",
            (
                Claims("product_of_jacobians"),
                Points(
                    (
                        "The latest factor stands on the left: matrices do not commute.",
                        "There are t - k factors; for t = k the product is I.",
                    )
                ),
            ),
        ),
        Frame(
            "By induction: one step more is one factor more, on the left",
            (
                Lines("product_of_jacobians", "the product", "base case"),
                Lines("product_of_jacobians", "the product", "step"),
            ),
        ),
        Frame(
            "Turn the order round, or shift the index alone, and it is false",
            (Fails("product_of_jacobians"),),
        ),
        Frame(
            "The state's derivative by W: each step adds its own use of W",
            (Lines("bptt", "the state by W", "step"),),
        ),
        Frame(
            "The loss reads W through the last state",
            (Lines("bptt", "the loss by W"),),
        ),
        Frame(
            "The worked case: four times, four terms",
            (Lines("bptt", "the worked case L_4"),),
        ),
        Frame(
            "Horner's rule turns the sum into a recursion backwards in time",
            (
                Lines("bptt", "the adjoint recursion"),
                Points(("O(t) products of a vector and a matrix, instead of O(t²) of matrices.",)),
            ),
        ),
        Frame(
            "As columns, it is what every framework runs",
            (Lines("bptt", "the adjoint recursion, as columns"),),
        ),
        Frame(
            "The gradient has the shape of W: a sum of outer products",
            (Claims("bptt", ("the gradient in the shape of W",)),),
        ),
    ),
)

FACTOR = Act(
    "One factor",
    (
        Frame(
            "The activation acts on each entry, so its Jacobian is diagonal",
            (Claims("activation_jacobian"), Pictures("activation_jacobian")),
        ),
        Frame(
            "Where the diagonal comes from",
            (
                Lines("activation_jacobian", "numerator layout"),
                Fails("activation_jacobian"),
            ),
        ),
        Frame(
            "The pre-activation is affine, so its Jacobian is W",
            (
                Claims("preactivation_jacobian"),
                Lines("preactivation_jacobian"),
                Fails("preactivation_jacobian"),
            ),
        ),
        Frame(
            "One step multiplies by the slopes and by W",
            (Claims("step_jacobian"), Pictures("step_jacobian")),
        ),
        Frame(
            "The chain rule through the pre-activation",
            (Lines("step_jacobian", "numerator layout"),),
        ),
        Frame(
            "In the other layout everything is transposed, and the order turns round",
            (Lines("step_jacobian", "denominator layout"),),
        ),
        Frame(
            "Half a transposition belongs to no layout",
            (Fails("step_jacobian"),),
        ),
        Frame(
            "With σ inside, the slopes stand on the other side of W",
            (
                Lines("step_jacobian", "σ inside"),
                Points(
                    (
                        "That is the cell of Pascanu et al. (2013): the slopes are taken at the "
                        "state before.",
                    )
                ),
            ),
        ),
        Frame(
            "With σ outside, the slopes stand on the other side of W",
            (
                Lines("step_jacobian", "σ outside"),
                Points(
                    (
                        "That is the cell of Elman (1990): the slopes are taken at what W has "
                        "summed.",
                    )
                ),
            ),
        ),
    ),
)

BOUND = Act(
    "The norm and the bound",
    (
        Frame(
            "A submultiplicative norm splits slopes from weights",
            (
                Claims("norm_of_step", ("a product", "a diagonal matrix, spectral norm")),
                Points(("A diagonal matrix stretches by its largest entry, and no more.",)),
            ),
        ),
        Frame("Not every norm does", (Fails("norm_of_step"),)),
        Frame(
            "The logistic slope is at most 1/4, that of tanh at most 1",
            (Claims("slopes_bounded", ("logistic", "tanh")), Fails("slopes_bounded")),
        ),
        Frame(
            "Completing the square: what is missing to 1/4",
            (Lines("slopes_bounded", "logistic"), Lines("slopes_bounded", "tanh")),
        ),
        Frame(
            "Away from 0 the slope falls off: the unit saturates",
            (Claims("slopes_bounded", ("logistic, away from 0", "tanh, away from 0")),),
        ),
        Frame(
            "One step stretches by at most γλ",
            (Claims("step_bound"), Fails("step_bound")),
        ),
        Frame("Two numbers bound one factor", (Lines("step_bound"),)),
        Frame(
            "Over t - k steps: at most (γλ)^{t-k}",
            (
                Claims("product_bound"),
                Points(
                    (
                        "Only the distance t - k counts, whatever the states in between are.",
                        "An upper bound can rule out explosion, it can never prove it.",
                    )
                ),
            ),
        ),
        Frame("One factor after the other is bounded", (Lines("product_bound"),)),
    ),
)

FATE = Act(
    "Vanishing and exploding",
    (
        Frame(
            "For γλ < 1 what lies far back has no influence",
            (Claims("gradients_vanish", ("the derivative over many steps",)),),
        ),
        Frame(
            "A geometric sequence takes the derivative with it",
            (
                Lines("gradients_vanish", "the derivative over many steps"),
                Lines("gradients_vanish", "a bound for a term of the gradient"),
            ),
        ),
        Frame(
            "The long-range terms vanish, the gradient itself need not",
            (Fails("gradients_vanish"),),
        ),
        Frame(
            "For γλ > 1 gradients could explode, but need not",
            (Claims("gradients_could_explode"),),
        ),
        Frame("Below one it must vanish, above one all is open", (Shown("norm_regimes"),)),
        Frame(
            "A network that rests at 0 attains the bound",
            (
                Lines("gradients_could_explode", "its norm"),
                Lines("gradients_could_explode", "it explodes"),
            ),
        ),
        Frame(
            "A saturated network vanishes with γλ = 2",
            (Lines("gradients_could_explode", "it vanishes"),),
        ),
        Frame(
            "On a trained network: the derivative against its bound",
            (Shown("norm_decay"),),
        ),
        Frame(
            "The norm is the largest singular value only",
            (Shown("singular_values"),),
        ),
    ),
)

CONSEQUENCES = Act(
    "What it does to training",
    (
        Frame(
            "A step is η times as long as the gradient",
            (Claims("update_length", ("length",)), Lines("update_length", "length")),
        ),
        Frame(
            "Vanished, it is stuck; exploded, it is flung far",
            (Claims("update_length", ("stuck", "flung far")),),
        ),
    ),
)

TRUNCATION = Act(
    "Truncation",
    (
        Frame(
            "Truncation is the exact gradient with an earlier state held constant",
            (
                Claims("truncation", ("the lecture's τ counts factors",)),
                Points(
                    (
                        "The terms with t - k ≤ τ are kept: τ + 1 of them.",
                        "Nothing is differentiated through s_{t-τ-1}.",
                    )
                ),
            ),
        ),
        Frame(
            "Frameworks count steps: their τ is the lecture's τ + 1",
            (Claims("truncation", ("the frameworks' τ counts steps",)),),
        ),
        Frame(
            "Why holding one state is enough",
            (Lines("truncation", "the lecture's τ counts factors"),),
        ),
        Frame("What is dropped: every longer product", (Lines("truncation", "the bias"),)),
        Frame(
            "For γλ < 1 the bias is a geometric tail",
            (Claims("truncation", ("the bias is a geometric tail",)),),
        ),
        Frame(
            "What is kept cannot explode, but it can vanish all the same",
            (Claims("truncation", ("what is kept cannot explode",)),),
        ),
        Frame("The bias shrinks with τ as the bound says", (Shown("truncation_bias"),)),
        Frame("Half a truncation is no truncation", (Fails("truncation"),)),
        Frame("Truncated back-propagation as it runs", (Shown("truncated-bptt"),)),
    ),
)

CLIPPING = Act(
    "Clipping",
    (
        Frame(
            "Clipping by norm shortens a long gradient and keeps its direction",
            (
                Claims(
                    "clipping_by_norm",
                    ("never longer than κ", "the same direction", "unchanged inside the ball"),
                ),
            ),
        ),
        Frame(
            "Its length is κ or what it was, whichever is less",
            (
                Lines("clipping_by_norm", "its length"),
                Lines("clipping_by_norm", "never longer than κ"),
            ),
        ),
        Frame(
            "Outside the ball its Jacobian projects the gradient's direction away",
            (Lines("clipping_by_norm", "its Jacobian outside"),),
        ),
        Frame(
            "Two gradients never get further apart",
            (
                Claims("clipping_by_norm", ("no two gradients get further apart",)),
                Fails("clipping_by_norm", (0, 3)),
            ),
        ),
        Frame(
            "A cliff flings the plain step away, not the clipped one", (Shown("gradient_cliff"),)
        ),
        Frame("Clipping as it runs", (Shown("clip-by-norm"),)),
        Frame(
            "By value bends the gradient, each entry for itself",
            (
                Claims("other_clippings", ("by value, every entry is bounded",)),
                Lines("other_clippings", "by value, every entry is bounded"),
            ),
        ),
        Frame(
            "By global norm, all gradients are one vector with one factor",
            (
                Lines("other_clippings", "the norm of the whole"),
                Lines("other_clippings", "by global norm, the whole is scaled by one factor"),
            ),
        ),
        Frame("Global clipping as it runs", (Shown("clip-by-global-norm"),)),
        Frame("Lengths do not add up, and one factor serves all", (Fails("other_clippings"),)),
    ),
)

NEXT = Act(
    "What comes next",
    (
        Frame(
            "What to take home",
            (
                Points(
                    (
                        "∂s_t/∂s_k is a product of t - k factors, slopes times W.",
                        "γλ < 1 forces it to vanish; γλ > 1 forces nothing.",
                        "Clipping cures the long step. Truncation bounds what is kept.",
                        "Neither brings back what has vanished.",
                    )
                ),
            ),
            notes="The first line is an equation, the second an inequality: a bound from above can "
            "forbid, but it can never force.",
        ),
        Frame(
            "What comes next: keep the factors near 1",
            (
                Points(
                    (
                        "Gates: LSTM and GRU carry the state along a path whose factor is close "
                        "to I.",
                        "Orthogonal or identity initialisation: λ = 1 to begin with.",
                        "ReLU: slopes 0 and 1, no saturation on one side.",
                        "Attention: a path from s_k to s_t that is not t - k steps long.",
                    )
                ),
            ),
            notes="The first three act on the two numbers of the bound, slopes and weights; "
            "attention makes the product itself shorter.",
        ),
    ),
)

ACTS = (WHY, PRODUCT, FACTOR, BOUND, FATE, CONSEQUENCES, TRUNCATION, CLIPPING, NEXT)

"""A formula as it was read, in plain text in symrnn's notation."""

from __future__ import annotations

from symrnn.audit.meaning.letters import TOTAL, bare
from symrnn.audit.meaning.model import Model
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Dots,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Subscripted,
    Sym,
    Tree,
    Turned,
    Words,
)

_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "infty": "∞", "ones": "1",
}  # fmt: skip
_SIGNS = {"": " ", "cdot": " ", "times": " ", "ast": " * ", "odot": " ⊙ ", "otimes": " ⊗ "}


def shown(tree: Tree, model: Model) -> str:
    """A tree as text: ∂h_t/∂h_k, ∏_{j=k+1}^{t} (diag(σ′(a_j)) W)."""

    def inner(node: Tree) -> str:
        return shown(node, model)

    def factor(node: Tree) -> str:
        text = inner(node)
        return (
            f"({text})" if isinstance(bare(node), Addition) and not text.startswith("(") else text
        )

    match tree:
        case Num(value=value):
            return str(value)
        case Sym():
            ref = model.ref(tree)
            text = named(ref.name) + "′" * ref.primes
            if ref.copy is not None:
                text += f"^({inner(ref.copy)})"
            scripts = [
                inner(each)
                for each in (*([ref.time] if ref.time is not None else []), *ref.entries)
            ]
            if scripts:
                joined = ",".join(scripts)
                text += f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}"
            if ref.power is None:
                return text
            power = inner(ref.power)
            return f"{text}^{power}" if len(power) == 1 else f"{text}^({power})"
        case Group(parts=parts, kind=kind):
            joined = ", ".join(map(inner, parts))
            if kind == "{":
                return joined
            if kind == "[" and len(parts) > 1:
                return f"[{'; '.join(map(inner, parts))}]"
            return f"({joined})"
        case Labelled(body=body):
            return inner(body)
        case Product(factors=factors, signs=signs):
            text = factor(factors[0])
            for sign, before, node in zip(signs, factors, factors[1:], strict=False):
                call = (
                    sign == ""
                    and isinstance(before, Sym)
                    and isinstance(node, Group)
                    and (model.is_function(before, node) or before.name in model.symbols.called)
                )
                text += ("" if call else _SIGNS.get(sign, " ")) + factor(node)
            return text
        case Addition(terms=terms, signs=signs):
            text = ("-" if signs[0] == "-" else "") + inner(terms[0])
            return text + "".join(
                f" {s} {factor(t) if s == '-' else inner(t)}"
                for s, t in zip(signs[1:], terms[1:], strict=True)
            )
        case Fraction_(above=above, below=below):
            return f"{factor(above)}/{factor(below)}"
        case Raised(base=base, power=power):
            return f"{factor(base)}^({inner(power)})"
        case Turned(body=body):
            text = factor(body)
            return f"({text})ᵀ" if isinstance(bare(body), Product | Derivative) else f"{text}ᵀ"
        case Derivative(of=of, by=by, mark=mark):
            top = "" if of is None else inner(of)
            if of is not None and isinstance(bare(of), Product | Addition):
                top = f"({top})"
            plus = "⁺" if mark == "+" else ""
            return f"∂{plus}{top}/∂{inner(by)}"
        case Big(sign=sign, index=index, lower=lower, upper=upper, body=body, condition=condition):
            letter = "∑" if sign == "sum" else "∏"
            low = condition or (inner(index) if index is not None else "")
            if index is not None and lower is not None:
                low = f"{inner(index)}={inner(lower)}"
            bounds = (f"_{{{low}}}" if low else "") + (
                f"^{{{inner(upper)}}}" if upper is not None else ""
            )
            return f"{letter}{bounds} {factor(body)}"
        case Normed(body=body, kind=kind):
            bar = "|" if kind.startswith("|") else "‖"
            return f"{bar}{inner(body)}{bar}" + (f"_{kind[1:]}" if kind[1:] else "")
        case Root(body=body):
            return f"√({inner(body)})"
        case Subscripted(body=body, subs=subs):
            return f"{inner(body)}_{{{','.join(map(inner, subs))}}}"
        case Grid(rows=rows):
            return "[" + "; ".join(", ".join(map(inner, row)) for row in rows) + "]"
        case Bar(body=body, text=text):
            return f"{inner(body)}|_{{{text}}}"
        case Dots():
            return "⋯"
        case Words(text=text):
            return text
    return "?"


def named(name: str) -> str:
    """A quantity by its name alone, as text."""
    base, _, label = name.partition("_")
    label = label.removesuffix(TOTAL)
    return _letter(base) + (f"_{label}" if label else "")


def _letter(base: str) -> str:
    *marks, letter = base.split()
    text = _LETTERS.get(letter, letter)
    accents = {
        "hat": "\u0302",
        "tilde": "\u0303",
        "bar": "\u0304",
        "dot": "\u0307",
        "under": "\u0332",
    }
    return text + "".join(accents.get(mark, "") for mark in marks)

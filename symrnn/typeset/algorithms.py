"""Pseudocode from the Python that runs, by latexify.

latexify loses a few things without a word (see FACTS.md): the parentheses of ``A @ (u * v)``,
keyword arguments, the reading of ``W.T`` and of ``norm(g)``. The code generators below, built on
latexify's own, put these right or refuse; everything else is latexify's.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Collection, Mapping

from latexify import codegen, exceptions, transformers
from latexify.codegen.expression_rules import MATH_SYMBOLS

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.python_text import parsed
from symrnn.typeset.blocks import Algorithm

_TRANSPOSED = r"^{\mathsf{T}}"
_FENCED = r"\mathopen{{}}\left( {} \mathclose{{}}\right)"


class _Expressions(codegen.ExpressionCodegen):  # type: ignore[misc]  # latexify is untyped
    """latexify's expressions, with norms, transposes and unambiguous products.

    `arrays` names the variables that hold vectors or matrices: `*` between two is Hadamard's.
    `letters` has the LaTeX of identifiers that a notation letters.
    """

    def __init__(self, arrays: Collection[str], letters: Mapping[str, str]) -> None:
        super().__init__(use_math_symbols=True)
        self._arrays = arrays
        self._letters = letters

    def visit_Name(self, node: ast.Name) -> str:
        lettered = self._letters.get(node.id)
        return str(super().visit_Name(node)) if lettered is None else lettered

    def visit_Call(self, node: ast.Call) -> str:
        if node.keywords:
            names = ", ".join(keyword.arg or "**" for keyword in node.keywords)
            raise NotSupportedError(
                "algorithm: keyword arguments can not be shown in pseudocode; name a small helper",
                {"line": node.lineno, "call": ast.unparse(node), "keywords": names},
            )
        match node:
            case ast.Call(func=ast.Name(id="norm"), args=[argument]):
                return rf"\left\lVert {self.visit(argument)} \right\rVert"
            case ast.Call(func=ast.Name(id="len"), args=[argument]):
                return rf"\left\lvert {self.visit(argument)} \right\rvert"
            case ast.Call(func=ast.Name(id="min" | "max" as name), args=arguments):
                listed = ", ".join(self.visit(argument) for argument in arguments)
                return rf"\{name} " + _FENCED.format(listed)
            case ast.Call(func=ast.Name(id="diag"), args=[argument]):
                return r"\operatorname{diag}" + _FENCED.format(self.visit(argument))
            case ast.Call(func=ast.Name(id="transpose"), args=[argument]):
                return self._transposed(argument)
            case ast.Call(func=ast.Name(id="outer"), args=[left, right]):
                # The outer product of two columns: u vᵀ.
                column = self._factor(left, ast.MatMult(), on_the_right=False)
                return rf"{column} \, {self._transposed(right)}"
            case ast.Call(
                func=ast.Name(id="sum"), args=[ast.GeneratorExp(elt=term, generators=[each])]
            ) if not each.ifs:
                index = rf"{self.visit(each.target)} \in {self.visit(each.iter)}"
                shown = self.visit(term)
                holds = isinstance(term, ast.Name | ast.Subscript | ast.Call) or (
                    isinstance(term, ast.BinOp) and isinstance(term.op, ast.Pow)
                )
                return rf"\sum_{{{index}}} " + (shown if holds else _FENCED.format(shown))
        return str(super().visit_Call(node))

    def _transposed(self, matrix: ast.expr) -> str:
        body = self.visit(matrix)
        simple = isinstance(matrix, ast.Name | ast.Subscript)
        return (body if simple else _FENCED.format(body)) + _TRANSPOSED

    def visit_Attribute(self, node: ast.Attribute) -> str:
        if node.attr == "T":
            return self._transposed(node.value)
        return str(super().visit_Attribute(node))

    def visit_BinOp(self, node: ast.BinOp) -> str:
        match node:
            case ast.BinOp(op=ast.MatMult() | ast.Mult()):
                left = self._factor(node.left, node.op, on_the_right=False)
                right = self._factor(node.right, node.op, on_the_right=True)
                return f"{left} {self._sign(node)} {right}"
            case ast.BinOp(left=ast.Call(func=ast.Name(id="norm")), op=ast.Pow()):
                # The bars of a norm hold it together.
                return f"{self.visit(node.left)}^{{{self.visit(node.right)}}}"
        return str(super().visit_BinOp(node))

    def _factor(self, side: ast.expr, parent: ast.operator, *, on_the_right: bool) -> str:
        """A factor of a product, in parentheses where the product would swallow its parts.

        `@` and `*` print alike, so one inside the other is fenced: A (u v), never A u v.
        """
        shown: str = self.visit(side)
        match side:
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Pow()):
                fenced = False  # fractions, floors and powers hold together by themselves
            case ast.BinOp(op=ast.MatMult() | ast.Mult() as inner):
                fenced = type(inner) is not type(parent)
            case ast.BinOp() | ast.Compare() | ast.BoolOp():
                fenced = True
            case ast.UnaryOp():
                fenced = on_the_right
            case _:
                fenced = False
        return _FENCED.format(shown) if fenced else shown

    def _sign(self, product: ast.BinOp) -> str:
        """Hadamard's ⊙ between arrays; nothing between matrices or single letters; else a dot."""
        if isinstance(product.op, ast.MatMult):
            return r"\,"
        if _is_array(product.left, self._arrays) and _is_array(product.right, self._arrays):
            return r"\odot"
        names = [part.id for part in ast.walk(product) if isinstance(part, ast.Name)]
        letters = all(
            len(name) == 1 or name in MATH_SYMBOLS or name in self._letters for name in names
        )
        simple = isinstance(product.right, ast.Name | ast.Subscript)
        return r"\," if letters and simple else r"\cdot"


def _is_array(expression: ast.expr, arrays: Collection[str]) -> bool:
    match expression:
        case ast.Name(id=name):
            return name in arrays
        case ast.Subscript(value=inner) | ast.Attribute(value=inner) | ast.UnaryOp(operand=inner):
            return _is_array(inner, arrays)
        case ast.BinOp(op=ast.MatMult()):
            return True
        case ast.BinOp(left=left, right=right):
            return _is_array(left, arrays) or _is_array(right, arrays)
        case ast.Call(func=function):
            return _is_array(function, arrays)
    return False


class _Statements(codegen.AlgorithmicCodegen):  # type: ignore[misc]
    """latexify's algorithmic style, with numbered lines, closed ranges and \\ElsIf."""

    def __init__(self, arrays: Collection[str], letters: Mapping[str, str]) -> None:
        super().__init__(use_math_symbols=True)
        self._expression_codegen = _Expressions(arrays, letters)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> str:
        name = node.name.replace("_", r"\_")
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        listed = ", ".join(
            self._expression_codegen.visit(ast.Name(argument.arg)) for argument in arguments
        )
        with self._increment_level(), self._increment_level():
            body = [self.visit(statement) for statement in node.body]
        head = self._add_indent(rf"    \Function{{{name}}}{{${listed}$}}")
        return "\n".join(
            [r"\begin{algorithmic}[1]", head, *body, r"    \EndFunction", r"\end{algorithmic}"]
        )

    def visit_AnnAssign(self, node: ast.AnnAssign) -> str:
        if node.value is None:
            raise NotSupportedError(
                "algorithm: a bare annotation has no pseudocode", {"line": node.lineno}
            )
        return str(self.visit(ast.Assign(targets=[node.target], value=node.value)))

    def visit_For(self, node: ast.For) -> str:
        # Python's range excludes its end; k = a, …, b-1 can not be misread.
        progression = _progression(node.iter)
        if progression is None or node.orelse:
            return str(super().visit_For(node))
        target, *terms = (
            self._expression_codegen.visit(part) for part in (node.target, *progression)
        )
        listed = ", ".join([*terms[:-1], r"\dots", terms[-1]])
        return self._block(rf"\For{{${target} = {listed}$}}", node.body, r"\EndFor")

    def visit_If(self, node: ast.If) -> str:
        branches = [
            self._block(rf"\If{{${self._expression_codegen.visit(node.test)}$}}", node.body)
        ]
        orelse = node.orelse
        while len(orelse) == 1 and isinstance(orelse[0], ast.If):
            test = self._expression_codegen.visit(orelse[0].test)
            branches.append(self._block(rf"\ElsIf{{${test}$}}", orelse[0].body))
            orelse = orelse[0].orelse
        if orelse:
            branches.append(self._block(r"\Else", orelse))
        return "\n".join([*branches, self._add_indent(r"\EndIf")])

    def _block(self, head: str, body: list[ast.stmt], end: str = "") -> str:
        with self._increment_level():
            inside = [self.visit(statement) for statement in body]
        closing = [self._add_indent(end)] if end else []
        return "\n".join([self._add_indent(head), *inside, *closing])


def _progression(iterable: ast.expr) -> tuple[ast.expr, ...] | None:
    """First, perhaps second, and last term of a range of step 1 or -1; None for anything else."""
    zero = ast.Constant(0)
    match iterable:
        case ast.Call(func=ast.Name(id="range"), args=[stop]):
            return zero, _shifted(stop, -1)
        case ast.Call(func=ast.Name(id="range"), args=[start, stop]):
            return start, _shifted(stop, -1)
        case ast.Call(
            func=ast.Name(id="range"),
            args=[start, stop, ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))],
        ):
            return start, _shifted(start, -1), _shifted(stop, +1)
        case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
            match _progression(inner):
                case (first, last):
                    return last, _shifted(last, -1), first
    return None


def _shifted(expression: ast.expr, by: int) -> ast.expr:
    """`expression` + `by` with the constants collected: (τ + 1) - 1 is τ."""
    base, offset = expression, 0
    match expression:
        case ast.Constant(value=int() as value):
            return ast.Constant(value + by)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=int() as value)):
            base, offset = left, value
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int() as value)):
            base, offset = left, -value
    match offset + by:
        case 0:
            return base
        case total if total > 0:
            return ast.BinOp(base, ast.Add(), ast.Constant(total))
        case total:
            return ast.BinOp(base, ast.Sub(), ast.Constant(-total))


def algorithm(
    function: Callable[..., object],
    title: str,
    *,
    caption: str = "",
    label: str = "",
    names: Mapping[str, str] | None = None,
    arrays: Collection[str] = (),
    letters: Mapping[str, str] | None = None,
) -> Algorithm:
    """The pseudocode of `function`, read from its own source.

    `label` is the name to refer to it by, by default the function's. `names` renames identifiers
    for the page, e.g. {"threshold": "kappa"}; a Greek name becomes its letter. `arrays` are the
    names, after renaming, of vectors, matrices and functions that return them: `*` between two
    of them is printed ⊙. `letters` is the LaTeX of identifiers, after renaming, that a notation
    letters, e.g. {"s": r"\\boldsymbol{h}"}.

    Raises `IllFormedError` when there is no source of a single function to read and
    `NotSupportedError` when it has a construct that pseudocode can not show truthfully.
    """
    tree = _source_tree(function)
    for transformer in (
        transformers.DocstringRemover(),
        transformers.AugAssignReplacer(),
        transformers.PrefixTrimmer({"np", "np.linalg", "numpy", "numpy.linalg", "math"}),
        transformers.IdentifierReplacer(dict(names or {})),
    ):
        tree = transformer.visit(tree)
    try:
        latex = str(_Statements(arrays, letters or {}).visit(tree))
    except exceptions.LatexifyError as error:
        raise NotSupportedError(
            f"algorithm: `{function.__name__}` has a construct pseudocode can not show",
            {"reason": error},
        ) from error
    return Algorithm(title, latex, label or function.__name__, caption)


def _source_tree(function: Callable[..., object]) -> ast.Module:
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError) as error:
        raise IllFormedError(
            "algorithm: the source of the function can not be read",
            {"function": function, "reason": error},
        ) from error
    tree = parsed(textwrap.dedent(source))
    if not isinstance(tree.body[0], ast.FunctionDef):
        raise IllFormedError(
            "algorithm: expected a function defined with `def`",
            {"came": type(tree.body[0]).__name__},
        )
    return tree

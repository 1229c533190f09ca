"""Changes of one place of a source file, and how one is planted in the functions that run it.

A mutant is planted where it runs: the code of the functions of its file is exchanged, and what a
module names (a table of types) is exchanged wherever it was imported. Nothing is written to disk.
"""

from __future__ import annotations

import ast
import copy
import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
OTHER_NAME = {"all": "any", "any": "all", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """A file with one change in it."""

    file: str
    number: int
    line: int
    last: int
    at_module_level: bool
    change: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.change}"


@dataclass(frozen=True)
class Place:
    """Where in a tree a change is made: a field of a node, and what is put there."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.expr | ast.stmt
    change: str
    new: ast.AST | None

    def put(self) -> None:
        """Makes the change; None: a statement is left out."""
        if self.index is None:
            setattr(self.parent, self.field, self.new)
        else:
            new = ast.Pass() if self.new is None else self.new
            getattr(self.parent, self.field)[self.index] = ast.copy_location(new, self.node)


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """A node changed in one way at a time."""
    match node:
        case ast.Compare(ops=[operator]):
            turned = COMPARISONS[type(operator)]()
            yield f"{ast.unparse(node)} turned", _with(node, ops=[turned])
        case ast.BoolOp(values=values):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield f"{_short(node)} and/or", _with(node, op=other)
            for place, value in enumerate(values):
                rest = [*values[:place], *values[place + 1 :]]
                yield (
                    f"without {_short(value)}",
                    rest[0] if len(rest) == 1 else _with(node, values=rest),
                )
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield f"{_short(node)} without its sign", node.operand
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield (
                f"{_short(node)} with another operation",
                _with(node, op=ARITHMETIC[type(node.op)]()),
            )
        case ast.Constant(value=bool()):
            yield f"{node.value} → {not node.value}", ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield f"{node.value} → {node.value + 1}", ast.Constant(node.value + 1)
        case ast.IfExp():
            yield f"{_short(node)}: always", node.body
            yield f"{_short(node)}: never", node.orelse
        case ast.If():
            for value in (True, False):
                yield f"if {_short(node.test)}: {value}", _with(node, test=ast.Constant(value))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield f"without {_short(node)}", None
        case ast.AugAssign():
            yield f"without {_short(node)}", None
        case ast.Tuple(ctx=ast.Load(), elts=[_, _, *_]):
            for place, part in enumerate(node.elts):
                rest = [*node.elts[:place], *node.elts[place + 1 :]]
                yield f"without {_short(part)}", _with(node, elts=rest)
        case ast.Call(func=ast.Name(id=name)) if name in OTHER_NAME:
            other = OTHER_NAME[name]
            yield (
                f"{name} → {other} in {_short(node)}",
                _with(node, func=ast.Name(other, ast.Load())),
            )
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            for place, clause in enumerate(node.generators):
                for test in clause.ifs:
                    open_clause = _with(
                        clause, ifs=[each for each in clause.ifs if each is not test]
                    )
                    clauses = [*node.generators]
                    clauses[place] = open_clause
                    yield f"without if {_short(test)}", _with(node, generators=clauses)


def _short(node: ast.AST) -> str:
    return ast.unparse(node)[:60]


def _with(node: Any, **fields: object) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def places(tree: ast.AST) -> Iterator[Place]:
    """All places of a tree that can be changed, annotations and decorators left alone."""
    for parent in _walk(tree):
        for field, value in _fields(parent):
            children: list[tuple[int | None, Any]] = [(None, value)]
            if isinstance(value, list):
                children = list(enumerate(value))
            for index, node in children:
                if isinstance(node, ast.expr | ast.stmt):
                    for change, new in changes(node):
                        yield Place(parent, field, index, node, change, new)


def _fields(node: ast.AST) -> Iterator[tuple[str, Any]]:
    said = ("annotation", "returns", "decorator_list")
    return ((field, value) for field, value in ast.iter_fields(node) if field not in said)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for _, value in _fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def mutants(file: str) -> list[Mutant]:
    """All mutants of a file."""
    tree = _tree(file)
    inside = {
        line for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for line in _body(node)
    }
    return [
        Mutant(
            file,
            number,
            place.node.lineno,
            _last(place.node),
            place.node.lineno not in inside,
            place.change,
        )
        for number, place in enumerate(places(tree))
    ]


def _last(node: ast.expr | ast.stmt) -> int:
    return (node.test.end_lineno if isinstance(node, ast.If) else node.end_lineno) or 0


def _body(node: ast.FunctionDef) -> range:
    return range(node.body[0].lineno, (node.end_lineno or 0) + 1)


def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def compiled(mutant: Mutant) -> CodeType:
    """The code of the changed module; lines stay where they were."""
    tree = _tree(mutant.file)
    place = next(each for number, each in enumerate(places(tree)) if number == mutant.number)
    place.put()
    return compile(ast.fix_missing_locations(tree), str(ROOT / mutant.file), "exec")


def replaced(file: str, old: str, new: str) -> CodeType:
    """The code of a module in which a text, which stands there once, is another."""
    source = (ROOT / file).read_text(encoding="utf-8")
    if source.count(old) != 1 or old.count("\n") != new.count("\n"):
        raise ValueError(f"{old!r} stands {source.count(old)} times in {file}")
    return compile(source.replace(old, new), str(ROOT / file), "exec")


# ----------------------------------------------------------------------------- planting

Key = tuple[str, int]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


@cache
def _functions(file: str) -> dict[Key, list[FunctionType]]:
    """The functions of a file that exist, by name and line."""
    found: dict[Key, list[FunctionType]] = {}
    path = str(ROOT / file)
    for each in _objects():
        if type(each) is FunctionType and each.__code__.co_filename == path:
            key = each.__code__.co_qualname, each.__code__.co_firstlineno
            found.setdefault(key, []).append(each)
    return found


def module_of(file: str) -> Any:
    """The module of a file of the package."""
    name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return sys.modules[name]


def forget() -> None:
    """Empties the caches of the package: what was found is found again."""
    for each in _caches():
        each.cache_clear()


def _objects() -> list[Any]:
    """All there are: what is frozen is not listed."""
    gc.unfreeze()
    return gc.get_objects()


@cache
def _caches() -> tuple[Any, ...]:
    return tuple(
        each
        for each in _objects()
        if type(each).__name__ == "_lru_cache_wrapper"
        and (getattr(each, "__module__", None) or "").startswith("symrnn")
    )


def prepare(files: Iterable[str]) -> None:
    """Finds the functions and caches that there are, which is not done a second time."""
    _caches()
    for file in files:
        _functions(file)


@contextmanager
def planted(file: str, code: CodeType) -> Iterator[bool]:
    """Runs with another code of a file in place; whether anything that runs is changed by that."""
    undo: list[Callable[[], None]] = []
    for inner in _codes(code):
        for function in _functions(file).get((inner.co_qualname, inner.co_firstlineno), ()):
            before = function.__code__
            if before != inner and before.co_freevars == inner.co_freevars:
                function.__code__ = inner
                undo.append(_setter(function, "__code__", before))
    if not undo:
        undo += _named(file, code)
    forget()
    try:
        yield bool(undo)
    finally:
        for step in reversed(undo):
            step()
        forget()


def _setter(owner: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(owner, name, value)


def _inner(function: Any) -> Any:
    """What a decorator stands before: an inference or an axiom keeps it for itself."""
    held = [each.cell_contents for each in getattr(function, "__closure__", None) or ()]
    named = getattr(function, "__qualname__", None)
    inner = [h for h in held if isinstance(h, FunctionType) and h.__qualname__ == named]
    return inner[0] if inner else getattr(function, "__wrapped__", function)


def _named(file: str, code: CodeType) -> list[Callable[[], None]]:
    """Exchanges what the module names, and defaults of its functions, wherever they are used."""
    module = module_of(file)
    fresh = {**{name: getattr(module, name) for name in ("__name__", "__package__", "__file__")}}
    exec(code, fresh)  # noqa: S102 - the project's own source, with one change
    undo: list[Callable[[], None]] = []
    for name, new in fresh.items():
        old = getattr(module, name, None)
        if name.startswith("__") or old is new or type(old) is not type(new):
            continue
        function = _inner(old)
        if isinstance(function, FunctionType):
            defaults = _inner(new).__defaults__
            if function.__defaults__ != defaults:
                undo.append(_setter(function, "__defaults__", function.__defaults__))
                function.__defaults__ = defaults
        elif isinstance(new, tuple | dict | set | frozenset | int | str) and old != new:
            for user in [each for each in sys.modules.values() if each is not None]:
                for alias, value in list(getattr(user, "__dict__", {}).items()):
                    if value is old and not (isinstance(old, int) and user is not module):
                        setattr(user, alias, new)
                        undo.append(_setter(user, alias, old))
    return undo

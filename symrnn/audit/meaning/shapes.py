"""The shapes of a model's quantities, by unification."""

from __future__ import annotations

from symrnn.audit.meaning.letters import (
    GREEK,
    LOSSES,
    bare,
    is_capital,
    is_loss,
)
from symrnn.audit.meaning.model import (
    Clash,
    Definition,
    Model,
    NotUnderstood,
    called_time,
    drops_arguments,
    function_name,
    opaque,
    timed_in,
)
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
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
)


class Dimensions:
    """Sizes by unification: each is a number of a class; class 0 is the size 1."""

    def __init__(self) -> None:
        self.parent = [0]
        self.sums: dict[int, tuple[int, ...]] = {}

    def fresh(self) -> int:
        self.parent.append(len(self.parent))
        return len(self.parent) - 1

    def find(self, size: int) -> int:
        while self.parent[size] != size:
            size = self.parent[size]
        return size

    def same(self, a: int, b: int) -> None:
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        if a in self.sums and b in self.sums and len(self.sums[a]) == len(self.sums[b]):
            for x, y in zip(self.sums[a], self.sums[b], strict=True):
                self.same(x, y)
        if a == 0 or (b != 0 and b not in self.sums):
            a, b = b, a
        # a is given up for b.
        if a in self.sums and b not in self.sums:
            self.sums[b] = self.sums[a]
        if a == 0:
            raise Clash("a vector where a number is expected")
        self.parent[a] = b

    def is_one(self, size: int) -> bool:
        return self.find(size) == 0

    def sum(self, sizes: tuple[int, ...]) -> int:
        made = self.fresh()
        self.sums[made] = sizes
        return made


Shape = tuple[int, int]


class Shapes:
    """The shapes of all quantities that a model defines or reads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.sizes = Dimensions()
        self.of: dict[str, Shape] = {}
        self.functions: dict[str, Shape] = {}
        self.clashes: dict[str, str] = {}
        # Sizes that the letters of entries run over, within one definition.
        self.letters: dict[str, int] = {}
        for definition in model.definitions.values():
            if definition.derived:
                continue
            self.letters = {}
            try:
                if definition.entries:
                    self._by_entries(definition)
                    continue
                if is_loss(definition.name) and not model.kinds.get(definition.name):
                    value = self.infer(definition.value, (0, 0))
                    if opaque(model, definition.value):
                        for size in value:
                            self.sizes.same(size, 0)  # J = Φ(x_N): the values of Φ are numbers
                    matrix = not self.sizes.is_one(value[0]) and not self.sizes.is_one(value[1])
                    self.of[definition.name] = value if matrix else (0, 0)
                    continue
                if definition.name not in self.of and is_capital(definition.name.split("_")[0]):
                    # J_t = diag(…) W: a capital is what its definition is; it may read itself.
                    value = self.infer(definition.value)
                    self.equal(self.of.setdefault(definition.name, value), value)
                    continue
                value = self.infer(definition.value, self.shape(definition.name))
                shape = self.shape(definition.name)
                measured = isinstance(bare(definition.value), Normed | Root) or _largest(definition)
                if self.scalar(value) and (self._reads_steps(definition) or measured):
                    # ŷ_t = cᵀ h_t is a number, and so are n = ‖g‖ and max(κ, ‖g‖).
                    self.sizes.same(shape[0], 0)
                    self.sizes.same(shape[1], 0)
                self.equal(shape, value)
            except NotUnderstood as problem:
                self.clashes[definition.name] = str(problem)

    def _reads_steps(self, definition: Definition) -> bool:
        symbols = self.model.symbols
        return not self.model.scalar and any(
            time is not None and symbols.has_time(name.split("_")[0])
            for name, time in timed_in(definition.value, self.model)
        )

    def _by_entries(self, definition: Definition) -> None:
        """h_{t,i} = …: every letter of an entry has one size."""
        self._entries(self.shape(definition.name), definition.entries)
        self.infer(definition.value)

    def _entries(self, shape: Shape, letters: tuple[str, ...]) -> None:
        axes = (
            shape
            if len(letters) == 2
            else (shape[0] if not self.sizes.is_one(shape[0]) else shape[1],)
        )
        for size, letter in zip(axes, letters, strict=True):
            if letter.isdigit():
                continue
            if letter in self.letters:
                self.sizes.same(size, self.letters[letter])
            self.letters[letter] = size

    def shape(self, name: str) -> Shape:
        """The shape of a quantity; what its letter says where nothing else does."""
        if name not in self.of:
            self.of[name] = self._by_letter(name)
        return self.of[name]

    def _by_letter(self, name: str) -> Shape:
        power = name in self.model.symbols.powers and not is_capital(name)  # W^{t-1} is no number
        if self.model.variables.get(name) == "number" or power:
            return (0, 0)
        kind = self.model.kinds.get(name) or self.model.kinds.get(name.split("_")[0])
        if kind is None and f"hat {name}" in self.model.definitions:
            return self.shape(f"hat {name}")  # y is what ŷ is to be
        base = name.split("_")[0]
        if kind is None:
            if self.model.scalar or is_loss(name):
                kind = "scalar"
            elif self.model.symbols.has_time(base):
                kind = "vector"
            elif (
                is_capital(base) and not base.startswith("cal")
            ) or base in self.model.symbols.doubly:
                kind = "matrix"
            elif (
                (base in GREEK and base != "theta")
                or base in ("eta", "N", "epsilon")
                or base in LOSSES
                or (base in self.model.symbols.times and "_" not in name)
            ):
                kind = "scalar"
            else:
                kind = "vector"
        if kind == "scalar":
            return (0, 0)
        if kind == "vector" and self.model.rows:
            kind = "row"
        if kind == "row":
            return (0, self.sizes.fresh())
        return (self.sizes.fresh(), 0 if kind == "vector" else self.sizes.fresh())

    def equal(self, a: Shape, b: Shape) -> None:
        if self.scalar(a) or self.scalar(b):
            if self.scalar(a) != self.scalar(b):
                # c = 1 is 1 in each entry; a sum over entries is a number.
                return
            return
        self.sizes.same(a[0], b[0])
        self.sizes.same(a[1], b[1])

    def scalar(self, shape: Shape) -> bool:
        return self.sizes.is_one(shape[0]) and self.sizes.is_one(shape[1])

    def infer(self, tree: Tree, wanted: Shape | None = None) -> Shape:
        """The shape of an expression; sizes that must be equal are made so."""
        model = self.model
        match tree:
            case Num():
                return (0, 0)
            case Labelled(body=body) | Bar(body=body) | Root(body=body):
                return self.infer(body, wanted)
            case Group(parts=parts):
                if len(parts) == 1:
                    return self.infer(parts[0], wanted)
                return self.stacked([self.infer(part) for part in parts])
            case Sym():
                ref = model.ref(tree)
                if (ref.name in ("ones", "I", "infty") and ref.time is None) or (
                    tree.name in model.symbols.times and not tree.subs
                ):
                    return (0, 0)
                if not ref.entries:
                    return self.shape(ref.name)
                letters = tuple(
                    each.name if isinstance(each := bare(e), Sym) else "0" for e in ref.entries
                )
                self._entries(self.shape(ref.name), letters)
                return (0, 0)
            case Subscripted(body=body) | Normed(body=body):
                self.infer(body)
                return (0, 0)
            case Turned(body=body):
                if isinstance(body, Group) and len(body.parts) > 1 and body.separator == ",":
                    return self.infer(body)
                rows, cols = self.infer(body)
                return (cols, rows)
            case Raised(base=base):
                return self.infer(base)
            case Fraction_(above=above, below=below):
                upper, lower = self.infer(above), self.infer(below)
                return lower if self.scalar(upper) else upper
            case Addition(terms=terms):
                shapes = [self.infer(term, wanted) for term in terms]
                self._targets(terms, shapes)
                broad = [shape for shape in shapes if not self.scalar(shape)]
                for other in broad[1:]:
                    self.equal(broad[0], other)
                return broad[0] if broad else (0, 0)
            case Big(body=body):
                return self.infer(body, wanted)
            case Product():
                return self.product(tree, wanted)
            case Grid(rows=rows):
                if all(len(row) == 1 for row in rows):
                    return self.stacked([self.infer(row[0]) for row in rows])
                return (self.sizes.fresh(), self.sizes.fresh())
            case Dots():
                raise NotUnderstood("dots", "dots in a definition")
        raise NotUnderstood("not read", f"{type(tree).__name__} in a definition")

    def _targets(self, terms: tuple[Tree, ...], shapes: list[Shape]) -> None:
        """In V_t - R_t with a number V_t that is computed, R_t is a number that is given."""
        letters = [inner for term in terms if isinstance(inner := bare(term), Sym)]
        if len(terms) != 2 or len(letters) != 2:
            return
        names = [self.model.ref(letter) for letter in letters]
        for one, other in ((0, 1), (1, 0)):
            given = names[other].name not in self.model.definitions
            computed = names[one].name in self.model.definitions
            timed = names[one].time is not None and names[other].time is not None
            if timed and given and computed and self.scalar(shapes[one]):
                self.sizes.same(shapes[other][0], 0)
                self.sizes.same(shapes[other][1], 0)

    def stacked(self, shapes: list[Shape]) -> Shape:
        if self.model.rows:
            return (0, self.sizes.sum(tuple(shape[1] for shape in shapes)))
        return (self.sizes.sum(tuple(shape[0] for shape in shapes)), 0)

    def product(self, tree: Product, wanted: Shape | None) -> Shape:
        operands: list[Shape] = []
        signs: list[str] = []
        place = 0
        factors = tree.factors
        while place < len(factors):
            factor = factors[place]
            sign = tree.signs[place - 1] if place else ""
            following = factors[place + 1] if place + 1 < len(factors) else None
            adjacent = place < len(tree.signs) and tree.signs[place] == ""
            shape, used = self.operand(factor, following if adjacent else None, wanted)
            if operands:
                signs.append(sign)
            operands.append(shape)
            place += used
        # Juxtaposition binds tighter than ⊙.
        groups: list[Shape] = [operands[0]]
        for sign, shape in zip(signs, operands[1:], strict=True):
            if sign == "odot":
                groups.append(shape)
            else:
                groups[-1] = self.times(groups[-1], shape)
        whole = groups[0]
        for shape in groups[1:]:
            if self.scalar(whole):
                whole = shape
            elif not self.scalar(shape):
                self.equal(whole, shape)
        return whole

    def operand(
        self, factor: Tree, following: Tree | None, wanted: Shape | None
    ) -> tuple[Shape, int]:
        model = self.model
        if not isinstance(factor, Sym):
            return self.infer(factor, wanted), 1
        call = None if following is None else called_time(model, factor, following)
        if call is not None:
            return self.shape(call[0]), 2
        kind = model.is_function(factor, following)
        if kind is None or following is None:
            if following is not None and drops_arguments(model, factor, following):
                return self.shape(model.ref(factor).name), 2
            return self.infer(factor), 1
        if kind == "opaque":
            assert isinstance(following, Group)
            for part in following.parts:
                self.infer(part)
            key = function_name(model, factor)
            if key not in self.functions:
                fresh = (0, self.sizes.fresh()) if model.rows else (self.sizes.fresh(), 0)
                self.functions[key] = wanted if wanted is not None else fresh
            return self.functions[key], 2
        inner = self.infer(following)
        parts = following.parts if isinstance(following, Group) else (following,)
        if factor.name in ("max", "min") and all(self.scalar(self.infer(p)) for p in parts):
            return (0, 0), 2
        if kind == "known" and factor.name in ("diag", "Diag"):
            return (inner[0], inner[0]), 2
        if kind == "known" and factor.name in ("trace", "tr"):
            return (0, 0), 2
        return inner, 2

    def times(self, a: Shape, b: Shape) -> Shape:
        if self.scalar(a):
            return b
        if self.scalar(b):
            return a
        one = self.sizes.is_one
        if one(a[1]) and one(b[0]):
            return (a[0], b[1])
        if one(a[1]):
            self.sizes.same(a[0], b[0])
            return b
        self.sizes.same(a[1], b[0])
        return (a[0], b[1])

    def assigned(self, pool: tuple[int, ...]) -> dict[int, int]:
        """A number for each class of sizes."""
        found = {0: 1}
        sizes = [size for shape in (*self.of.values(), *self.functions.values()) for size in shape]
        sizes += [part for parts in self.sizes.sums.values() for part in parts]
        classes = sorted(set(map(self.sizes.find, sizes)))
        free = [size for size in classes if size and size not in self.sizes.sums]
        for number, size in enumerate(free):
            found[size] = pool[number % len(pool)]

        def value(size: int, depth: int = 0) -> int:
            size = self.sizes.find(size)
            if size in found:
                return found[size]
            if depth > 20:
                raise Clash("a stack that holds itself")
            found[size] = sum(value(part, depth + 1) for part in self.sizes.sums.get(size, ()))
            return found[size]

        for size in list(self.sizes.sums):
            value(size)
        return found


def _largest(definition: Definition) -> bool:
    """Whether a quantity is the larger of two, or the smaller."""
    value = bare(definition.value)
    if not isinstance(value, Product) or len(value.factors) != 2:
        return False
    head = value.factors[0]
    return isinstance(head, Sym) and head.name in ("max", "min")

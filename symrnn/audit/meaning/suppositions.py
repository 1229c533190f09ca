"""What a text supposes in a case or an example, and how far that is in force."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from symrnn.audit.meaning.letters import bare
from symrnn.reading.documents import Document
from symrnn.reading.latex.tree import Num, Product, Raised, Sym, Tree, Turned, shape_of
from symrnn.reading.latex.words import ROWS

FAR = 6000
"""How many characters what a text supposes may be in force."""

SYMMETRIC, ORTHOGONAL, DIAGONAL = "symmetric", "orthogonal", "diagonal"
NOUGHT = "zero"
CLASS = "class"
"""Of a vector that is 1 in one entry, and 0 in all others."""
RESTRICTED = "restricted"
"""What is only said in words that nothing here can try."""


@dataclass(frozen=True)
class Supposition:
    """What is supposed of a letter: a value, or a property of a matrix.

    `time` is that of a first state. `words` say it in a report. It is in force between the
    characters `start` and `sure`, and may be up to `perhaps`.
    """

    name: str
    time: int | None
    symbol: Sym | None
    value: Tree | None
    made: str
    words: str
    document: int
    start: int
    sure: int
    perhaps: int


_SENTENCE = re.compile(
    r"[.!?][\"'”’)\]$}*_]*(?=\s|$)|\n[ \t]*\n|\n(?=#+\s)"
    r"|(?=\\(?:part|chapter|(?:sub)*section|paragraph)\*?\s*[\[{])"
)
_STOPS = re.compile(r"[.!?]\s*(?:\\(?:tag|label)\*?\s*\{[^{}]*\}\s*)*$")
"""A display that ends a sentence."""
_PARTS = re.compile(r"\\(?P<sign>begin|end)\s*\{(?P<name>[^{}]*)\}|\\item\b")
_GENERAL = re.compile(
    r"\b(?:in\s+general|without\s+(?:this|that|these|any)\s+(?:assumption|restriction|condition)s?"
    r"|without\s+(?:this|that)(?=\s*[,:$\\]|\s+(?:we|one|it|the))"
    r"|(?:drop|lift|leav|remov)\w*\s+(?:\w+\s+){0,3}(?:assumption|restriction|condition)s?"
    r"|(?:back|return\w*)\s+to\s+(?:the\s+)?(?:general|full|original)|otherwise"
    r"|for\s+(?:an\s+)?arbitrary|(?:let|now)\s+(?:\S+\s+){1,4}be\s+arbitrary)\b",
    re.IGNORECASE,
)
_LATEX_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_HEADING = re.compile(
    rf"\\(?P<latex>{'|'.join(_LATEX_LEVELS)})\*?\s*[\[{{]|^(?P<hashes>\#{{1,6}})\s"
    r"|^[^\s=~^-][^\n]*\n(?P<line>=|-|~|\^)(?P=line){2,}[ \t]*$",
    re.MULTILINE,
)
RUN_IN = 99
"""The level of titles that stand in a line of text, below all headings."""
_RUN_IN = re.compile(
    r"^[ \t]*(?:\\\w*title\*?\s*\{|\*\*[^*\n]{3,60}[.:]?\*\*(?=[ \t.:]|$)"
    r"|\\(?:text(?:bf|it|sc)|emph)\s*\{[^{}\n]{3,60}[.:]\})",
    re.MULTILINE,
)
"""A line that begins in bold, and the titles of frames and chains."""
_NO_BOXES = (
    r"document|center|figure|table|small|abstract|minipage|columns?|itemize|enumerate|quote"
    rf"|{'|'.join(map(re.escape, sorted(ROWS)))}|empheq|dmath"
)
_BOXES = re.compile(
    rf"\\(?:begin|(?P<ends>end))\s*\{{(?P<latex>(?!(?:{_NO_BOXES})\*?\}})[^{{}}\n]*)\}}"
    r"|<(?P<closes>/)?(?P<tag>details|section|article|aside|blockquote)\b[^<>]*>"
)
"""What a text sets apart: a remark, a proof, a slide."""
_GOES_ON = re.compile(
    r"\s*(?:\$\$|\\\[|\\begin\{(?:equation|align|gather|multline|eqnarray|displaymath|math|flalign)"
    r"|\.\.\s+math::|```math|[a-z(]|[,;:]"
    r"|(?:then|thus|hence|so|therefore|it\s+follows|in\s+(?:that|this)\s+case|under\s+(?:this|that)"
    r"|here|again|also|and|but|which|moreover|similarly|likewise)\b)",
)
_DISPLAY = re.compile(
    r"\s*(?:\$\$|\\\[|\\begin\{(?:equation|align|gather|multline|eqnarray|displaymath)|```math)"
)
_THEN = re.compile(
    r"(?:\s|\$\$|\\\]|\\end\s*\{[^{}]*\}|`+)*(?:[Tt]hen|[Tt]hus|[Hh]ence|[Ss]o|[Tt]herefore|[Ii]t\s+follows"
    r"|[Ii]n\s+(?:that|this)\s+case|[Uu]nder\s+(?:this|that|these)|[a-z])\b"
)
_IMPERATIVE = re.compile(
    r"\b(?:assum\w*|suppos\w*|let|consider|take|we\s+(?:take|set|choose|restrict|work|drop|look)"
    r"|restrict\w*|simplif\w*)\b",
    re.IGNORECASE,
)
_TRAILS = re.compile(
    r"(?:\s|\$\$|\\\]|\\end\s*\{[^{}]*\}|`+)*[\s,;]*[a-z(][^.\n]{0,80}(?:\n[^.\n]{0,80})?"
)
"""What goes on after a display: when $U = W$."""
_OTHER_CASE = re.compile(r"\b(?:For|When(?:ever)?|If|With|Now)\b")
_STANDING = re.compile(
    r"\b(?:throughout|from\s+(?:now|here|this\s+point)\s+on(?:wards)?|henceforth|hereafter"
    r"|(?:for|in)\s+the\s+(?:rest|remainder|following|sequel)|in\s+what\s+follows|always"
    r"|(?:in|for)\s+this\s+(?:whole\s+|entire\s+)?(?P<what>\w+)|everywhere)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\bthroughout\s+(?:these|the|this)\s+(?:notes?|document|paper|post|text|chapter|thesis|article"
    r"|lectures?|sheet)|\beverywhere\b|\bin\s+(?:these|this)\s+(?:notes?|document|paper|post|text"
    r"|thesis|article|lectures?|sheet)\b",
    re.IGNORECASE,
)


_CLOSED = re.compile(r"(?:\s|\$\$|\\\]|\\end\s*\{[^{}]*\}|`+)*(?=[A-Z])")
"""What stands between a display and the sentence after it."""


class Scopes:
    """How far what is supposed at a place of a document is in force."""

    def __init__(self, document: Document) -> None:
        text = list(document.text)
        for formula in document.formulas:
            end = formula.start + len(formula.text)
            ends = formula.display and _STOPS.search(formula.text) is not None
            text[formula.start : end] = "x" * len(formula.text)
            if ends:
                text[end - 1] = "."
        self.document = document
        self.text = "".join(text)
        self.displays = [(f.start, f.start + len(f.text)) for f in document.formulas if f.display]

    @cached_property
    def headings(self) -> list[tuple[int, int]]:
        """Where headings stand, with their levels."""
        found = []
        lines: dict[str, int] = {}
        for match in _HEADING.finditer(self.text):
            if match["latex"]:
                level = _LATEX_LEVELS.index(match["latex"])
            elif match["hashes"]:
                level = len(match["hashes"])
            else:
                level = lines.setdefault(match["line"], len(lines))
            found.append((match.start(), level))
        return found

    def parts(self, at: int) -> tuple[int, ...]:
        """Where the parts begin that a place stands in, outermost first.

        They are what headings, run-in titles and environments begin.
        """
        return tuple(start for start, end in self._spans if start <= at < end)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        open_: list[tuple[int, str]] = []
        for each in _BOXES.finditer(self.text):
            name = each["latex"] or each["tag"]
            if not (each["ends"] or each["closes"]):
                open_.append((each.start(), name))
            elif any(name == other for _, other in open_):
                while open_[-1][1] != name:
                    open_.pop()
                found.append((open_.pop()[0], each.start()))
        boxes = sorted(found)
        titles = [(each.start(), RUN_IN) for each in _RUN_IN.finditer(self.text)]
        heads = sorted([*self.headings, *titles])
        for place, level in heads:
            end = next((a for a, b in heads if a > place and b <= level), len(self.text))
            around = [b for a, b in boxes if a <= place < b]
            found.append((place, min([end, *around])))
        return sorted(found)

    @cached_property
    def _ends(self) -> list[int]:
        found = _SENTENCE.finditer(self.text)
        return [match.end() for match in found if not self._goes_on_in_a_display(match)]

    def _goes_on_in_a_display(self, end: re.Match[str]) -> bool:
        """Whether a blank line only sets a display apart: If $W$ is orthogonal, then …"""
        if end[0].strip() or not _DISPLAY.match(self.text, end.end()):
            return False
        line = self.text[: end.start()].rstrip(" \t").rsplit("\n", 1)[-1]
        return bool(re.search(r"[\w,:)$`*}]$", line)) and not line.lstrip().startswith(("#", "\\"))

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around a character begins and ends."""
        place = bisect_right(self._ends, at)
        start = self._ends[place - 1] if place else 0
        shown = bisect_right(self.displays, (at, 0))
        if shown and (display := self.displays[shown - 1][1]) > start:
            # A display without a full stop ends a sentence where a capital follows.
            after = _CLOSED.match(self.text, display)
            start = start if after is None else after.end()
        end = self._ends[place] if place < len(self._ends) else len(self.text)
        for _, display in self.displays[shown:]:
            after = _CLOSED.match(self.text, display)
            if display >= end:
                break
            if after is not None:
                return start, after.end()
        return start, end

    def clause(self, at: int) -> str:
        """What stands of a sentence before a character, and after the last display."""
        before = bisect_right(self.displays, (at, 0))
        shown = self.displays[before - 1][1] if before else 0
        return self.text[max(self.sentence(at)[0], shown) : at]

    def standing(self, at: int, alone: bool) -> bool:
        """Whether a sentence says that what it supposes is in force for all that follows.

        Else it does if it says nothing else and begins a section, or the document.
        """
        start, end = self.sentence(at)
        if _STANDING.search(self.text[start:end]):
            return True
        before = self.text[:start].rstrip()
        heading = next((h for h, _ in reversed(self.headings) if h < start), None)
        if heading is None or not alone:
            return False
        line = before.rsplit("\n", 1)[-1]
        underlined = re.fullmatch(r"[=~^-]{3,}", line) is not None
        return underlined or heading >= len(before) - len(line) - 1

    def of(self, at: int, alone: bool, example: bool) -> tuple[int, int, int]:
        """Between which characters what is supposed at a place is in force, and perhaps is.

        Args:
            at: where it stands.
            alone: whether its sentence claims nothing.
            example: whether it gives a value, which examples further below may use.
        """
        start, end = self.sentence(at)
        start = max(start, self._reaches_back(at))
        if self.standing(at, alone):
            whole = _WHOLE.search(self.text[start:end]) is not None
            over = len(self.text) if whole else min(self._section(at), self._part(at))
            return start, over, over
        over = max(end, min(self._heading(at), self._part(at), self._general(end)))
        paragraph = min(over, max(end, self._paragraph(end)))
        far = max(paragraph, min(over, at + FAR))
        if _IMPERATIVE.search(self.text[start:at]):
            return start, paragraph, far
        # If …, this holds: what is said in the same breath, perhaps what goes on from there.
        sure = min(over, self._breath(end))
        other = _OTHER_CASE.search(self.text, sure)
        perhaps = end if alone else min(paragraph, other.start() if other else paragraph)
        return start, sure, far if example else max(sure, perhaps)

    def _reaches_back(self, at: int) -> int:
        """Where the display begins that words after it are said of, else where it ends."""
        before = bisect_right(self.displays, (at, 0))
        if not before:
            return 0
        start, end = self.displays[before - 1]
        return start if _TRAILS.fullmatch(self.text, end, at) else end

    def _breath(self, at: int) -> int:
        """The end of the sentences that go on from one before: Then …"""
        while following := _THEN.match(self.text, at):
            at = self.sentence(following.end())[1]
        return at

    def _section(self, at: int) -> int:
        level = next((level for place, level in reversed(self.headings) if place < at), -1)
        later = (place for place, each in self.headings if place > at and each <= level)
        return next(later, len(self.text))

    def _heading(self, at: int) -> int:
        return next((place for place, _ in self.headings if place > at), len(self.text))

    def _general(self, at: int) -> int:
        found = _GENERAL.search(self.text, at)
        return found.start() if found else len(self.text)

    def _part(self, at: int) -> int:
        """The end of the item, proof or frame that a place stands in."""
        depth = 0
        for found in _PARTS.finditer(self.text, at):
            if found["sign"] is None:
                if depth == 0:
                    return found.start()
            elif found["name"] not in ROWS:
                depth += 1 if found["sign"] == "begin" else -1
                if depth < 0:
                    return found.start()
        return len(self.text)

    def _paragraph(self, at: int) -> int:
        """The end of a paragraph, with the displays behind it and what goes on after them."""
        for found in re.finditer(r"\n[ \t]*\n", self.text[: at + FAR]):
            if found.end() <= at - 1:
                continue
            following = self.text[found.end() : found.end() + 60]
            if not _GOES_ON.match(following):
                return found.start()
        return len(self.text)


def property_of(left: Tree, right: Tree) -> tuple[Sym, str] | None:
    """The matrix that an equation says to be symmetric or orthogonal: W = Wᵀ, Wᵀ W = I."""
    for one, other in ((bare(left), bare(right)), (bare(right), bare(left))):
        if isinstance(one, Sym) and _is_turned(other, one):
            return one, SYMMETRIC
        unit = isinstance(other, Sym) and other.name in ("I", "bb I", "bb 1")
        if unit and isinstance(one, Product) and len(one.factors) == 2:
            first, second = map(bare, one.factors)
            for a, b in ((first, second), (second, first)):
                if isinstance(a, Sym) and _is_turned(b, a):
                    return a, ORTHOGONAL
        if isinstance(one, Turned) and isinstance(bare(one.body), Sym):
            body = bare(one.body)
            if isinstance(body, Sym) and _is_inverse(other, body):
                return body, ORTHOGONAL
    return None


def _is_turned(tree: Tree, letter: Sym) -> bool:
    return isinstance(tree, Turned) and shape_of(bare(tree.body)) == shape_of(letter)


def _is_inverse(tree: Tree, letter: Sym) -> bool:
    if isinstance(tree, Raised):
        power = bare(tree.power)
        minus = isinstance(power, Num) and power.value == -1
        return minus and shape_of(bare(tree.base)) == shape_of(letter)
    return isinstance(tree, Sym) and tree.name == letter.name and len(tree.sups) == 1


_OF_MATRICES = {
    "symmetric": SYMMETRIC, "orthogonal": ORTHOGONAL, "orthonormal": ORTHOGONAL,
    "unitary": ORTHOGONAL, "diagonal": DIAGONAL,
}  # fmt: skip
_BEHIND = re.compile(
    r"^[\s$\\)`]*(?:(?:is|are|be|was|were|being|to\s+be|with)\s+)?(?:an?\s+|real\s+|assumed\s+to\s+be\s+)*"
    rf"(?P<made>{'|'.join(_OF_MATRICES)})\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b(?P<made>{'|'.join(_OF_MATRICES)})\s+(?:\w+[\s-]+){{0,3}}[$\\(`]*$", re.IGNORECASE
)
_SUPPOSES = re.compile(
    r"\b(?:if|when(?:ever)?|for|with|suppos\w*|assum\w*|take|taking|let|setting|given|provided|case"
    r"|restrict\w*|choos\w*|initiali[sz]\w*|throughout|from\s+now|is|are|be|be\w*)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|no|never|un|need(?:ed|s)?|unless|except)\b|n't\b", re.IGNORECASE)


def said_properties(scopes: Scopes) -> Iterator[tuple[int, str]]:
    """The inline formulas of which words say that they are symmetric, orthogonal or diagonal."""
    document = scopes.document
    for place, formula in enumerate(document.formulas):
        if formula.display:
            continue
        start, end = scopes.sentence(formula.start)
        behind = _BEHIND.match(scopes.text[formula.start + len(formula.text) : end])
        before = _BEFORE.search(scopes.text[start : formula.start])
        found = behind or before
        sentence = scopes.text[start:end]
        if found is None or _DENIED.search(sentence) or not _SUPPOSES.search(sentence):
            continue
        yield place, _OF_MATRICES[found["made"].lower()]


_RESTRICTS = re.compile(
    r"\b(?:identity\s+activations?|(?:purely\s+)?linear\s+(?:case|units?|cells?|neurons?|activations?"
    r"|networks?|dynamics|recurren\w+|model)|(?:is|are|be)\s+(?:purely\s+)?linear"
    r"|scalar\s+(?:case|model|networks?|cells?|recurren\w+|states?)|one[\s-]dimensional"
    r"|(?:one|single)\s+(?:hidden\s+)?(?:unit|neuron)|(?:all\s+)?(?:quantities|letters)\s+are\s+scalars?"
    r"|no\s+non-?linearit\w+|without\s+(?:a\s+|the\s+)?non-?linearit\w+)\b",
    re.IGNORECASE,
)


def said_restrictions(scopes: Scopes) -> Iterator[tuple[int, str]]:
    """Where sentences of their own restrict what follows in words, with those words."""
    for found in _RESTRICTS.finditer(scopes.text):
        start, end = scopes.sentence(found.start())
        sentence = scopes.text[start:end]
        held = any(start <= a < end for a, _ in scopes.displays)
        says = _STANDING.search(sentence) or _IMPERATIVE.search(sentence)
        if says and not held and not _DENIED.search(sentence[: found.start() - start]):
            yield found.start(), found[0].lower()

"""What is said in words: which derivative a letter is, which function σ is."""

from __future__ import annotations

import re

from symrnn.audit.meaning.conventions import called_with_last, of_the_last_step
from symrnn.audit.meaning.functions import NAMES
from symrnn.audit.meaning.in_words import InWords
from symrnn.audit.meaning.letters import (
    LOSSES,
    bare,
    is_loss,
)
from symrnn.audit.meaning.model import Definition, Model, split_time
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.rewrites import one_expression
from symrnn.errors import ParseError
from symrnn.reading.documents import Document, Formula
from symrnn.reading.latex.chains import parse_chains
from symrnn.reading.latex.tree import (
    Derivative,
    Sym,
    Tree,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import SAME

LONGEST = 60
"""Characters of one letter with its scripts."""


class Prose(InWords):
    """Definitions found in sentences."""

    _GRADIENT = re.compile(
        r"(?:gradient|derivative|sensitivity|error signal|backpropagated error|error)\b"
        r"(?P<middle>.*?)(?:with\s+respect\s+to|w\.\s?r\.\s?t\.?|wrt|by)\b(?P<rest>[^.;]*)$",
        re.DOTALL | re.IGNORECASE,
    )

    def _prose_definitions(self, model: Model) -> None:
        """`$\\delta_t$ denotes the gradient of the loss by $a_t$`, or the other way round."""
        for document in self.documents:
            formulas = document.formulas
            for at, first in enumerate(formulas[:-1]):
                for count in (1, 2):
                    these = formulas[at : at + count + 1]
                    if len(these) <= count or any(each.display for each in these[:-1]):
                        continue
                    if not first.display and self._named_first(document, these):
                        self._from_prose(model, document, first, these[1:-1], these[-1])
                    elif count == 1 and not first.display and self._written_for(document, these):
                        self._abbreviation(model, document, first, these[1])
                    elif not these[-1].display and self._named_last(document, these):
                        self._from_prose(model, document, these[-1], these[:-2], these[-2])

    def _named_first(self, document: Document, these: tuple[Formula, ...]) -> bool:
        """Whether words say that the first of some formulas is a gradient by the last."""
        between = " ".join(self._between(document, these))
        before = document.text[max(0, these[0].start - 40) : these[0].start]
        said = self._CALLED.search(before) is not None
        if not said and not self._IS.match(between):
            return False
        if not said and not self._SAYS.search(between):
            return False
        return self._GRADIENT.search(between) is not None

    def _named_last(self, document: Document, these: tuple[Formula, ...]) -> bool:
        """Whether words say that a gradient is called by the last of some formulas."""
        *parts, last = self._between(document, these) or ["", ""]
        before = document.text[max(0, these[0].start - 60) : these[0].start]
        before = re.split(r"[.;:](?=\s)", before)[-1]
        named = self._IS_CALLED.fullmatch(last) is not None
        return named and self._GRADIENT.search(" ".join([before, *parts])) is not None

    _CALLED = re.compile(
        r"\b(?:denote|call|write|let|define|abbreviate|name)\s*(?:by|with|as)?[\s$\\(`]*$",
        re.IGNORECASE,
    )
    _IS = re.compile(
        r"[\s$\\)`]*(?:\s*\(?\s*(?:to\s+)?"
        r"(?:be|is|are|denotes?|for|stands? for|as|we\s+call|write|means?|the)\b|[,:])"
    )
    _SAYS = re.compile(r"\b(?:be|is|denotes?|for|stands? for|means?|as)\b")
    _IS_CALLED = re.compile(
        r"[\s$\\)`,]*(?:\([^()]*\)\s*)?(?:(?:is|be|will be|are)\s+)?(?:which\s+)?"
        r"(?:we\s+(?:shall\s+)?)?(?:denoted?|written|write|called?|abbreviated?|named?|say)"
        r"(?:\s+it)?(?:\s+(?:by|as))?[\s$\\(`]*",
        re.IGNORECASE,
    )

    def _from_prose(
        self,
        model: Model,
        document: Document,
        name: Formula,
        of_what: tuple[Formula, ...],
        by_what: Formula,
    ) -> None:
        """A name for the gradient of a formula, or of the loss, by another."""
        left, by = one_expression(name.text, document), one_expression(by_what.text, document)
        said = [one_expression(each.text, document) for each in of_what]
        if left is None or by is None or None in said:
            return
        named = self._named(model, left)
        if named is None or named[0] in self.definitions or not isinstance(bare(by), Sym):
            return
        of = bare(found) if (found := said[0] if said else self._loss_symbol()) else None
        if not isinstance(of, Sym) or not is_loss(model.ref(of).name):
            return
        letter, shift = (None, 0) if named[1] is None else split_time(named[1])
        value = Derivative(by.start, by.end, True, of, by)
        self.definitions[named[0]] = [Definition(named[0], letter, shift, value, 0)]

    _CONDITION = re.compile(
        r"\b(?:if(?!\s+(?:we|you|one)\s+(?:now|then|apply|use|write|put|insert|unroll))|suppos\w+|assum\w+"
        r"|provided|unless|neglect\w*|ignor\w*|approximat\w*|special\s+case|in\s+case|for\s+linear"
        r"|truncat\w*|simplif\w*|scalar\s+case|one[\s-]dimensional"
        r"|(?:one|single)\s+(?:hidden\s+)?(?:unit|neuron|cell)"
        r"|(?:is|are|be|were|an?|the)\s+(?:linear|identity)|identity\s+activations?"
        r"|linear\s+(?:case|units?|cells?|neurons?|activations?|networks?|dynamics|recurren\w+)"
        r"|orthogonal|unitary|normal\s+(?:matri\w+|weights?)|for\s+(?:normal|symmetric|diagonal)"
        r"|fixed\s+points?|origin|at\s+(?:rest|zero)|frozen|held\s+(?:fixed|constant)"
        r"|(?:no|without)\s+(?:an?\s+|the\s+|any\s+)?(?:non-?linearit\w+|activations?|bias\w*|inputs?))\b",
        re.IGNORECASE,
    )
    _CASE = re.compile(
        r"\b(?P<case>when(?:ever)?|for|at|under|given)\s+(?:\$|\\\()"
        r"(?P<said>\s*(?P<left>[^$=]*?)\s*(?:=|\\equiv)[^$]*?)(?:\$|\\\)|$)",
        re.IGNORECASE,
    )
    """What holds in one case: for $W = W^T$."""
    _IDENTITY = re.compile(
        r"\b(?P<case>with|setting|taking|where|put)\s+(?:\$|\\\()\s*\\?\w+\s*\(\s*(?P<letter>\w+)\s*\)"
        r"\s*=\s*(?P=letter)\s*(?:\$|\\\))",
        re.IGNORECASE,
    )
    """What holds of no activation: with $\\tanh(a) = a$."""

    _SUPPOSING = re.compile(
        r"\b(?:when(?:ever)?|for|only|were|not|no|never|cases?|except|errors?|mistakes?|wrong\w*"
        r"|would|could|may|might|cannot|unlike|examples?)\b|n't\b",
        re.IGNORECASE,
    )

    def supposed(self, relation: Relation) -> bool:
        """Whether what a relation says of a letter is not said of the whole text."""
        formula = self.documents[relation.document].formulas[relation.formula]
        beside = re.search(r"\\(?:text\w*|mbox)\s*\{([^{}]*)\}[\s~]*$",
                           formula.text[: relation.left.start])  # fmt: skip
        said = f"{self._sentence(relation)} {'' if beside is None else beside[1]}"
        supposing = self._SUPPOSING.search(said) or self._CONDITION.search(said)
        return bool(supposing or self.condition(relation))

    _WISHED = re.compile(
        r"\b(?:want|wish|need|requir\w*|desir\w*|ensur\w*|enforc\w*|constrain\w*|should|must|would"
        r"|could|may|might|goal|ideal\w*|aim|keep\w*|guarantee\w*|regulari[sz]\w*|penali[sz]\w*"
        r"|necessary|sufficient|until|so\s+that|in\s+order|heuristic\w*|roughly|approximat\w*"
        r"|typically|usually|often|hope\w*|regime)\b",
        re.IGNORECASE,
    )

    def wished(self, relation: Relation) -> bool:
        """Whether the sentence before a formula says that it is to hold, or may, or nearly does."""
        return self._WISHED.search(self._sentence(relation)) is not None

    _ASSERTED = re.compile(
        r"\b(?:so|hence|thus|therefore|then|have|has|gets?|gives?|obtain\w*|finds?|follows|impl(?:y|ies)"
        r"|shows?|satisf(?:y|ies)|always|conclude)(?:\s+that)?(?:\s+always)?[\s,:$\\(`]*$",
        re.IGNORECASE,
    )

    def asserted(self, relation: Relation) -> bool:
        """Whether the words before a formula say that it holds: hence, we have, it follows that."""
        asserted = self._ASSERTED.search(self._sentence(relation)) is not None
        return asserted and not self.supposed(relation)

    def condition(self, relation: Relation) -> str:
        """The words in the sentence around a formula that restrict it; empty if there are none."""
        sentence = self._sentence(relation)
        said = f"{sentence} {self._behind(relation)} {relation.after}"
        found = self._CONDITION.findall(re.sub(r"\$[^$]*\$|\\\(.*?\\\)|`[^`]*`", " ", said))
        found += [
            match["case"] for match in self._CASE.finditer(sentence)
            if not re.search(r"dots|\\[lg]eq?\b|[<>]", match["said"])
            and self._is_case(relation, match["said"])
        ]  # fmt: skip
        found += [match["case"] for match in self._IDENTITY.finditer(sentence)]
        return " … ".join(found).lower()

    def _is_case(self, relation: Relation, said: str) -> bool:
        """Whether an equation restricts a relation: not one of letters that nothing here has.

        Nor one that says again what a quantity is, or of what a loss is the sum.
        """
        try:
            chain = parse_chains(said, self.documents[relation.document].macros)[0]
        except (ParseError, ValueError, IndexError):
            return True
        left, right = chain.sides[0].tree, chain.sides[-1].tree
        symbol = None if left is None else bare(left)
        if not isinstance(symbol, Sym) or right is None:
            return True
        name = self.probe.ref(symbol).name
        sides = (relation.left.tree, relation.right.tree)
        here = {
            n.name for side in sides if side is not None for n in walk(side) if isinstance(n, Sym)
        }
        known = [d for each in self.definitions.values() for d in each]
        if symbol.name in self.symbols.times:
            return symbol.name in here
        if is_loss(name) and any(isinstance(node, Sym) for node in walk(right)):
            return False
        if any(d.name == name and shape_of(d.value) == shape_of(right) for d in known):
            return False
        read = {node.name for d in known for node in walk(d.value) if isinstance(node, Sym)}
        return symbol.name in here | read or name in self.definitions

    def _behind(self, relation: Relation) -> str:
        """What stands of its sentence behind a formula."""
        document = self.documents[relation.document]
        formula = document.formulas[relation.formula]
        end = formula.start + len(formula.text)
        after = document.text[end : end + 200].lstrip("$] \t\n\\")
        after = re.sub(r"^\s*(?:\\?end\{[^{}]*\})?[\s,]*", "", after)
        return re.split(r"[.!?](?:\s|$)|\n\s*\n", after)[0] if after[:1].islower() else ""

    def _sentence(self, relation: Relation) -> str:
        """What stands of its sentence before a formula."""
        document = self.documents[relation.document]
        formula = document.formulas[relation.formula]
        displays = [f for f in document.formulas if f.display and f.start < formula.start]
        start = displays[-1].start + len(displays[-1].text) if displays else 0
        before = document.text[max(start, formula.start - 600) : formula.start].rstrip("$[ \t\n\\")
        before = re.sub(r"\s*\\begin\{[^{}]*\}\s*$|<!--.*?-->", "", before, flags=re.DOTALL)
        return re.split(r"(?<=[.!?])\s+|\n\s*\n|\n#+ ", before.rstrip())[-1]

    _LAYOUT = re.compile(
        r"(?<!not )\b(?:use|using|uses|used|in|adopt\w*|follow\w*|employ\w*|with|stick to|choose)\b"
        r"[\s*_`“\"]*(?:the\s+|so-called\s+)?[\s*_`“\"]*(?P<which>numerator|denominator)[\s-]+layout",
        re.IGNORECASE,
    )

    def said_layout(self) -> str | None:
        """The one layout that the text speaks of, if it says that it uses it."""
        prose = " ".join(document.prose for document in self.documents)
        named = self.named_layouts()
        prose = re.sub(r"\\(?:text(?:bf|it|sl)|emph)\s*\{", " ", prose)
        used = {match["which"].lower() for match in self._LAYOUT.finditer(prose)}
        return used.pop() if len(named) == 1 == len(used) else None

    def named_layouts(self) -> set[str]:
        """The layouts that the text speaks of."""
        prose = " ".join(document.prose for document in self.documents)
        words = re.findall(r"(?i)\b(numerator|denominator)[\s-]+layout", prose)
        return {word.lower() for word in words}

    _READS = re.compile(
        r"\b(?:depend\w*|read\w*|function|evaluated|computed|comput\w+|look\w*)\b[^.;]{0,40}?"
        r"\b(?:on|of|at|from|only)?\s*(?:the\s+)?(?P<last>last|final)\b",
        re.IGNORECASE,
    )

    _NOT_ALONE = re.compile(
        r"\b(?:not|never|neither|all|any|every|each|whole|more|besides|beyond|rather|instead)\b|n't\b",
        re.IGNORECASE,
    )
    _AND_OTHERS = re.compile(
        r"\b(?:and|or|but|plus|as well as|together with|along with)\b[^.;]*?"
        r"\b(?:all|any|every|each|whole|others?|earlier|previous|first|intermediate)\b",
        re.IGNORECASE,
    )

    def _alone(self, before: str, after: str) -> bool:
        """Whether the words before and after the last step do not speak of other steps as well."""
        after = re.split(r"[.;](?:\s|$)|\n\s*\n", after[:120])[0]
        return not (self._NOT_ALONE.search(before) or self._AND_OTHERS.search(after))

    def said_loss(self) -> str:
        """Whether the text says that its loss reads the last step alone: "last", else "each"."""
        if any(of_the_last_step(r.left.tree, r.right.tree) for r in self.relations):
            return "last"
        if any(called_with_last(side.tree) for _, _, side in self.expressions):
            return "last"
        for document in self.documents:
            formulas = document.formulas
            for at, formula in enumerate(formulas):
                loss = self._letter(formula.text, document)
                if formula.display or loss is None or loss.subs:
                    continue
                if not is_loss(loss.name) and loss.name not in self.summed:
                    continue
                start = formula.start + len(formula.text)
                following = formulas[at + 1] if at + 1 < len(formulas) else None
                end = len(document.text) if following is None else following.start
                between = re.split(r"[.;]\s|\n\s*\n", document.text[start : min(end, start + 120)])
                whole = len(between) == 1 and following is not None
                read = self._READS.search(between[0])
                if read is not None:
                    after = document.text[start + read.end("last") :]
                    if self._alone(between[0][: read.start("last")], after):
                        return "last"
                    continue
                reads = re.search(
                    r"\b(?:depend\w*|reads?|reading|function of|is evaluated at)\b", between[0]
                )
                inner = self._letter(following.text, document) if following is not None else None
                if whole and reads and inner is not None and len(inner.subs or inner.sups) == 1:
                    time = bare((inner.subs or inner.sups)[0])
                    assert following is not None
                    after = document.text[following.start + len(following.text) :]
                    last = isinstance(time, Sym) and time.name in ("T", "N")
                    if last and self._alone(between[0], after):
                        return "last"
        return "each"

    def _letter(self, text: str, document: Document) -> Sym | None:
        """The one letter that a formula is."""
        if len(text) > LONGEST:
            return None
        key = (document.path, text)
        if key not in self.letters:
            self.letters[key] = self._parsed_letter(text, document)
        return self.letters[key]

    @staticmethod
    def _parsed_letter(text: str, document: Document) -> Sym | None:
        try:
            (chain,) = parse_chains(text, document.macros)
        except (ParseError, ValueError):
            return None
        tree = chain.sides[0].tree if not chain.links else None
        inner = bare(tree) if tree is not None else None
        return inner if isinstance(inner, Sym) else None

    def _loss_symbol(self) -> Tree | None:
        for tree in self.trees:
            for node in walk(tree):
                if isinstance(node, Derivative) and node.of is not None:
                    of = bare(node.of)
                    if isinstance(of, Sym) and of.name in LOSSES and not of.subs:
                        return of
        return None

    _IS_FUNCTION = re.compile(
        r"(?:\$|\\\()\s*\\?(?P<letter>[A-Za-z]+)\s*(?:\$|\\\))\s+(?:be|is|denotes)\s+the\s+"
        r"(?P<name>logistic|sigmoid|hyperbolic\s+tangent)\b"
    )
    """Which function a letter is: let $\\varphi$ be the logistic function."""

    def _said_kinds(self) -> dict[str, str]:
        """σ is the logistic function, or tanh, only where the text or a formula says so."""
        named = {
            SAME.get(found["letter"], found["letter"]): NAMES.get(found["name"], "tanh")
            for document in self.documents for found in self._IS_FUNCTION.finditer(document.text)
        }  # fmt: skip
        known_ones = {**dict.fromkeys(self.otherwise, "other"), **named, **self.functions}
        said = {
            f"function {name}": known for name, known in known_ones.items()
            if f"function {name}" not in self.hints.kinds
        }  # fmt: skip
        if "function sigma" in {**self.hints.kinds, **said}:
            return said
        prose = " ".join(document.prose for document in self.documents)
        sigma = any(
            isinstance(n, Sym) and n.name == "sigma" for tree in self.trees for n in walk(tree)
        )
        logistic = re.search(r"\b(?:sigmoid|logistic)\b", prose, re.IGNORECASE)
        other = re.search(
            r"\btanh\b|any (?:smooth|differentiable|activation)|ReLU"
            r"|e\.\s?g\.[^.]{0,30}(?:sigmoid|logistic)",
            prose,
            re.IGNORECASE,
        )
        return said | ({"function sigma": "logistic"} if sigma and logistic and not other else {})

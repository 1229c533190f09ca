"""Markdown, as a lecturer writes it, in the blocks and the markup of a document.

Paragraphs, lists, quotations, emphasis, links, pictures, tables, footnotes, code, `$…$` and `$$`
are read by markdown-it; what of the forms that are ours is its syntax stands in `markdown_syntax`.
A `[[name]]` alone in its paragraph is where what carries the name stands, and a fenced block named
`notes` is what the speaker says. What has no counterpart in a document is refused with its line,
never printed raw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from symrnn.errors import ParseError
from symrnn.lecture.leftovers import leftover
from symrnn.lecture.markdown_syntax import parser
from symrnn.lecture.pieces import Cut, Given, Notes, Piece, Place, Title
from symrnn.typeset.blocks import (
    Block,
    Display,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from symrnn.typeset.prose import escaped

Image = Callable[[str, int], Picture]
"""The picture at a path as it stands in a text, on a line; raises where there is none."""

_OPTION = re.compile(r'\s*([a-z]+)=("[^"]*"|[^\s"]+)')
_NAME = re.compile(r"[\w:.-]+")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s|]+$")


def read(text: str, file: str, image: Image) -> tuple[Piece, ...]:
    """The pieces of a text, in its order.

    Args:
        text: Markdown, without front matter.
        file: its name, for messages.
        image: finds a picture.

    Raises:
        ParseError: for what has no counterpart, naming file and line.
    """
    reader = _Reader(file, image)
    return tuple(reader.pieces(parser().parse(text)))


def inline(text: str, file: str, line: int) -> str:
    """Markdown without blocks, as it may stand in a title, as prose markup.

    Raises:
        ParseError: as `read`, and for what refers to something else.
    """

    def image(source: str, line: int) -> Picture:
        raise reader.refuse(line, "a picture in a line", "text", source)

    reader = _Reader(file, image)
    (tokens,) = parser().parseInline(text)
    odd = {"named", "cited", "footnote_ref"} & {t.type for t in tokens.children or ()}
    if odd:
        raise reader.refuse(line, "this refers to something", "words and $formulas$", text)
    return reader.markup(tokens.children or (), line)


@dataclass
class _Reader:
    """Recursive descent over the tokens of one text."""

    file: str
    image: Image

    def __post_init__(self) -> None:
        self.footnotes: dict[int, str] = {}

    def refuse(self, line: int, what: str, expected: str, got: str = "") -> ParseError:
        detail = {"expected": expected, **({"got": got} if got else {})}
        return ParseError(f"{self.file}, line {line}: {what}", detail)

    # ------------------------------------------------------------------ blocks

    def pieces(self, tokens: Sequence[Token]) -> Iterator[Piece]:
        tokens = self._without_footnotes(list(tokens))
        at = 0
        while at < len(tokens):
            end = _end(tokens, at)
            yield from self._piece(tokens[at : end + 1])
            at = end + 1

    def _without_footnotes(self, tokens: list[Token]) -> list[Token]:
        kinds = [token.type for token in tokens]
        if "footnote_block_open" not in kinds:
            return tokens
        start = kinds.index("footnote_block_open")
        at = start + 1
        while tokens[at].type == "footnote_open":
            end = _end(tokens, at)
            inner = [t for t in tokens[at + 1 : end] if t.type != "footnote_anchor"]
            number, line = tokens[at].meta["id"], _line(inner)
            if [t.type for t in inner] != ["paragraph_open", "inline", "paragraph_close"]:
                raise self.refuse(line, "a footnote is one paragraph", "[^1]: one paragraph")
            children = [t for t in inner[1].children or () if t.type != "footnote_anchor"]
            self.footnotes[number] = self.markup(children, line)
            at = end + 1
        return tokens[:start]

    def _piece(self, tokens: Sequence[Token]) -> Iterator[Piece]:
        first, line = tokens[0], _line(tokens)
        match first.type:
            case "heading_open":
                level = int(first.tag[1:])
                if level > 3:
                    raise self.refuse(line, "no such heading", "#, ## or ###", first.markup)
                text = self.markup(tokens[1].children or (), line)
                if "[[^|" in text:
                    raise self.refuse(line, "a heading has no footnote", "a footnote in the text")
                yield Title(text, level, line)
            case "hr":
                yield Cut(line)
            case "fence" if first.info.strip() == "notes":
                for piece in read(first.content, self.file, self.image):
                    if not (isinstance(piece, Given) and isinstance(piece.block, Paragraph)):
                        raise self.refuse(line, "notes are paragraphs", "paragraphs")
                    yield Notes(piece.block.text, line)
            case "paragraph_open" if (place := self._place(tokens[1], line)) is not None:
                yield place
            case _:
                yield from (Given(block, line) for block in self._blocks(tokens))

    def _place(self, inline: Token, line: int) -> Place | None:
        children = inline.children or []
        if [child.type for child in children] != ["named"]:
            return None
        (only,) = children
        inside, at = only.info.removeprefix("{").removesuffix("}").rstrip(), 0
        options = []
        while at < len(inside):
            found = _OPTION.match(inside, at)
            if found is None or not only.info.endswith("}"):
                raise self.refuse(
                    line, "what stands in braces can not be read", '{key=value key="a value"}',
                    only.info,
                )  # fmt: skip
            options.append((found[1], found[2].strip('"')))
            at = found.end()
        return Place(self._name(only, line), line, tuple(options))

    def _blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """Blocks that may stand in others, too."""
        at = 0
        while at < len(tokens):
            end = _end(tokens, at)
            yield from self._block(tokens[at : end + 1])
            at = end + 1

    def _block(self, tokens: Sequence[Token]) -> Iterator[Block]:
        first, inner, line = tokens[0], tokens[1:-1], _line(tokens)
        match first.type:
            case "paragraph_open":
                yield self._paragraph(tokens[1], line)
            case "bullet_list_open":
                yield Items(tuple(self._items(inner)))
            case "ordered_list_open":
                yield Items(tuple(self._items(inner)), int(first.attrs.get("start", 1)))
            case "blockquote_open":
                yield Quote(tuple(self._blocks(inner)))
            case "math_block":
                yield Display(first.content.strip())
            case "math_block_label":
                yield Display(first.content.strip(), self._label(first.info, line))
            case "fence" if first.info.strip().startswith("{"):
                raise self.refuse(
                    line, "a block that does something is not supported", "```python", first.info
                )
            case "fence" | "code_block":
                yield Listing(first.content, first.info.strip().split(" ")[0])
            case "table_open":
                yield self._table(tokens, line)
            case "heading_open":
                raise self.refuse(line, "a heading stands by itself", "a heading in no list")
            case "html_block":
                raise self._no_html(line, first.content)
            case "hr":
                raise self.refuse(line, "a rule stands by itself", "--- in no list")
            case kind:
                raise self.refuse(line, f"{kind.replace('_', ' ')} is not supported", _SUPPORTED)

    def _label(self, label: str, line: int) -> str:
        if not _NAME.fullmatch(label):
            raise self.refuse(line, "a formula's label is no name", "letters, -, _, :, .", label)
        return label

    def _items(self, tokens: Sequence[Token]) -> Iterator[tuple[Block, ...]]:
        at = 0
        while at < len(tokens):
            end = _end(tokens, at)
            yield tuple(self._blocks(tokens[at + 1 : end]))
            at = end + 1

    def _paragraph(self, inline: Token, line: int) -> Block:
        children = inline.children or []
        if [child.type for child in children] == ["image"]:
            (only,) = children
            source = str(only.attrs.get("src", ""))
            caption = self.markup(only.children or (), line)
            if not caption:
                raise self.refuse(line, "a picture without words", f"![what it shows]({source})")
            found = self.image(source, line)
            return Picture(found.name, caption, only.content, found.images)
        if [child.type for child in children] == ["math_inline_double"]:
            return Display(children[0].content.strip())
        return Paragraph(self.markup(children, line))

    def _table(self, tokens: Sequence[Token], line: int) -> Table:
        rows: list[list[str]] = []
        letters: list[str] = []
        for at, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                inline = tokens[at + 1]
                rows[-1].append(self.markup(inline.children or (), _line(tokens[at + 1 :])))
                if token.type == "th_open":
                    style = str(token.attrs.get("style", ""))
                    letters.append({"right": "r", "center": "c", "left": "l"}.get(style[11:], ""))
        header, *body = map(tuple, rows)
        columns = "".join(letters) if all(letters) else ""
        return Table(header, tuple(body), columns=columns)

    # ------------------------------------------------------------------ inlines

    def markup(self, tokens: Sequence[Token], line: int) -> str:
        """Inline tokens as prose markup."""
        # A backslash before what it does not escape stands for itself.
        self._refuse_leftovers(
            "".join(
                "\n" if t.type == "softbreak" else t.content
                for t in tokens
                if t.type in ("text", "softbreak")
                or (t.type == "text_special" and t.content == t.markup)
            ),
            line,
        )
        written = ""
        for token in tokens:
            written += self._inline(token, line)
            if token.type in ("softbreak", "hardbreak"):
                line += 1
        return written

    def _inline(self, token: Token, line: int) -> str:
        match token.type:
            case "text":
                return self._text(token.content, line)
            case "text_special":
                if (token.info == "escape" and token.content in "()") or token.markup == r"\[":
                    raise self.refuse(
                        line, "mathematics stands between dollars", "$…$", token.markup
                    )
                return escaped(token.content)
            case "softbreak":
                return "\n"
            case "em_open" | "em_close":
                return "*"
            case "strong_open" | "strong_close":
                return "**"
            case "code_inline":
                if "`" in token.content:
                    raise self.refuse(line, "a backquote in code", "code without one")
                return f"`{token.content}`"
            case "math_inline":
                return f"${token.content.strip()}$"
            case "link_open":
                address = str(token.attrs.get("href", ""))
                if not _ADDRESS.match(address):
                    raise self.refuse(
                        line, "this link leads nowhere", "https://…, http://… or mailto:…", address
                    )
                return f"[[>{address}|"
            case "link_close":
                return "|]]"
            case "footnote_ref":
                return f"[[^|{self.footnotes[token.meta['id']]}|]]"
            case "named":
                if token.info:
                    raise self.refuse(
                        line, "what stands in braces is for a paragraph of its own",
                        f"[[{token.content}]]", f"[[{token.content}]]{token.info}",
                    )  # fmt: skip
                return f"[[{self._name(token, line)}]]"
            case "cited":
                return self._cited(token, line)
            case "html_inline":
                raise self._no_html(line, token.content)
            case "image":
                raise self.refuse(line, "a picture in a line", "a picture in its own paragraph")
            case "math_inline_double":
                raise self.refuse(line, "a display in a line", "$$…$$ in its own paragraph")
            case "hardbreak":
                raise self.refuse(line, "a line broken by hand", "one paragraph, or two")
            case "s_open":
                raise self.refuse(line, "words struck out are not supported", _SUPPORTED)
            case kind:
                raise self.refuse(line, f"{kind.replace('_', ' ')} is not supported", _SUPPORTED)

    def _cited(self, token: Token, line: int) -> str:
        match token.info:
            case "":
                return f"[[@{token.content}]]"
            case "within":
                key, _, place = token.content.removesuffix("]").partition("[")
                return f"[[@{key.strip()}|within|{place.strip()}]]"
            case "aside":
                works = [each.strip().partition(",") for each in token.content.split(";")]
                return " ".join(
                    f"[[{key}|aside{f'|{place.strip()}' if place else ''}]]"
                    for key, _, place in works
                )
            case _:
                forms = "@key, @key [p. 3], [@key], [@key, p. 3] or [@one; @other]"
                raise self.refuse(line, "this is no citation", forms, token.content)

    def _text(self, text: str, line: int) -> str:
        if "$" in text:
            raise self.refuse(line, "`$` is never closed", r"$…$, or \$ for a dollar", text.strip())
        return escaped(text)

    def _refuse_leftovers(self, text: str, line: int) -> None:
        """Raise for signs of Markdown that marked nothing, and would be printed as they are."""
        found = leftover(text)
        if found is not None:
            raise self.refuse(line, *found)

    def _name(self, token: Token, line: int) -> str:
        if not _NAME.fullmatch(token.content):
            raise self.refuse(line, "this is no name", "[[name]]", f"[[{token.content}]]")
        return token.content

    def _no_html(self, line: int, got: str) -> ParseError:
        return self.refuse(
            line, "HTML is not supported", r"Markdown, or \< for the sign", got.strip()
        )


_SUPPORTED = (
    "paragraphs, lists, quotations, emphasis, links, pictures, tables, footnotes, code, mathematics"
)


def _end(tokens: Sequence[Token], start: int) -> int:
    """The place of the token that closes what opens at `start`."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    raise AssertionError(tokens[start])


def _line(tokens: Sequence[Token]) -> int:
    return next((token.map[0] + 1 for token in tokens if token.map is not None), 1)

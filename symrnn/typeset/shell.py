"""What stands round the content of the page: style, fonts, scripts, and the policy they fall under.

The page loads nothing. Its policy allows the fonts that are in it and exactly the one script that
is in it, by its hash, so that nothing put into the text could run or call home.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from symrnn.typeset.explorer import Explorer
from symrnn.typeset.words import phrase

#: Family, style and weight of each embedded font; fonts/README.md says where they come from.
FONTS = {
    "text-regular.woff2": ("STIX Two Text", "normal", 400),
    "text-italic.woff2": ("STIX Two Text", "italic", 400),
    "math.woff2": ("STIX Two Math", "normal", 400),
}


def render(template: str, **values: Any) -> Markup:
    """A template of this package, filled in; text is escaped, a missing value is an error."""
    return Markup(_environment().get_template(template).render(**values))


def page_around(body: Markup, explorer: Explorer | None, **values: Any) -> str:
    """The whole page: `body` and what else templates/page.html shows, in one file.

    Args:
        body: the content of <main>.
        explorer: what the script computes with; None for a page without scripts.
        values: the rest of what the template asks for.
    """
    pictures = '<img class="given"' in body
    script = None if explorer is None else Markup(_program(explorer))
    return render(
        "page.html",
        body=body,
        style=Markup("\n").join((_font_faces(), Markup(_text("style.css")))),
        script=script,
        policy=_policy(script, pictures),
        data=None if explorer is None else Markup(explorer.data()),
        **values,
    )


def still_page(template: str, style: str, **values: Any) -> str:
    """A page without scripts: a template in the page's style and fonts, with a style of its own."""
    return render(
        template,
        style=Markup("\n").join((_font_faces(), Markup(_text("style.css")))),
        own_style=Markup(_text(style)),
        policy=_policy(None, False),
        **values,
    )


def _program(explorer: Explorer) -> str:
    written = (_text(name) for name in ("drawing.js", explorer.program))
    source = _text("matrices.js"), explorer.generated(), *written
    # What ends the element ends the script; nothing generated or written here holds it.
    assert not any("</script" in part.lower() for part in source)
    return "\n".join(('(() => {\n"use strict";\n', *source, "})();"))


def _policy(script: str | None, pictures: bool) -> str:
    allowed = {"default-src": "'none'", "style-src": "'unsafe-inline'", "font-src": "data:"}
    if pictures:
        allowed["img-src"] = "data:"
    if script is not None:
        # The browser hashes what stands between the tags, line feeds included.
        digest = hashlib.sha256(f"\n{script}\n".encode()).digest()
        allowed["script-src"] = f"'sha256-{base64.b64encode(digest).decode()}'"
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def _text(name: str) -> str:
    return (files("symrnn.typeset") / "templates" / name).read_text(encoding="utf-8").strip()


@cache
def _font_faces() -> Markup:
    folder = files("symrnn.typeset") / "fonts"
    form = Markup(
        '@font-face {{ font-family: "{}"; font-style: {}; font-weight: {}; font-display: block;'
        ' src: url("data:font/woff2;base64,{}") format("woff2"); }}'
    )
    return Markup("\n").join(
        form.format(*described, base64.b64encode((folder / name).read_bytes()).decode())
        for name, described in FONTS.items()
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("symrnn.typeset", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    made.globals["phrase"] = phrase
    return made

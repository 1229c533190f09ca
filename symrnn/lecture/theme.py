"""The theme of slides: one that TeX has, by its name, or a style file of the user's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.typeset.slides import Look

_SECONDS = 20
_LARGEST = 1_000_000


def themed(given: str | None, aspect: str) -> Look:
    """Slides of a shape, with a theme.

    Args:
        given: the name of a beamer theme, `metropolis`, or the path of a file that ends in `.sty`.
        aspect: "169" or "43".

    Raises:
        IllFormedError: for a theme that is not there.
    """
    if given is None:
        return Look(aspect)
    if given.endswith(".sty"):
        path = Path(given)
        if not path.is_file():
            raise IllFormedError(
                "there is no such theme", {"expected": "a style file", "got": given}
            )
        content = path.read_bytes()
        if not re.fullmatch(r"[A-Za-z0-9_-]+", path.stem) or len(content) > _LARGEST:
            raise IllFormedError(
                "this can be no theme",
                {"expected": "a style file whose name is letters and digits", "got": given},
            )
        return Look(aspect, path.stem, {path.name: content})
    if not re.fullmatch(r"[A-Za-z0-9_-]+", given) or not _is_known(given):
        raise IllFormedError(
            "there is no such theme",
            {"expected": "a theme of beamer that TeX finds, or a file FILE.sty", "got": given},
        )
    return Look(aspect, given)


def _is_known(name: str) -> bool:
    """Whether TeX finds the theme; where there is no TeX to ask, it is taken for granted."""
    command = shutil.which("kpsewhich")
    if command is None:
        return True
    run = subprocess.run(
        [command, f"beamertheme{name}.sty"],
        capture_output=True,
        timeout=_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return run.returncode == 0

"""Where symrnn's own proof files are."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def lecture_folder() -> Path:
    """Where the lecture's proofs are: inside the installed package, or beside it in a checkout."""
    installed = PACKAGE / "_proofs"
    return installed if installed.is_dir() else PACKAGE.parent / "proofs"


def is_ours(path: Path) -> bool:
    """Whether a file is one of symrnn's own proof files."""
    return lecture_folder().resolve() in path.resolve().parents

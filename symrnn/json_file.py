"""A record kept as JSON: the file is there whole, or as it was."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any


def keep(file: Path, record: Any) -> None:
    """Write a record into a file, whose folder is made if it is missing.

    Raises:
        OSError, ValueError, TypeError, RecursionError: it can not be written; nothing is left.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            json.dump(record, stream, ensure_ascii=False)
        os.replace(name, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise

"""A record is in its file whole, or the file is as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symrnn import json_file


def test_what_can_not_be_written_leaves_the_file_as_it_was_and_nothing_beside_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "folder" / "kept.json"
    json_file.keep(file, {"σ": 1})
    with pytest.raises(TypeError):
        json_file.keep(file, ["begun", object()])
    assert json.loads(file.read_text(encoding="utf-8")) == {"σ": 1}
    assert list(file.parent.iterdir()) == [file]

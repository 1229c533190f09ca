"""Documents of a project as tests: one a relation; a slip fails, what is not read is skipped."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

NOTES = r"""
$h_t = \tanh(W h_{t-1} + U x_t)$

$$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) W$$

$$\frac{\partial h_t}{\partial x_{t}} = \mathrm{diag}(1 - h_t) U$$

$$\frac{\partial h_t}{\partial q} = \mathrm{diag}(1 - h_t) U$$
"""


def _run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    plugin = ("-p", "symrnn.pytest_documents", "-p", "no:cacheprovider", "-v")
    return pytester.runpytest_inprocess(*plugin, *arguments)


def test_one_test_a_relation(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nsymrnn_documents = notes/*.md\n")
    (pytester.mkdir("notes") / "a.md").write_text(NOTES, encoding="utf-8")
    result = _run(pytester)
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*a.md:6:*FALSE*", "*mended*1 - h_t^2*"])


def test_other_files_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    (pytester.path / "a.md").write_text(NOTES, encoding="utf-8")
    _run(pytester).assert_outcomes(passed=1)


def test_a_pattern_without_files_is_said(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nsymrnn_documents = nowhere/*.md\n")
    result = _run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR

"""Work shared between forked processes.

Each test is a fresh interpreter: the one that runs the tests may have threads, and is not forked
then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from symrnn.processors import cores

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

SQUARES = """
import json, os
from symrnn.verify.processes import can_fork, share
assert can_fork()
begun = []
found = dict(share(lambda n: (n**2, os.getpid() == parent), [5, 3, 8, 1], 2, begun.append))
print(json.dumps([begun, found]))
"""

DEATH = """
import json, os
from symrnn.errors import EvidenceError
from symrnn.verify.processes import share
said = []
for workers in (1, 2):
    try:
        list(share(lambda number: os._exit(1), [1, 2, 3], workers, lambda number: None))
    except EvidenceError as error:
        said.append(str(error))
print(json.dumps(said))
"""

ONE_DIES = """
import json, os
from symrnn.recurrence.elman import elman
from symrnn.theory.library import load
from symrnn.verify.evidence import gather_all
library, rnn = load(), elman()
names = ["activation_jacobian", "preactivation_jacobian", "step_jacobian"]
chosen = [library[name] for name in names]
chosen[1].counterexample("it ends the process")(lambda: os._exit(3))
found = gather_all(chosen, rnn, library, workers=2)
print(json.dumps([[bool(each.grades), str(each.failure)] for each in found]))
"""

STATEMENTS = """
import json
from symrnn.recurrence.elman import elman
from symrnn.theory.library import load
from symrnn.verify.evidence import gather_all
from symrnn.verify.processes import can_fork
assert can_fork()
library, rnn, heard = load(), elman(), []
names = ["norm_of_step", "activation_jacobian", "preactivation_jacobian"]
chosen = [library[name] for name in names]
alone, shared = (gather_all(chosen, rnn, library, heard.append, n) for n in (1, 2))
assert [e.statement for e in alone] == [e.statement for e in shared] == chosen
assert [(e.chains, e.faults) for e in alone] == [(e.chains, e.faults) for e in shared]
records = [[{**e.record(), "seconds": 0} for e in each] for each in (alone, shared)]
print(json.dumps([names, heard, *records]))
"""


def alone(code: str) -> Any:
    """What a fresh interpreter prints, read as JSON."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=240
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_every_number_once_by_other_processes() -> None:
    begun, found = alone(f"import os; parent = os.getpid()\n{SQUARES}")
    assert begun == [5, 3, 8, 1]
    assert found == {str(n): [n**2, False] for n in begun}


def test_a_process_that_dies_is_noticed() -> None:
    said = alone(DEATH)
    assert len(said) == 2
    assert all("worker process ended" in message for message in said)


def test_statements_are_found_alike_by_one_process_or_two() -> None:
    names, heard, one, two = alone(STATEMENTS)
    assert heard[:3] == names
    assert sorted(heard[3:]) == sorted(names)
    assert one == two
    assert all(record["grades"] == ["sampled", "explicit", "derived"] for record in one)


def test_no_fork_beside_threads_of_others() -> None:
    code = (
        "import json, sys, types\n"
        "from symrnn.verify.processes import can_fork\n"
        "before = can_fork()\n"
        "sys.modules['jax'] = types.ModuleType('jax'); print(json.dumps([before, can_fork()]))"
    )
    assert alone(code) == [True, False]


def test_there_is_a_core() -> None:
    assert cores() >= 1


def test_a_process_that_dies_takes_one_statement_with_it() -> None:
    found = alone(ONE_DIES)
    assert [graded for graded, _ in found] == [True, False, True]
    assert "the process that checked `preactivation_jacobian` died" in found[1][1]

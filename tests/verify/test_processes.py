"""Work shared between forked processes.

Each test is a fresh interpreter: the one that runs the tests may have threads, and is not forked
then.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
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
import json, os, signal
from symrnn.verify.processes import LOST, share
def work(n):
    if n == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if n == 5:
        os._exit(0)
    return n**2
found = []
for workers in (1, 2, 4):
    pairs = list(share(work, [1, 2, 3, 4, 5, 6], workers, lambda number: None))
    found.append(sorted((n, "lost" if square is LOST else square) for n, square in pairs))
print(json.dumps(found))
"""

ONCE = """
import json, os, sys
from symrnn.verify.processes import share
def work(n):
    try:
        os.close(os.open(f"{sys.argv[1]}/{n}", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return n
    os._exit(1)
print(json.dumps(sorted(share(work, [1, 2, 3], 2, lambda number: None))))
"""

MEANWHILE = """
import json, os, signal, sys
from symrnn.verify.processes import beside
parent = os.getpid()
def work(n):
    if n == 3 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return n**2, os.getpid() == parent
found = []
for order, workers in (([1, 2], 2), ([1, 2], 0), ([], 2), ([3], 1)):
    with beside(work, order, workers) as rest:
        found.append(list(rest().items()))
print(json.dumps(found))
"""

INTERRUPTED = """
import json, multiprocessing, time
from symrnn.verify.processes import beside
start = time.monotonic()
try:
    with beside(lambda n: time.sleep(600), [1, 2], 2):
        raise KeyboardInterrupt
except KeyboardInterrupt:
    pass
print(json.dumps([len(multiprocessing.active_children()), time.monotonic() - start < 60]))
"""

ERROR = """
import json
from symrnn.verify.processes import share
try:
    list(share(lambda n: 1 / n, [1, 0, 2], 2, lambda number: None))
except ZeroDivisionError as error:
    print(json.dumps(str(error)))
"""

LEFT = """
import json, multiprocessing, time
from symrnn.verify.processes import share
for found in share(time.sleep, [0, 1000, 1000], 2, lambda number: None):
    break
print(json.dumps([list(found), len(multiprocessing.active_children())]))
"""

LOST_STATEMENT = """
import json, os
from symrnn.cells.elman import elman
from symrnn.theory.library import load
from symrnn.verify import evidence
library, rnn = load(), elman()
names = ["norm_of_step", "activation_jacobian", "preactivation_jacobian"]
gather = evidence.gather
def dies(statement, rnn, library):
    if statement.name == names[1]:
        os._exit(1)
    return gather(statement, rnn, library)
evidence.gather = dies
found = evidence.gather_all([library[name] for name in names], rnn, library, workers=2)
print(json.dumps([[each.complete, str(each.failure)] for each in found]))
"""

KILLED = """
import os, signal, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it would stay ignored
from symrnn.verify.processes import share
def work(n):
    os.write(1, f"{n}\\n".encode())  # at once: two processes write
    time.sleep(1000)
list(share(work, [1, 2], 2, lambda number: None))
"""

ONE_DIES = """
import json, os
from symrnn.cells.elman import elman
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
from symrnn.cells.elman import elman
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


def alone(code: str, *arguments: str) -> Any:
    """What a fresh interpreter prints, read as JSON."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_every_number_once_by_other_processes() -> None:
    begun, found = alone(f"import os; parent = os.getpid()\n{SQUARES}")
    assert begun == [5, 3, 8, 1]
    assert found == {str(n): [n**2, False] for n in begun}


def test_others_work_beside_this_process_and_it_does_what_they_do_not() -> None:
    mine = [[1, [1, True]], [2, [4, True]]]
    assert alone(MEANWHILE) == [
        [[1, [1, False]], [2, [4, False]]],
        mine,
        [],
        [[3, [9, True]]],
    ]


def test_an_interruption_ends_those_beside_it() -> None:
    assert alone(INTERRUPTED) == [0, True]


def test_a_process_that_dies_takes_nothing_with_it() -> None:
    expected = [[1, 1], [2, 4], [3, "lost"], [4, 16], [5, "lost"], [6, 36]]
    assert alone(DEATH) == [expected] * 3


def test_what_a_process_was_at_when_it_died_is_done_again(tmp_path: Path) -> None:
    assert alone(ONCE, str(tmp_path)) == [[1, 1], [2, 2], [3, 3]]


def test_what_the_work_raises_is_raised() -> None:
    assert alone(ERROR) == "division by zero"


def test_leaving_ends_the_others_at_once() -> None:
    assert alone(LEFT) == [[0, None], 0]


def test_a_statement_whose_process_dies_is_named_and_the_others_are_found() -> None:
    first, lost, last = alone(LOST_STATEMENT)
    assert first == last == [True, "None"]
    assert lost[0] is False and "checked `activation_jacobian` ended" in lost[1]


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_the_others_end_with_their_parent(number: str) -> None:
    command = [sys.executable, "-c", KILLED]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent, parent.stdout:
        try:
            assert {parent.stdout.readline(), parent.stdout.readline()} == {b"1\n", b"2\n"}
        finally:
            parent.send_signal(getattr(signal, number))
        # Ends: none of the others is left to hold the pipe.
        assert parent.stdout.read() == b""
    assert parent.returncode == -getattr(signal, number)


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
    assert "the process that checked `preactivation_jacobian` ended" in found[1][1]

"""Small files of the standard library through the prover: every verdict, the cache, the limits."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from symrnn.machine.build import compile_all
from symrnn.machine.cache import Cache, keys
from symrnn.machine.prover import Outcome, Prover, Verdict, judge
from symrnn.machine.sources import Source, in_order

BASE = "Theorem two : 1 + 1 = 2.\nProof. reflexivity. Qed.\n"
USES = "From symrnn Require Import base.\nDefinition again : 1 + 1 = 2 := two.\n"


def compiled(
    prover: Prover, cache: Path, limit: float = 60.0, **texts: str
) -> tuple[dict[str, Outcome], list[str]]:
    sources = {stem: Source(stem, text) for stem, text in texts.items()}
    heard: list[str] = []
    outcomes = compile_all(
        sources,
        sources,
        prover,
        Cache(cache),
        time_limit=limit,
        heard=lambda outcome: heard.append(outcome.stem),
    )
    return outcomes, heard


VERDICTS = {
    "accepted": (BASE, Verdict.ACCEPTED, None),
    "a wrong proof": ("Definition p : 1 + 1 = 3 := eq_refl.\n", Verdict.REFUSED, 1),
    "an open proof": ("Theorem p : 1 = 2.\nProof.\nQed.\n", Verdict.REFUSED, 3),
    "no Coq": ("Theorem p : 1 = 1\n", Verdict.MALFORMED, 2),
    "an unknown name": ("Definition p : 1 = 1 := nowhere.\n", Verdict.MALFORMED, 1),
    "an unknown file": ("From symrnn_nowhere Require Import x.\n", Verdict.MALFORMED, 1),
}


@pytest.mark.parametrize(("text", "verdict", "line"), VERDICTS.values(), ids=VERDICTS.keys())
def test_verdicts(
    prover: Prover, tmp_path: Path, text: str, verdict: Verdict, line: int | None
) -> None:
    outcomes, _ = compiled(prover, tmp_path, base=text)
    assert (outcomes["base"].verdict, outcomes["base"].line) == (verdict, line)


def test_what_requires_a_refused_file_is_blocked(prover: Prover, tmp_path: Path) -> None:
    outcomes, heard = compiled(
        prover, tmp_path, base="Definition two : 1 = 2 := eq_refl.", uses=USES
    )
    assert outcomes["uses"].verdict is Verdict.BLOCKED
    assert heard == ["base", "uses"]


def _compiling(folder: Path) -> list[str]:
    """Command lines of the processes that work on files of a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended since
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return [line for line in found if str(folder) in line]


def test_time_is_limited_and_nothing_is_left_running(prover: Prover, tmp_path: Path) -> None:
    endless = (
        "Fixpoint twice (n : nat) : bool := match n with\n"
        "  O => true | S m => if twice m then twice m else false end.\n"
        "Goal twice 200 = true. Proof. vm_compute. reflexivity. Qed.\n"
    )
    started = time.monotonic()
    outcomes, _ = compiled(prover, tmp_path, 3.0, base=endless)
    assert outcomes["base"].verdict is Verdict.TIMED_OUT
    assert time.monotonic() - started < 30
    assert _compiling(tmp_path) == []
    assert list(tmp_path.glob(".compiling-*")) == []


def test_accepted_files_are_known_the_second_time(prover: Prover, tmp_path: Path) -> None:
    first, _ = compiled(prover, tmp_path, base=BASE, uses=USES)
    second, _ = compiled(prover, tmp_path, base=BASE, uses=USES)
    assert [outcome.cached for outcome in first.values()] == [False, False]
    assert [outcome.cached for outcome in second.values()] == [True, True]
    changed, _ = compiled(prover, tmp_path, base=BASE + "(* changed *)\n", uses=USES)
    assert [outcome.cached for outcome in changed.values()] == [False, False]


def test_refused_files_are_never_kept(prover: Prover, tmp_path: Path) -> None:
    for _ in range(2):
        outcomes, _ = compiled(prover, tmp_path, base="Definition p : 1 = 2 := eq_refl.\n")
        assert not outcomes["base"].accepted and not outcomes["base"].cached
    assert list(tmp_path.iterdir()) == []


def test_what_another_process_compiles_is_waited_for(prover: Prover, tmp_path: Path) -> None:
    cache, source = Cache(tmp_path), Source("base", BASE)
    key = keys([source], prover)["base"]
    other = cache.prepare(key, source)
    assert other is not None and cache.prepare(key, source) is None
    found: list[Outcome] = []
    us = threading.Thread(
        target=lambda: found.extend(compiled(prover, tmp_path, base=BASE)[0].values())
    )
    us.start()
    us.join(0.3)
    assert us.is_alive() and not list(tmp_path.glob("*/*/*.vo"))
    (other.place / "base.vo").write_bytes(b"theirs")
    cache.keep(key, source, other, Outcome("base", Verdict.ACCEPTED, "said"))
    other.discard()
    us.join(20)
    assert [(each.cached, each.said) for each in found] == [(True, "said")]
    assert [each.name for each in tmp_path.iterdir()] == [key]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_what_a_killed_process_left_is_waited_for_by_none(prover: Prover, tmp_path: Path) -> None:
    key = keys([Source("base", BASE)], prover)["base"]
    (tmp_path / f".compiling-{key}" / "left").mkdir(parents=True)
    outcomes, _ = compiled(prover, tmp_path, base=BASE)
    assert outcomes["base"].accepted and [each.name for each in tmp_path.iterdir()] == [key]


def test_a_damaged_record_is_no_record(prover: Prover, tmp_path: Path) -> None:
    compiled(prover, tmp_path, base=BASE)
    (place,) = tmp_path.iterdir()
    (place / "outcome.json").write_text("{", encoding="utf-8")
    outcomes, _ = compiled(prover, tmp_path, base=BASE)
    assert outcomes["base"].accepted and not outcomes["base"].cached


def test_keys_change_with_all_that_matters(prover: Prover) -> None:
    def key(base: str, by: Prover = prover) -> str:
        sources = {"base": Source("base", base), "uses": Source("uses", USES)}
        return keys(in_order(sources, ["uses"]), by)["uses"]

    class Later(Prover):
        version = "a later Coq"

    assert key(BASE) == key(BASE)
    assert len({key(BASE), key(BASE + " "), key(BASE, Later(prover.command))}) == 3


def test_a_crash_is_no_refusal() -> None:
    assert judge("base", 137, "", "Killed", 1.0).verdict is Verdict.MALFORMED
    assert judge("base", 129, "", "Fatal error: stack overflow", 1.0).verdict is Verdict.MALFORMED

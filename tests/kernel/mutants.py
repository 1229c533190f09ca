"""Mutants of the trusted code, each put before the tests that reach the place it changes.

    python tests/kernel/mutants.py symrnn/kernel/order.py --sample 100 --report mutants.json

A mutant that the tests accept survives, and is read by somebody: either it means the same, or a
test is missing. The tests are collected and run once, which says what each reaches and how long it
takes; then every mutant is planted in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol
from planting import ROOT, Mutant, compiled, forget, mutants, planted, prepare

TESTS = ("tests/kernel", "tests/theory")
OPEN = ("survived", "not reached")
NOT_RUN = "nothing that runs is changed"
GRACE = 20
"""Seconds of processor time that a mutant may take beyond five times what its tests take."""


@dataclass
class Reach:
    """What one test reaches: lines of the files, and the seconds it takes."""

    seconds: float
    lines: set[tuple[str, int]] = field(default_factory=set)


class Court:
    """A pytest plugin that, instead of running the tests, puts mutants before them."""

    def __init__(self, chosen: list[Mutant], given: argparse.Namespace) -> None:
        self.chosen, self.given = chosen, given
        self.reach: dict[Any, Reach] = {}
        self.killers: dict[str, Counter[str]] = {mutant.file: Counter() for mutant in chosen}
        self.trials: dict[int, Trial] = {}
        self.verdicts: list[dict[str, Any]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The trial."""
        self._learn(session.items)
        prepare(self.killers)
        gc.collect()
        gc.freeze()
        for mutant in self.chosen:
            items = self._reaching(mutant)
            if not items:
                self._record(mutant, "not reached")
                continue
            trial = Trial.begun(mutant, items, sum(self.reach[item].seconds for item in items))
            self.trials[trial.child] = trial
            if len(self.trials) == self.given.at_once:
                self._ended()
        while self.trials:
            self._ended()
        return True

    def _learn(self, items: list[Any]) -> None:
        """Runs each test once: which lines it reaches, and how long it takes."""
        watched = coverage.Coverage(
            data_file=None, include=[str(ROOT / file) for file in self.killers], config_file=False
        )
        watched.start()
        for item in items:
            forget()
            watched.switch_context(item.nodeid)
            began = time.process_time()
            failed = _failure([item])
            if failed:
                print(f"left out, fails as it is: {item.nodeid}", flush=True)  # noqa: T201
            else:
                self.reach[item] = Reach(time.process_time() - began)
        watched.stop()
        named = {item.nodeid: item for item in self.reach}
        data = watched.get_data()
        for file in self.killers:
            for line, contexts in data.contexts_by_lineno(str(ROOT / file)).items():
                for item in (named[context] for context in contexts if context in named):
                    self.reach[item].lines.add((file, line))
        total = sum(each.seconds for each in self.reach.values())
        print(f"{len(self.reach)} tests, {total:.1f} s", flush=True)  # noqa: T201

    def _reaching(self, mutant: Mutant) -> list[Any]:
        """The tests that reach its lines, or its file where no function holds them."""
        lines = {(mutant.file, line) for line in range(mutant.line, mutant.last + 1)}
        found = [item for item, reach in self.reach.items() if reach.lines & lines]
        if mutant.at_module_level:
            found = [
                item
                for item, reach in self.reach.items()
                if any(file == mutant.file for file, _ in reach.lines)
            ]
        kills = self.killers[mutant.file]
        found.sort(key=lambda item: (-kills[item.nodeid], self.reach[item].seconds))
        kept, total = [], 0.0
        for item in found:
            total += self.reach[item].seconds
            if total > self.given.budget:
                break
            kept.append(item)
        return kept or found[:1]

    def _ended(self) -> None:
        """Waits for one of the processes, and notes its verdict."""
        child, status = os.wait()
        trial = self.trials.pop(child)
        verdict, by = trial.verdict(status)
        if verdict == "killed":
            self.killers[trial.mutant.file][by.split("\n")[0]] += 1
        self._record(trial.mutant, verdict, by, time.monotonic() - trial.began)

    def _record(self, mutant: Mutant, verdict: str, by: str = "", seconds: float = 0.0) -> None:
        self.verdicts.append(
            {**asdict(mutant), "verdict": verdict, "by": by, "seconds": round(seconds, 2)}
        )
        Path(self.given.report).write_text(
            json.dumps(self.verdicts, indent=1, ensure_ascii=False), encoding="utf-8"
        )


@dataclass
class Trial:
    """A process in which a mutant is planted and judged."""

    mutant: Mutant
    child: int
    pipe: int
    began: float

    @classmethod
    def begun(cls, mutant: Mutant, items: list[Any], seconds: float) -> Trial:
        """Starts it, with so many seconds for its tests as it takes them unchanged, and more."""
        inward, outward = os.pipe()
        child = os.fork()
        if child == 0:
            limit = int(5 * seconds) + GRACE
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            with planted(mutant.file, compiled(mutant)) as changed:
                failed = _failure(items) if changed else NOT_RUN
            os.write(outward, failed.encode()[:4000])
            os._exit(1 if failed else 0)
        os.close(outward)
        return cls(mutant, child, inward, time.monotonic())

    def verdict(self, status: int) -> tuple[str, str]:
        """What became of it, and by which test."""
        with os.fdopen(self.pipe, "rb") as pipe:
            said = pipe.read().decode(errors="replace")
        if os.WIFSIGNALED(status):
            return "killed (time)", ""
        if os.waitstatus_to_exitcode(status) == 0:
            return "survived", ""
        return ("survived" if said == NOT_RUN else "killed"), said


def _failure(items: list[Any]) -> str:
    """The first test that fails, and what it says; nothing if none does."""
    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        for report in runtestprotocol(item, log=False, nextitem=following):
            if report.failed:
                crash = getattr(report.longrepr, "reprcrash", None)
                item.session._setupstate.teardown_exact(None)
                return f"{item.nodeid}\n{crash.message if crash else report.longrepr}"
    return ""


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="files of the package, from the project's root")
    parser.add_argument("--tests", nargs="*", default=list(TESTS), help="what judges them")
    parser.add_argument("--sample", type=int, help="a fixed random choice of so many mutants")
    parser.add_argument("--seed", type=int, default=0, help="another choice for another number")
    parser.add_argument("--skip", type=int, default=0, help="so many of the choice are left out")
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for a mutant")
    parser.add_argument("--at-once", type=int, default=1, help="processes at a time")
    parser.add_argument("--only", help="a report: its survivors are judged again")
    parser.add_argument("--report", default="mutants.json", help="where the verdicts are written")
    given = parser.parse_args()
    every = [mutant for file in given.files for mutant in mutants(file)]
    random.Random(given.seed).shuffle(every)
    chosen = every[given.skip :][: given.sample]
    print(f"{len(chosen)} of {len(every)} mutants", flush=True)  # noqa: T201
    if given.only:
        before = json.loads(Path(given.only).read_text(encoding="utf-8"))
        left = {(v["file"], v["line"], v["change"]) for v in before if v["verdict"] in OPEN}
        chosen = [each for each in every if (each.file, each.line, each.change) in left]
    options = ["-p", "no:cacheprovider", "-p", "no:terminal", "-o", "addopts="]
    options += ["--import-mode=importlib", "--rootdir", str(ROOT)]
    raise SystemExit(pytest.main([*options, *given.tests], plugins=[Court(chosen, given)]))


if __name__ == "__main__":
    main()

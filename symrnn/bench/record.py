"""The benchmark's JSON: one object, its keys documented here.

schema    "symrnn-bench/2"
quick     whether sizes were small and times are of one run each: then no goal is judged
machine   python, platform, processor, cores, load (average over a minute), blas (a list of
          internal_api, version, architecture, num_threads)
apart     whether each party ran in a process of its own, with as many threads as cores
versions  by package; null for what is not installed
rows      a list, one for each work item and size:
  work, sizes           what was done, and its sizes by symbol
  seconds               median by contender: "symrnn" is ours, "products" the matrix products
                        alone
  fastest, slowest      by contender
  runs                  timed runs by contender
  disagreement          relative, of each compared contender with ours, before timing
  gave_up               peers that reached their time limit without a result: their
                        seconds are a lower bound
  fastest_peer          null if no peer was run
  figures               ratios and other quantities by name
  goals                 a list: figure, limit, at_least (else at most), verdict: "reached",
                        "missed" or "not measured"
  missing               peers that are not installed
  left_out              peers not run at these sizes, and why
"""

from __future__ import annotations

import math
from typing import Any

from symrnn.bench.measure import Row
from symrnn.bench.packages import machine, versions

SCHEMA = "symrnn-bench/2"


def record(rows: list[Row], quick: bool) -> dict[str, Any]:
    """What is written as JSON."""
    return {
        "schema": SCHEMA,
        "quick": quick,
        "machine": machine(),
        "apart": not quick,
        "versions": versions(),
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    work = row.work
    return {
        "work": work.name,
        "sizes": dict(work.sizes),
        "seconds": dict(row.seconds),
        "fastest": {name: low for name, (low, _) in row.spread.items()},
        "slowest": {name: high for name, (_, high) in row.spread.items()},
        "runs": dict(row.runs),
        "disagreement": dict(row.disagreement),
        "gave_up": list(row.gave_up),
        "fastest_peer": row.fastest_peer,
        # JSON has no infinities.
        "figures": {name: v if math.isfinite(v) else None for name, v in row.figures.items()},
        "goals": [
            {
                "figure": goal.figure,
                "limit": goal.limit,
                "at_least": goal.at_least,
                "verdict": goal.verdict(row.figures),
            }
            for goal in work.goals
        ],
        "missing": list(work.missing),
        "left_out": dict(work.left_out),
    }

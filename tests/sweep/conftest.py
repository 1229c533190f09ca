"""A cluster on loopback, as somebody starts one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

Cluster = tuple[str, list[subprocess.Popen[bytes]]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A scheduler and two workers on loopback, as somebody starts them."""
    script = (
        "import asyncio, sys\n"
        "from distributed import Scheduler\n"
        "async def main():\n"
        "    async with Scheduler(host='127.0.0.1', port=0, dashboard=False) as s:\n"
        "        print(s.address, flush=True)\n"
        "        await s.finished()\n"
        "asyncio.run(main())\n"
    )
    scheduler = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert scheduler.stdout is not None
    address = scheduler.stdout.readline().decode().strip()
    workers = [_worker(address) for _ in range(2)]
    yield address, workers
    for each in (*workers, scheduler):
        each.kill()
        each.wait()
    scheduler.stdout.close()


@pytest.fixture
def one_more_worker(cluster: Cluster) -> Callable[[], None]:
    """Starts a worker that joins the cluster."""
    address, workers = cluster
    return lambda: workers.append(_worker(address))


def _worker(address: str) -> subprocess.Popen[bytes]:
    script = (
        "import asyncio, sys\n"
        "from distributed import Worker\n"
        "async def main():\n"
        "    async with Worker(sys.argv[1], nthreads=2, dashboard=False) as w:\n"
        "        await w.finished()\n"
        "asyncio.run(main())\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

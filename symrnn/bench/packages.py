"""Which peers are installed, in which version, and on what machine."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import platform
from pathlib import Path
from types import ModuleType
from typing import Any

from threadpoolctl import threadpool_info

from symrnn.processors import cores

PEERS = ("torch", "jax", "autograd", "casadi", "numdifftools", "scipy")
"""Modules, and distributions of the same names; the extra `bench` installs them."""

BASE = ("symrnn", "numpy", "sympy", "mpmath", "numba")


def installed(name: str) -> bool:
    """Whether a peer is installed; it is not imported."""
    return importlib.util.find_spec(name) is not None


def load(name: str) -> ModuleType:
    """Import a peer, at its first use: some take seconds."""
    return importlib.import_module(name)


def versions() -> dict[str, str | None]:
    """The version of each package; None for what is not installed."""
    return {name: _version(name) for name in (*BASE, *PEERS)}


def machine() -> dict[str, Any]:
    """Python, platform, processor, cores, load, and the BLAS libraries in use."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": cores(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "blas": blas(),
    }


def blas() -> list[dict[str, Any]]:
    """Name, version, architecture and threads of each BLAS loaded."""
    wanted = ("internal_api", "version", "architecture", "num_threads")
    return [
        {key: each.get(key) for key in wanted}
        for each in threadpool_info()
        if each["user_api"] == "blas"
    ]


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    table = Path("/proc/cpuinfo")
    if table.exists():
        for line in table.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()

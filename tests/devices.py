"""Scripts beside a test, run with several host devices in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["environment", "printed"]


def environment(script: Path, devices: int) -> dict[str, str]:
    """This process' environment, for a script that sees so many devices."""
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count"
    return os.environ | {
        "XLA_FLAGS": f"{flags}={devices}",
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(script.parents[1]),
    }


def printed(script: Path, devices: int, *arguments: str) -> str:
    """What the script prints; fails where it does."""
    run = subprocess.run(
        [sys.executable, str(script), *arguments],
        env=environment(script, devices),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    return run.stdout

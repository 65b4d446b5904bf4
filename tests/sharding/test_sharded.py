"""The rows of the contract table on eight host devices, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from contracts.cases import CASES

SCRIPT = Path(__file__).with_name("on_eight_devices.py")


@pytest.mark.parametrize(
    "arguments", [[], pytest.param(["swap"], marks=pytest.mark.slow)]
)
def test_eight_devices_change_neither_value_nor_gradient(arguments):
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=8"
    environment = os.environ | {
        "XLA_FLAGS": flags,
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(SCRIPT.parents[1]),
    }
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    agreed = set(run.stdout.splitlines())
    planned = {case.id for case in CASES if case.plan}
    assert planned - agreed == {"losses.wasserstein_dependency_loss"}
    assert "nine rows are refused" in agreed

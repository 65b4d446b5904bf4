"""The rows of the contract table on two processes, as two hosts would run them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from contracts.cases import CASES
from devices import environment

SCRIPT = Path(__file__).with_name("on_two_processes.py")
PLANNED = [case.id for case in CASES if case.plan]
OTHER = "losses.wasserstein_dependency_loss"  # draws other partners, as documented


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def outputs(what: str, folder: Path, seconds: float) -> list[str]:
    """What both processes print; if one fails or hangs both are ended."""
    settings = environment(SCRIPT, 2) | {"JAX_CPU_COLLECTIVES_IMPLEMENTATION": "gloo"}
    port, files = free_port(), [folder / str(process) for process in range(2)]
    runs = []
    try:
        for process, file in enumerate(files):
            command = [sys.executable, str(SCRIPT), str(process), str(port), what]
            with file.open("w") as out:
                runs.append(
                    subprocess.Popen(command, env=settings, stdout=out, stderr=out)
                )
        last = time.monotonic() + seconds
        while any(run.poll() is None for run in runs) and time.monotonic() < last:
            if any(run.poll() for run in runs):
                break
            time.sleep(0.1)
        codes = [run.poll() for run in runs]
    finally:
        for run in runs:
            run.kill()
            run.wait()
    texts = [file.read_text() for file in files]
    assert codes == [0, 0], f"ended with {codes}:" + "\n".join(
        text[-4000:] for text in texts
    )
    return texts


@pytest.mark.parametrize(
    ("what", "step", "seconds"),
    [
        ("values", 3, 900),
        pytest.param("gradients", 1, 3600, marks=pytest.mark.slow),
    ],
)
def test_two_processes_change_nothing(what, step, seconds, tmp_path):
    planned = [name for name in PLANNED if name != OTHER][::step]
    for text in outputs(what, tmp_path, seconds):
        agreed = set(text.splitlines())
        assert not set(planned) - agreed
        assert {"other arrays are refused", "other devices are refused"} <= agreed

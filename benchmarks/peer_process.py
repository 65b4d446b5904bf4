"""Environments of other libraries, and processes in which they work."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = [
    "HERE",
    "LIBRARIES",
    "UNABLE",
    "Worker",
    "default_folder",
    "install",
    "workers",
]

SIDES = Path(__file__).parent / "peers"
HERE = "infojax"
UNABLE = "unable"  # what a side says of settings that it has nothing for
# What is installed for each. On Linux torch comes with CUDA unless pip is told where
# CPU builds are, such as by PIP_EXTRA_INDEX_URL.
LIBRARIES: dict[str, tuple[str, ...]] = {
    HERE: (),  # the environment at work
    "scipy": ("numpy", "scipy"),
    "scikit-learn": ("scikit-learn",),
    "ennemi": ("ennemi==1.5.0",),
    "infomeasure": ("infomeasure==0.6.3",),
    "npeet-plus": ("npeet-plus==0.2.0",),
    "latentmi": ("latentmi==0.1.3",),
    "hoi": ("hoi==0.0.7",),
    "frites": ("frites==0.4.6",),
    "dit": ("dit==2.3",),
    "vendi-score": ("vendi-score==0.0.3",),
    "hyppo": ("hyppo==0.5.2",),
    "pot": ("pot==0.9.7",),
    "ott-jax": ("ott-jax==0.6.0",),
    "geomloss": ("geomloss==0.3.1",),
}
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def default_folder() -> Path:
    """Where environments are kept between runs, outside the repository."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "infojax-peers"


def python_of(library: str, folder: Path) -> Path:
    if library == HERE:
        return Path(sys.executable)
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return folder / library / inside


def install(library: str, folder: Path) -> None:
    """An environment with the library, unless it is there."""
    place, wanted = folder / library, "\n".join(LIBRARIES[library])
    stamp = place / "installed.txt"
    if library == HERE or (stamp.exists() and stamp.read_text() == wanted):
        return
    venv.create(place, with_pip=True, clear=True)
    command = [str(python_of(library, folder)), "-m", "pip", "install", "--quiet"]
    done = subprocess.run(
        [*command, *LIBRARIES[library]], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"no environment for {library}: {done.stderr[-1000:]}")
    stamp.write_text(wanted)


@dataclass
class Worker:
    """A process of one library, started when asked and again after it was ended."""

    library: str
    environments: Path
    scratch: Path
    threads: int
    gibibytes: float
    about: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    @property
    def module(self) -> str:
        return "with_" + self.library.replace("-", "_")

    def can(self, method: str) -> bool:
        return f"\ndef {method}(" in (SIDES / f"{self.module}.py").read_text()

    def ask(self, order: dict[str, Any], limit: float) -> dict[str, Any]:
        """The answer, or an error; a process past its time or dead is given up."""
        if self.process is None:
            self.start()
        assert self.process is not None and self.process.stdin is not None
        try:
            self.process.stdin.write((json.dumps(order) + "\n").encode())
            return self.answer(limit)
        except TimeoutError:
            self.stop()
            return {"error": "time", "limit_s": limit}
        except (EOFError, BrokenPipeError):
            self.stop()
            return {"error": "the process ended"}

    def start(self) -> None:
        variables: dict[str, str] = {name: str(self.threads) for name in THREADS}
        if self.library != HERE:
            variables["PYTHONPATH"] = ""
        log = (self.scratch / f"{self.module}.log").open("ab")
        self.process = subprocess.Popen(
            [
                python_of(self.library, self.environments),
                SIDES / "worker.py",
                self.module,
                self.scratch,
                str(self.threads),
                str(self.gibibytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
            env=os.environ | variables,
        )
        log.close()
        try:
            self.about = self.answer(300)
        except (TimeoutError, EOFError):
            self.stop()
            written = (self.scratch / f"{self.module}.log").read_text()
            raise RuntimeError(
                f"{self.library} did not start: {written[-800:]}"
            ) from None

    def answer(self, limit: float) -> dict[str, Any]:
        assert self.process is not None and self.process.stdout is not None
        pipe = self.process.stdout
        if not select.select([pipe], [], [], limit)[0]:
            raise TimeoutError
        line = pipe.readline()
        if not line:
            raise EOFError
        return json.loads(line)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
        self.process = None


@contextlib.contextmanager
def workers(libraries: list[str], environments: Path, threads: int, gibibytes: float):
    """One worker a library, ended with the block."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        found = {
            name: Worker(name, environments, scratch, threads, gibibytes)
            for name in libraries
        }
        try:
            yield found, scratch
        finally:
            for worker in found.values():
                worker.stop()

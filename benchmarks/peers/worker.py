"""One library of peers.py at work, in a process and an environment of its own.

    python worker.py with_scipy FOLDER THREADS GIBIBYTES

Reads one order a line from the standard input, as JSON, and answers each with a line.
``{"method": .., "settings": .., "data": FILE}`` prepares a method on the arrays of a
file and calls it once: seconds of that call, and the value, which is left in FOLDER.
``{"repeats": .., "budget": ..}`` calls it again: wall and processor seconds of each.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import os
import platform
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np


def main(name: str, folder: str, threads: str, gibibytes: str) -> None:
    answers = os.fdopen(os.dup(1), "w")  # what a library prints goes elsewhere
    os.dup2(2, 1)
    limit(int(threads), float(gibibytes))
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    module = importlib.import_module(name)
    about = {"import_s": time.perf_counter() - start, **versions(module)}
    answers.write(json.dumps(about) + "\n")
    answers.flush()
    call: Callable[[], Any] | None = None
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if "method" in order:
                call = None  # forgets the arrays of the method before
                case = load(order, int(threads))
                call = getattr(module, order["method"])(case)
                if call is None:
                    answer = {"error": "unable"}
                else:
                    answer = first(call, Path(folder) / f"{name}.npy")
            else:
                assert call is not None
                answer = again(call, **order)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def limit(threads: int, gibibytes: float) -> None:
    """As many cores and as much memory as everybody else."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    with contextlib.suppress(ValueError, OSError):
        size = int(gibibytes * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def versions(module: ModuleType) -> dict[str, Any]:
    found = {name: importlib.metadata.version(name) for name in module.DISTRIBUTIONS}
    return {
        "versions": {"python": platform.python_version()} | found,
        "precision": module.PRECISION,
    }


def load(order: dict[str, Any], threads: int) -> SimpleNamespace:
    """Arrays, settings and the number of threads, as attributes."""
    with np.load(order["data"]) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return SimpleNamespace(**arrays, **order["settings"], threads=threads)


def first(call: Callable[[], Any], path: Path) -> dict[str, Any]:
    start = time.perf_counter()
    value = call()
    seconds = time.perf_counter() - start
    np.save(path, np.asarray(value, np.float64))
    return {"first_s": seconds, "value": str(path)}


def again(call: Callable[[], Any], repeats: int, budget: float) -> dict[str, Any]:
    """One call at least, and no new one after ``budget`` seconds."""
    runs, processor, start = [], [], time.perf_counter()
    while not runs or (len(runs) < repeats and time.perf_counter() - start < budget):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        runs.append(time.perf_counter() - wall)
        processor.append(time.process_time() - cpu)
    return {"runs": runs, "cpu": processor}


if __name__ == "__main__":
    main(*sys.argv[1:])

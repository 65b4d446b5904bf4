"""One configuration for every test: strict promotion, float64 available, goldens."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

import jax
import pytest

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_disable_most_optimizations", True)

# The suite compiles tens of thousands of small programs: XLA's older code generator
# halves the time that takes. Read when the first of them is compiled.
FLAGS = "--xla_cpu_use_fusion_emitters=false"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FLAGS}".strip()

# Programs are kept on disk, for the other workers and for the next run.
PROGRAMS = Path(__file__).parents[1] / ".pytest_cache" / "programs"
jax.config.update("jax_compilation_cache_dir", str(PROGRAMS))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

GOLDENS = Path(__file__).parent / "goldens"


def golden(name: str) -> list[dict]:
    """The cases of one golden file."""
    return json.loads((GOLDENS / f"{name}.json").read_text())["cases"]


@pytest.fixture(scope="module", autouse=True)
def forget_programs():
    """Compiled programs of a module go with it: a worker would hold gigabytes."""
    yield
    jax.clear_caches()


_tests = itertools.count(1)


@pytest.fixture(autouse=True)
def forget_programs_of_long_modules():
    """Every program maps memory, and Linux allows a process 65,530 maps."""
    yield
    if next(_tests) % 100 == 0:
        jax.clear_caches()

"""Every example runs in its fast mode and ends in finite numbers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("[!_]*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path: Path, capsys):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Linen modules are dataclasses, which look up their module by name.
    sys.modules[path.stem] = module
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        spec.loader.exec_module(module)
        results = module.main(fast=True)
    assert results and capsys.readouterr().out
    for leaf in jax.tree.leaves(results):
        assert np.isfinite(leaf).all()

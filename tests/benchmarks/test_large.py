"""What is asked of many rows gives finite values and gradients at few."""

from __future__ import annotations

import jax
import large
import pytest


def test_every_subject_is_measured_and_smooth_ones_with_gradients():
    asked = large.calls()
    assert {name for name, _ in asked} == set(large.SUBJECTS)
    assert ("mi.ksg", True) not in asked


@pytest.mark.parametrize("name", ["dependence.hsic", "mi.ksg, soft"])
def test_a_row_says_what_was_measured(name: str):
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        row = large.measure(name, True, 300)
    assert row["finite"] and row["n"] == 300
    assert row["peak_mib"] >= 0 and row["first_call_s"] > 0

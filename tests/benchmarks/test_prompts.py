"""Every method of prompts is timed, and all of them together."""

from __future__ import annotations

import jax
import prompts as benchmark


def test_rows_are_of_all_methods():
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        rows = benchmark.measure(3, 4)
    assert [row["what"] for row in rows] == [*benchmark.METHODS, "all of them"]
    assert all(row["run_s"] > 0 for row in rows)
    assert benchmark.draw(rows).axes[0].get_xlabel() == "one call, compiled [s]"

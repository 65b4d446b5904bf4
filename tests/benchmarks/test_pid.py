"""What is said of two solvers follows from their atoms."""

from __future__ import annotations

import jax
import numpy as np
import pid as benchmark

from infojax import pid


def test_the_row_compares_what_laws_leave():
    laws = benchmark.draw_laws(3)
    assert laws.shape == (3, 4, 4, 4)
    np.testing.assert_allclose(laws.sum((1, 2, 3)), 1)
    found = jax.jit(jax.vmap(pid.broja))(laws)
    atoms = np.stack([getattr(found, atom) for atom in benchmark.ATOMS], axis=1)
    worse = atoms + np.array([1, -1, -1, 1]) * np.array([[0.0], [-0.1], [-0.3]])
    (row,) = benchmark.compare(found, {"run_s": 2.0}, worse, 100.0)
    np.testing.assert_allclose(row["times_as_long"], 50)
    assert row["converged"] == 1
    assert row["gap_max"] <= 1e-10
    np.testing.assert_allclose(row["dit_excess_max"], 0.3)
    np.testing.assert_allclose(row["dit_excess_median"], 0.1)
    # The other side may have had only the first laws: times are a law.
    (row,) = benchmark.compare(found, {"run_s": 2.0}, worse[:2], 100.0)
    np.testing.assert_allclose(row["times_as_long"], 75)
    np.testing.assert_allclose(row["dit_excess_max"], 0.1)
    assert len(benchmark.draw(found, worse[:2]).axes) == 4

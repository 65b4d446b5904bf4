"""A flow is trained where copula and neighbours do not suffice, and nowhere else."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import fit

pytestmark = pytest.mark.usefixtures("standard_promotion")
N = 2100
EVERY = jnp.ones(N, bool)  # always a mask: all tests of a width share one program
SHORT = {"steps": 20, "width": 8, "depth": 1, "batch_size": 64}


def samples(d: int, bent: bool):
    """Normal noise, or dependence without sign, which no elliptical copula has."""
    x, noise = jax.random.normal(jax.random.key(0), (2, N, d), jnp.float32)
    return x, jnp.abs(x) + 0.3 * noise if bent else noise


def run(x, y, where=EVERY, **options):
    return fit.auto(jax.random.key(0), x, y, where=where, **SHORT, **options)


def labels():
    x, _ = samples(2, bent=False)
    return x, (x[:, 0] > 0).astype(jnp.int32)


@pytest.mark.parametrize(
    "x, y, rows",
    [
        (*samples(2, bent=False), N),
        (*samples(2, bent=True), 500),
        (*samples(1, bent=True), N),
        (*labels(), N),
    ],
    ids=["a copula fits", "few rows", "two columns", "labels"],
)
def test_the_classical_estimate_is_kept(x, y, rows):
    found = run(x, y, jnp.arange(N) < rows)
    assert found.training is None
    assert float(found.value) == float(found.classical.value)


def test_a_flow_is_trained_where_neighbours_overrule_the_copula():
    seen = []
    found = run(*samples(2, bent=True), progress=lambda *numbers: seen.append(numbers))
    jax.effects_barrier()
    assert found.training is not None and [int(steps) for steps, *_ in seen] == [20]
    # Of all rows, beside that of the held-out ones.
    assert found.flow is not None
    assert 0 < abs(float(found.flow - found.training.value)) < 0.2
    assert float(found.value) == max(float(found.classical.value), float(found.flow))
    assert "neighbours" in found.classical.name


def test_what_masked_rows_hold_does_not_matter():
    x, y = samples(2, bent=True)
    where = jnp.arange(N) < 2050
    values = [run(x.at[2050:].set(c), y, where).flow for c in (0.0, jnp.nan)]
    np.testing.assert_array_equal(*values)

"""Critics stacked: the best combination is found, and its bound holds."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import fit

N = 4000
RHO = np.array([0.9, 0.6])


@pytest.fixture(scope="module")
def law():
    """Two independent pairs of normal columns."""
    x, noise = jax.random.normal(jax.random.key(0), (2, N, 2), jnp.float64)
    return x, RHO * x + np.sqrt(1 - RHO**2) * noise


def ratio(i: int):
    """The log density ratio of column i, up to nothing."""
    rho = RHO[i]

    def log_ratio(x, y):
        a, b = x[:, i, None], y[None, :, i]
        square = (rho * a) ** 2 - 2 * rho * a * b + (rho * b) ** 2
        return -square / (2 * (1 - rho**2)) - jnp.log1p(-(rho**2)) / 2

    return log_ratio


def noise(x, y):
    return jnp.cos(7 * x[:, :1] + 3 * y[None, :, 0])


def stacked(law, *members, seed: int = 1, **options):
    return fit.stack(jax.random.key(seed), *law, members=members, **options)


TRUTH = -np.log1p(-(RHO**2)).sum() / 2


def test_parts_of_a_ratio_add_up(law):
    found = stacked(law, ratio(0), ratio(1), noise)
    np.testing.assert_allclose(found.weights, [1, 1, 0], atol=0.15)
    np.testing.assert_allclose(found.bias, 0, atol=0.1)
    assert abs(found.value - TRUTH) < 4 * found.standard_error
    assert found.risk < min(found.member_risks)


def test_scale_and_offset_of_a_member_do_not_matter(law):
    plain = stacked(law, ratio(0))
    scaled = stacked(law, lambda x, y: 5 + 100 * ratio(0)(x, y))
    np.testing.assert_allclose(scaled.weights * 100, plain.weights, rtol=1e-6)
    np.testing.assert_allclose(scaled.value, plain.value, rtol=1e-8)


def test_the_combination_has_the_least_risk_on_the_rows_that_learn(law):
    """Tested on the mirrored split: pairs of rows exchanged."""
    order = np.arange(N).reshape(-1, 2)[:, ::-1].ravel()
    x, y = (side[order] for side in law)
    alone = stacked(law, ratio(0))
    np.testing.assert_allclose(alone.weights, 1, atol=0.1)
    again = stacked((x, y), ratio(0))
    np.testing.assert_allclose(again.weights, 1, atol=0.1)
    assert again.value != alone.value


def test_members_that_know_nothing_certify_nothing(law):
    found = stacked(law, noise)
    assert abs(found.value) < 4 * found.standard_error
    np.testing.assert_allclose(found.risk, 2 * np.log(2), atol=0.01)


def test_members_that_tell_all_apart_have_finite_weights():
    x = jnp.arange(60.0)
    found = fit.stack(jax.random.key(0), x, x, members=[lambda x, y: -((x - y.T) ** 2)])
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(found))


def test_the_standard_error_is_the_spread(law):
    def one(key):
        keys = jax.random.split(key)
        x, e = jax.random.normal(keys[0], (2, 400, 2), jnp.float64)
        y = RHO * x + np.sqrt(1 - RHO**2) * e
        return fit.stack(keys[1], x, y, members=[ratio(0), ratio(1)])

    found = jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(2), 300))
    spread, typical = np.std(found.value), np.median(found.standard_error)
    assert 0.8 < typical / spread < 1.25
    below = found.value - 1.645 * found.standard_error <= TRUTH
    assert np.mean(below) > 0.93


def test_bad_input(law):
    x, y = law
    with pytest.raises(ValueError, match=r"fit.stack: `members` must be at least one"):
        stacked(law)
    with pytest.raises(ValueError, match=r"fit.stack: `y` must be as long as `x`"):
        stacked((x, y[1:]), noise)
    with pytest.raises(ValueError, match=r"fit.stack: `draws` must be >= 1"):
        stacked(law, noise, draws=0)

"""Every guard is exact where nothing is wrong and finite, in both ways, elsewhere."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from infojax._base import numerics

POSITIVE = jnp.array([1e-300, 0.2, 1.0, 7.5])


@pytest.mark.parametrize(
    "guarded, plain",
    [
        (numerics.xlogx, lambda x: special.xlogy(x, x)),
        (numerics.log, np.log),
        (numerics.sqrt, np.sqrt),
        (numerics.exp, np.exp),
    ],
    ids=["xlogx", "log", "sqrt", "exp"],
)
def test_a_guard_leaves_healthy_numbers_alone(guarded, plain):
    np.testing.assert_allclose(guarded(POSITIVE), plain(POSITIVE), rtol=1e-14)


def slope(function, *arguments):
    """Value and gradients of the sum, all of which a guard keeps finite."""
    positions = tuple(range(len(arguments)))
    return jax.value_and_grad(lambda *a: jnp.sum(function(*a)), argnums=positions)(
        *arguments
    )


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_values_and_slopes_at_the_dangerous_places(dtype):
    zero, negative = jnp.zeros(1, dtype), -jnp.ones(1, dtype)
    tiny = float(jnp.finfo(dtype).tiny)
    for x in (zero, negative):
        assert slope(numerics.xlogx, x) == (0, (0,))
        assert slope(numerics.sqrt, x) == (0, (0,))
        value, gradient = slope(numerics.log, x)
        np.testing.assert_allclose(value, np.log(tiny), rtol=1e-6)
        assert gradient == (0,)
    assert slope(numerics.ratio, 1 + zero, zero) == (0, (0, 0))
    # A floor of the root is a constant below it.
    value, gradient = slope(lambda x: numerics.sqrt(x, 0.25), zero + 0.2)
    assert value == 0.5 and gradient == (0,)


def test_exp_saturates_where_a_million_of_them_still_add_up():
    x = jnp.array([1e3, 1e30])
    value, (gradient,) = slope(numerics.exp, x)
    assert np.isfinite(1e6 * numerics.exp(x)).all() and np.isfinite(value)
    assert (gradient > 0).all() and np.isfinite(gradient).all()


def test_relative_entropy_of_cells_that_one_side_lacks():
    p, q = jnp.array([0.0, 0.5, 0.5]), jnp.array([0.3, 0.7, 0.0])
    terms = numerics.relative_entropy_terms(p, q)
    np.testing.assert_allclose(terms, [0, 0.5 * np.log(0.5 / 0.7), np.inf])
    _, (slope_p, slope_q) = slope(numerics.relative_entropy_terms, p, q)
    np.testing.assert_allclose(slope_p, [0, 1 + np.log(0.5 / 0.7), 0])
    np.testing.assert_allclose(slope_q, [0, -0.5 / 0.7, 0])


def test_masked_and_weighted_reductions():
    x, mask = jnp.array([1.0, jnp.nan, 4.0, 8.0]), jnp.array([1, 0, 1, 1], bool)
    weights = jnp.array([1.0, 5.0, 2.0, 0.0])
    assert numerics.total(x, mask) == 13
    np.testing.assert_allclose(numerics.mean(x, mask), 13 / 3)
    np.testing.assert_allclose(numerics.mean(x, mask, weights), 9 / 3)
    expected = np.log(np.exp([1, 4, 8]).sum())
    np.testing.assert_allclose(numerics.logsumexp(x, mask), expected)
    np.testing.assert_allclose(numerics.logmeanexp(x, mask), expected - np.log(3))
    weighted = np.log(np.exp(1) + 2 * np.exp(4))
    np.testing.assert_allclose(numerics.logsumexp(x, mask, weights), weighted)
    np.testing.assert_allclose(
        numerics.logmeanexp(x, mask, weights), weighted - np.log(3)
    )
    _, (gradient, _) = slope(lambda x, w: numerics.logmeanexp(x, mask, w), x, weights)
    assert gradient[1] == 0 and np.isfinite(gradient).all()


def test_reductions_of_nothing():
    x, nothing = jnp.array([1.0, 2.0]), jnp.zeros(2, bool)
    for reduce, empty in (
        (numerics.total, 0),
        (numerics.mean, 0),
        (numerics.logsumexp, -np.inf),
        (numerics.logmeanexp, 0),
    ):
        value, (gradient,) = slope(lambda x, f=reduce: f(x, nothing), x)
        assert value == empty
        assert (gradient == 0).all()
    np.testing.assert_array_equal(numerics.normalise(jnp.zeros(3)), 0)


def test_logsumexp_of_infinite_scores():
    # -inf is an absent score; +inf dominates and is passed on, never NaN.
    value, (gradient,) = slope(numerics.logsumexp, jnp.array([-jnp.inf, 1.0, 2.0]))
    np.testing.assert_allclose(value, special.logsumexp([1, 2]))
    assert gradient[0] == 0 and np.isfinite(gradient).all()
    assert numerics.logsumexp(jnp.array([jnp.inf, 1.0])) == jnp.inf
    assert numerics.logsumexp(jnp.full(2, -jnp.inf)) == -jnp.inf
    shifted = numerics.logsumexp(jnp.array([1e4, 1e4]))
    np.testing.assert_allclose(shifted, 1e4 + np.log(2), rtol=1e-14)

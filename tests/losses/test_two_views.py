"""Two views contrasted by cosines: against the bounds and by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import bounds, losses


def views(n: int = 7, d: int = 3):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(n, d))
    return jnp.asarray(a), jnp.asarray(a + 0.5 * rng.normal(size=(n, d)))


def cosines(a, b):
    lengths = (np.linalg.norm(x, axis=1) for x in (a, b))
    return a @ b.T / np.outer(*lengths)


def test_infonce_loss_is_log_n_minus_the_bound():
    a, b = views()
    scores = cosines(a, b) / 0.2
    got = losses.infonce_loss(a, b, temperature=0.2)
    bound = (bounds.infonce(scores) + bounds.infonce(scores.T)) / 2
    np.testing.assert_allclose(got, np.log(7) - bound, rtol=1e-12)


def test_infonce_loss_is_the_mean_of_two_cross_entropies():
    a, b = views()
    scores, right = jnp.asarray(cosines(a, b) / 0.1), jnp.arange(7)
    entropies = [
        optax.softmax_cross_entropy_with_integer_labels(s, right).mean()
        for s in (scores, scores.T)
    ]
    np.testing.assert_allclose(losses.infonce_loss(a, b), np.mean(entropies))


def test_siglip_loss_is_the_published_sum_of_all_pairs():
    a, b = views()
    scores = cosines(a, b) / 0.3 - 2.0
    signs = 2 * np.eye(7) - 1
    expected = np.sum(np.log1p(np.exp(-signs * scores))) / 7
    got = losses.siglip_loss(a, b, temperature=0.3, bias=-2.0)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_siglip_loss_descends_where_the_estimate_says():
    a, b = views()

    def scores(bias):
        return jnp.asarray(cosines(a, b)) / 0.3 + bias

    down = jax.grad(lambda c: losses.siglip_loss(a, b, temperature=0.3, bias=c))(-2.0)
    up = jax.grad(lambda c: bounds.siglip(scores(c)))(-2.0)
    np.testing.assert_allclose(down, -up, rtol=1e-12)


def test_views_that_are_all_alike_cost_log_n():
    same = jnp.ones((5, 2))
    np.testing.assert_allclose(losses.infonce_loss(same, same), np.log(5))
    # One match among five, told apart by nothing: five times log 2.
    got = losses.siglip_loss(same, same, temperature=1.0, bias=-1.0)
    np.testing.assert_allclose(got, 5 * np.log(2), rtol=1e-12)


def test_distinct_views_at_a_low_temperature_cost_nothing():
    x = jnp.eye(4)
    np.testing.assert_allclose(
        losses.infonce_loss(x, 3 * x, temperature=0.01), 0, atol=1e-14
    )
    got = losses.siglip_loss(x, x, temperature=0.01, bias=-50.0)
    np.testing.assert_allclose(got, 0, atol=1e-14)


@pytest.mark.parametrize("loss", [losses.infonce_loss, losses.siglip_loss])
def test_the_length_of_rows_is_free_and_one_row_has_no_contrast(loss):
    a, b = views()
    stretched = a * jnp.arange(1.0, 8.0)[:, None]
    np.testing.assert_allclose(loss(stretched, b), loss(a, b), rtol=1e-12)
    assert loss(a[:1], b[:1]) == 0


@pytest.mark.parametrize("loss", [losses.infonce_loss, losses.siglip_loss])
def test_a_temperature_that_is_no_number_is_refused(loss):
    a, b = views()
    message = rf"{loss.__name__}: `temperature` must be a scalar; received \[2\]"
    with pytest.raises(ValueError, match=message):
        loss(a, b, temperature=jnp.ones(2))


def test_temperature_and_bias_are_trained_by_finite_differences():
    a, b = views()

    def loss(p):
        return losses.siglip_loss(a, b, temperature=p[0], bias=p[1])

    at, step = jnp.array([0.3, -2.0]), 1e-6
    ways = step * jnp.eye(2)
    expected = [(loss(at + way) - loss(at - way)) / (2 * step) for way in ways]
    np.testing.assert_allclose(jax.grad(loss)(at), expected, rtol=1e-7)

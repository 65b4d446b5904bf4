"""Masks and noise that make images unlearnable, against goldens and invariances."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import golden

from infojax import leakage

GOLDEN = golden("salm")
TOLERANCE = {"rtol": 1e-9, "atol": 1e-10}


def linear(weight, bias):
    def predict(images):
        return images.reshape(len(images), -1) @ weight.T + bias

    def loss(images, labels):
        return optax.softmax_cross_entropy_with_integer_labels(predict(images), labels)

    return loss


def problem(case: dict):
    given = case["inputs"]
    x, y, weight, bias = (
        np.array(given[k]) for k in ("images", "labels", "weight", "bias")
    )
    return given, jnp.asarray(x), jnp.asarray(y), linear(weight, bias)


def slopes(loss, x, y):
    return jax.grad(lambda x: jnp.sum(loss(x, y)))(x)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: c["name"])
def test_golden(case: dict):
    given, x, y, loss = problem(case)
    expected = case["outputs"]
    gradient = slopes(loss, x, y)
    np.testing.assert_allclose(gradient, expected["first_input_gradient"], **TOLERANCE)
    mask = leakage.pixel_mask(gradient, ratio=given["ratio"])
    kept = np.array(expected["mask"])
    np.testing.assert_array_equal(
        np.broadcast_to(mask, x.shape)[..., : kept.shape[-1]], kept
    )
    np.testing.assert_array_equal(mask.sum((1, 2, 3)), expected["pixels_kept"])
    found = leakage.error_minimising_noise(
        loss,
        x,
        y,
        0 * x,
        mask,
        epsilon=given["epsilon"],
        step_size=given["step_size"],
        steps=given["steps"],
    )
    np.testing.assert_allclose(found.noise, expected["delta"], **TOLERANCE)
    np.testing.assert_allclose(found.losses, expected["mean_loss_trace"], **TOLERANCE)
    assert np.all(np.diff(found.losses) <= 0)
    assert np.all(np.abs(found.noise) <= given["epsilon"] + 1e-15)
    assert np.all((x + found.noise >= -1e-15) & (x + found.noise <= 1 + 1e-15))


def test_ties_go_to_the_first_pixel_and_counts_are_rounded_up():
    even = jnp.ones((1, 2, 5, 3))
    mask = leakage.pixel_mask(even, ratio=0.25)
    np.testing.assert_array_equal(mask.ravel(), [1, 1, 1] + [0] * 7)
    # 0.7 * 10 is 7, whatever rounding makes of it.
    assert leakage.pixel_mask(even, ratio=0.7).sum() == 7
    spoiled = even.at[0, 0, 0, 0].set(jnp.nan)
    both = leakage.pixel_mask(jnp.concatenate([spoiled, even]), ratio=1.0)
    assert np.isnan(both[0]).all() and np.all(both[1] == 1)


def test_examples_do_not_depend_on_each_other():
    given, x, y, loss = problem(GOLDEN[1])
    mask = leakage.pixel_mask(slopes(loss, x, y), ratio=given["ratio"])
    whole = leakage.error_minimising_noise(loss, x, y, 0 * x, mask, steps=3).noise
    part = slice(2)
    some = leakage.error_minimising_noise(
        loss, x[part], y[part], 0 * x[part], mask[part], steps=3
    ).noise
    np.testing.assert_allclose(some, whole[part], atol=1e-12)


def test_pixels_without_gradient_stay():
    x, y = jnp.full((2, 2, 2, 1), 0.5), jnp.zeros(2, int)
    flat = leakage.error_minimising_noise(
        lambda x, y: x[:, 0, 0, 0], x, y, 0 * x, jnp.ones(()), epsilon=0.1, steps=10
    )
    moved = np.asarray(flat.noise).reshape(2, 4)
    np.testing.assert_allclose(moved, [[-0.1, 0, 0, 0]] * 2, atol=1e-12)


RATIO, EPSILON = 0.25, 0.1
IMAGES = jax.random.uniform(jax.random.key(0), (12, 4, 4, 1), jnp.float64)
LABELS = jnp.arange(12) % 3


def predict(weight, images):
    return images.reshape(len(images), 16) @ weight


def train(key, weight, images, labels):
    def loss(weight):
        return leakage.cross_entropy_loss(predict(weight, images), labels)

    def step(weight, _):
        return weight - 0.5 * jax.grad(loss)(weight), None

    return jax.lax.scan(step, weight, length=3)[0]


@jax.jit
def shielded(labels):
    start = 0.1 * jax.random.normal(jax.random.key(1), (16, 3), jnp.float64)
    return leakage.protect(
        jax.random.key(2),
        start,
        IMAGES,
        labels,
        train=train,
        predict=predict,
        ratio=RATIO,
        epsilon=EPSILON,
        max_rounds=30,
    )


def test_protection_keeps_its_limits():
    found = shielded(LABELS)
    assert np.all((found.noise != 0).sum(axis=(1, 2, 3)) <= 4)
    assert np.max(np.abs(found.noise)) <= EPSILON + 1e-12
    assert np.all((found.images >= 0) & (found.images <= 1))
    np.testing.assert_allclose(found.images - found.noise, IMAGES, atol=1e-15)
    assert found.converged == (found.error < 0.01) and found.error < 0.3
    assert 0 < found.rounds <= 30
    again = shielded(LABELS)
    np.testing.assert_array_equal(again.noise, found.noise)


def test_one_class_has_nothing_to_hide():
    found = shielded(0 * LABELS)
    assert np.isfinite(found.images).all() and found.converged


def test_mistakes_name_their_argument():
    with pytest.raises(ValueError, match="pixel_mask: `ratio` must be in"):
        leakage.pixel_mask(IMAGES, ratio=0.0)
    with pytest.raises(ValueError, match="error_minimising_noise: `mask` must be"):
        leakage.error_minimising_noise(
            lambda x, y: x[:, 0, 0, 0], IMAGES, LABELS, 0 * IMAGES, jnp.ones((12, 3))
        )
    with pytest.raises(ValueError, match="protect: `images` must be of shape"):
        leakage.protect(
            jax.random.key(0), 0, IMAGES[0], LABELS, train=train, predict=predict
        )

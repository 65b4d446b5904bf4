"""Bottlenecks made of Gram matrices: HSIC and matrix-based Renyi."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import golden
from sklearn.datasets import load_iris

from infojax import dependence, kernels, losses, mi

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}


def cases(prefix: str):
    chosen = [c for c in golden("matrix_renyi") if c["name"].startswith(prefix)]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["name"])


def given(case: dict):
    """Both sides and their kernels."""
    arrays = (jnp.asarray(case["inputs"][side]) for side in "xy")
    widths = (kernels.gaussian(case["params"][f"sigma_{side}"]) for side in "xy")
    return *arrays, *widths


def sides(seed: int = 0, n: int = 12):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    codes = np.tanh(x[:, :2] + 0.2 * rng.normal(size=(n, 2)))
    return tuple(jnp.asarray(a) for a in (codes, x, x[:, :1] ** 2))


def classifier(seed: int = 0, n: int = 12):
    rng = np.random.default_rng(seed)
    logits, labels = rng.normal(size=(n, 3)), rng.integers(0, 3, n)
    codes, inputs, _ = sides(seed, n)
    return jnp.asarray(logits), jnp.asarray(labels), codes, inputs


@cases("hsic")
def test_dependence_of_reference_is_either_term(case: dict):
    x, y, kernel_x, kernel_y = given(case)
    expected = case["expected"]["nhsic_cca_eps_1e_5"]
    terms = losses.hsic_bottleneck_terms(
        x, x, y, kernel_z=kernel_x, kernel_x=kernel_x, kernel_y=kernel_y
    )
    np.testing.assert_allclose(terms.relevance, expected, rtol=1e-7)
    terms = losses.hsic_bottleneck_terms(
        x, y, x, kernel_z=kernel_x, kernel_x=kernel_y, kernel_y=kernel_x
    )
    np.testing.assert_allclose(terms.rate, expected, rtol=1e-7)


@cases("renyi_matrix_mi")
def test_information_of_reference_is_the_rate(case: dict):
    x, y, kernel_x, kernel_y = given(case)
    logits, labels = jnp.zeros((len(x), 2)), jnp.zeros(len(x), int)
    terms = losses.renyi_bottleneck_terms(
        logits,
        labels,
        y,
        x,
        kernel_z=kernel_y,
        kernel_x=kernel_x,
        alpha=case["params"]["alpha"],
    )
    np.testing.assert_allclose(terms.prediction, np.log(2), rtol=1e-12)
    np.testing.assert_allclose(terms.rate, case["expected"]["mi"], **TOLERANCE)


def test_terms_are_the_measure_of_codes_with_each_side():
    codes, inputs, targets = sides()
    widths = {"kernel_z": 0.7, "kernel_x": 1.3, "kernel_y": 2.0}
    chosen = {key: kernels.gaussian(width) for key, width in widths.items()}
    for measure in (dependence.nocco, dependence.normalized_hsic, mi.cs_qmi):
        terms = losses.hsic_bottleneck_terms(
            codes, inputs, targets, measure=measure, **chosen
        )
        relevance = measure(
            codes, targets, kernel_x=chosen["kernel_z"], kernel_y=chosen["kernel_y"]
        )
        rate = measure(
            codes, inputs, kernel_x=chosen["kernel_z"], kernel_y=chosen["kernel_x"]
        )
        np.testing.assert_allclose(terms, (relevance, rate), rtol=1e-12)
        loss = losses.hsic_bottleneck_loss(
            codes, inputs, targets, beta=3.0, measure=measure, **chosen
        )
        np.testing.assert_allclose(loss, rate - 3 * relevance, rtol=1e-10)


def test_the_published_kernel_divides_by_the_number_of_columns():
    codes, *_ = sides()
    squares = np.sum((codes[:, None] - codes[None]) ** 2, axis=-1)
    published = np.exp(-squares / (2 * 5.0**2 * codes.shape[1]))
    ours = kernels.gaussian(5.0 * codes.shape[1] ** 0.5)(codes, codes)
    np.testing.assert_allclose(ours, published, rtol=1e-12)


def test_codes_that_are_constant_keep_nothing():
    _, inputs, targets = sides()
    constant = jnp.ones((12, 2))
    value, gradient = jax.value_and_grad(losses.hsic_bottleneck_loss)(
        constant, inputs, targets
    )
    np.testing.assert_allclose(value, 0, atol=1e-9)
    assert np.isfinite(gradient).all()
    logits, labels, *_ = classifier()
    terms = losses.renyi_bottleneck_terms(logits, labels, constant, inputs)
    np.testing.assert_allclose(terms.rate, 0, atol=1e-12)


def test_a_layer_trained_on_the_bottleneck_alone_separates_the_classes():
    """Three kinds of iris: a linear read-out of two trained columns."""
    data = load_iris()
    x = jnp.asarray((data.data - data.data.mean(0)) / data.data.std(0))[::3]
    labels = jnp.asarray(data.target)[::3]
    y = jax.nn.one_hot(labels, 3)
    measure = partial(dependence.nocco, epsilon=1e-2)

    def codes(w):
        return jnp.tanh(x @ w)

    def loss(w):
        return losses.hsic_bottleneck_loss(codes(w), x, y, measure=measure)

    def spread(w):
        """Variance between classes over the whole, averaged over columns."""
        z = codes(w)
        means = jnp.stack([jnp.mean(z[np.asarray(labels) == k], 0) for k in range(3)])
        return jnp.mean(jnp.var(means, axis=0) / jnp.var(z, axis=0))

    start = 0.3 * jax.random.normal(jax.random.key(1), (4, 2), x.dtype)
    rule = optax.sgd(1e-3)

    def step(w, _):
        updates, _ = rule.update(jax.grad(loss)(w), rule.init(w))
        return optax.apply_updates(w, updates), None

    w, _ = jax.jit(lambda w: jax.lax.scan(step, w, None, 100))(start)
    assert loss(w) < loss(start) and spread(w) > max(0.8, spread(start))


@pytest.mark.parametrize("alpha", [1.01, 2.0])
def test_renyi_terms_are_cross_entropy_and_matrix_information(alpha: float):
    logits, labels, codes, inputs = classifier()
    kernel_z, kernel_x = kernels.gaussian(0.5), kernels.gaussian(1.5)
    chosen = {"kernel_z": kernel_z, "kernel_x": kernel_x, "alpha": alpha}
    terms = losses.renyi_bottleneck_terms(logits, labels, codes, inputs, **chosen)
    cross = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    np.testing.assert_allclose(terms.prediction, jnp.mean(cross), rtol=1e-12)
    rate = mi.matrix_renyi(
        inputs, codes, kernel_x=kernel_x, kernel_y=kernel_z, alpha=alpha
    )
    np.testing.assert_allclose(terms.rate, rate, rtol=1e-10)
    loss = losses.renyi_bottleneck_loss(
        logits, labels, codes, inputs, beta=0.7, **chosen
    )
    np.testing.assert_allclose(loss, terms.prediction + 0.7 * rate, rtol=1e-10)


def test_codes_far_apart_know_their_input_whatever_the_order():
    logits, labels, _, inputs = classifier()
    far = 100.0 * jnp.arange(12.0)
    for alpha in (0.5, 1.01, 2.0):
        terms = losses.renyi_bottleneck_terms(
            logits, labels, far, 100 * inputs, alpha=alpha
        )
        np.testing.assert_allclose(terms.rate, np.log(12), rtol=1e-6)


def test_rows_that_do_not_fit_are_refused():
    logits, labels, codes, inputs = classifier()
    with pytest.raises(ValueError, match="`labels` must be of 12 rows, one for each"):
        losses.renyi_bottleneck_loss(logits, labels[1:], codes, inputs)
    with pytest.raises(ValueError, match="renyi_bottleneck_loss: `alpha` must be >= 0"):
        losses.renyi_bottleneck_loss(logits, labels, codes, inputs, alpha=-1.0)

"""Prototypes of bags, and products of Gaussian experts."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}


def cases(prefix: str):
    chosen = [c for c in golden("pibd") if c["name"].startswith(prefix)]
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["name"])


def bags(case: dict):
    given = case["inputs"]
    bins, censored = (np.asarray(given[key]) for key in ("bins", "censored"))
    index = censored * case["params"]["n_bins"] + bins
    np.testing.assert_array_equal(index, case["expected"]["prototype_index"])
    features, prototypes = (
        jnp.asarray(given[key]) for key in ("features", "prototypes")
    )
    return (features, prototypes, jnp.asarray(index)), case["params"]["top_k"]


@cases("prototype_loss")
def test_prototypes_of_reference(case: dict):
    arguments, top_k = bags(case)
    expected = case["expected"]
    terms = losses.prototype_terms(*arguments, top_k=top_k)
    for got, key in zip(terms, ("positive", "negative"), strict=True):
        np.testing.assert_allclose(got, np.mean(expected[key]), **TOLERANCE)
    loss = losses.prototype_loss(*arguments, top_k=top_k)
    np.testing.assert_allclose(loss, expected["loss"], **TOLERANCE)


@cases("prototype_loss")
def test_similarities_of_reference(case: dict):
    """The positive of a bag, class by class, is its row of similarities."""
    (features, prototypes, _), top_k = bags(case)

    def similarity(bag, label):
        return losses.prototype_terms(
            bag[None], prototypes, label[None], top_k=top_k
        ).positive

    labels = jnp.arange(len(prototypes))
    table = jax.vmap(jax.vmap(similarity, (None, 0)), (0, None))(features, labels)
    expected = case["expected"]["topk_mean_similarity"]
    np.testing.assert_allclose(table, expected, **TOLERANCE)


def example(rng):
    return (
        jnp.asarray(rng.normal(size=(4, 6, 3))),
        jnp.asarray(rng.normal(size=(5, 3))),
        jnp.array([0, 3, 1, 1]),
    )


def test_padding_of_bags_is_as_if_absent():
    features, prototypes, index = example(np.random.default_rng(0))
    present = np.arange(6) < np.array([6, 4, 5, 4])[:, None]
    spoiled = jnp.where(present[..., None], features, jnp.nan)

    def value(features):
        terms = losses.prototype_terms(
            features, prototypes, index, top_k=3, instances=present
        )
        return terms.positive + 2 * terms.negative

    cut = [
        losses.prototype_terms(bag[None, : sum(row)], prototypes, label[None], top_k=3)
        for bag, row, label in zip(features, present, index, strict=True)
    ]
    expected = np.mean([term.positive + 2 * term.negative for term in cut])
    got, gradient = jax.value_and_grad(value)(spoiled)
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert np.isfinite(gradient).all() and not gradient[~present].any()


def test_a_short_bag_counts_all_it_has_and_an_empty_one_is_zero():
    features, prototypes, index = example(np.random.default_rng(1))
    two = np.arange(6) < 2

    def terms(top_k, row):
        return losses.prototype_terms(
            features[:1], prototypes, index[:1], top_k=top_k, instances=row[None]
        )

    np.testing.assert_allclose(terms(4, two), terms(2, two), rtol=1e-12)
    assert terms(4, np.zeros(6, bool)) == (0, 0)


def test_one_class_has_no_negatives():
    features, prototypes, index = example(np.random.default_rng(2))
    terms = losses.prototype_terms(features, prototypes[:1], index, top_k=2)
    assert terms.negative == 0 and terms.positive != 0


def test_a_bag_of_its_prototype_is_as_similar_as_can_be():
    prototypes = jnp.eye(3)
    features = 7.0 * jnp.broadcast_to(prototypes[:2, None], (2, 5, 3))
    index = jnp.arange(2)
    assert losses.prototype_loss(features, prototypes, index, top_k=5) == -1


@pytest.mark.parametrize(
    "change, message",
    [
        ({"features": jnp.ones((4, 3))}, r"`features` must be non-empty, \[n, m, d\]"),
        ({"prototypes": jnp.ones((5, 2))}, r"`prototypes` must be as wide as `feat"),
        ({"top_k": 7}, r"`top_k` must be at most the number of instances, 6"),
        ({"top_k": 0}, r"`top_k` must be >= 1"),
        ({"instances": jnp.ones((4, 5), bool)}, r"`instances` must be broadcastable"),
    ],
)
def test_bags_that_do_not_fit_are_refused(change: dict, message: str):
    names = ("features", "prototypes", "index")
    given = dict(zip(names, example(np.random.default_rng(3)), strict=True))
    with pytest.raises(ValueError, match=f"prototype_loss: {message}"):
        losses.prototype_loss(**given | {"top_k": 2} | change)


@cases("gaussian_kl_poe")
def test_experts_of_reference(case: dict):
    given = {key: jnp.asarray(value) for key, value in case["inputs"].items()}
    expected = case["expected"]
    product = losses.expert_product(
        jnp.stack([given["mu_q"], given["mu_p"]]),
        jnp.stack([given["sigma_q"], given["sigma_p"]]),
        log_weights=given["phi"],
    )
    np.testing.assert_allclose(product.mean, expected["poe_mean"], **TOLERANCE)
    np.testing.assert_allclose(product.scale**2, expected["poe_variance"], **TOLERANCE)

    def rate(mean, scale, at, width):
        one = mean[None], scale[None]
        return losses.gaussian_rate(*one, prior_mean=at, prior_scale=width)

    rows = [given[key] for key in ("mu_q", "sigma_q", "mu_p", "sigma_p")]
    np.testing.assert_allclose(
        jax.vmap(rate)(*rows), expected["kl_per_row"], **TOLERANCE
    )
    np.testing.assert_allclose(
        jax.vmap(rate, (0, 0, None, None))(*rows[:2], 0.0, 1.0),
        expected["kl_to_standard_normal"],
        **TOLERANCE,
    )


def test_experts_that_agree_give_back_what_they_say():
    mean, scale = jnp.array([[0.3, -2.0]]), jnp.array([[1e-8, 1e8]])
    found = losses.expert_product(jnp.stack([mean] * 3), jnp.stack([scale] * 3))
    np.testing.assert_allclose(found.mean, mean, rtol=1e-10)
    np.testing.assert_allclose(found.scale, scale, rtol=1e-10)


def test_an_expert_without_weight_is_not_heard():
    means, scales = jnp.array([[1.0, 2.0], [5.0, 6.0]]), jnp.array([[0.5], [3.0]])
    found = losses.expert_product(means, scales, log_weights=jnp.array([0.0, -jnp.inf]))
    np.testing.assert_allclose(found.mean, means[0], rtol=1e-12)
    np.testing.assert_allclose(found.scale, [0.5, 0.5], rtol=1e-12)


def test_experts_that_do_not_fit_are_refused():
    means = jnp.ones((2, 3, 4))
    with pytest.raises(ValueError, match=r"`scales` must be broadcastable to"):
        losses.expert_product(means, jnp.ones((3, 3, 4)))
    with pytest.raises(ValueError, match=r"`log_weights` must be of shape \[2\]"):
        losses.expert_product(means, means, log_weights=jnp.ones(3))

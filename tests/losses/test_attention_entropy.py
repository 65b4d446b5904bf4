"""Entropy-guided attention: the published code and the mean, dead zones, gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import attention, losses

CASES = golden("entropy_guided_attention")
TOLERANCE = {"rtol": 1e-6, "atol": 1e-8}
SHAPE = LAYERS, HEADS, QUERIES = 2, 3, 5
RNG = np.random.default_rng(0)
FOUND = jnp.asarray(RNG.uniform(0, 2, SHAPE))
THRESHOLDS = jnp.asarray(RNG.uniform(0.2, 0.8, SHAPE[:2]))
PENALTIES = losses.hard_dead_zone, losses.soft_dead_zone


def opened(case: dict):
    """Entropies ``[batch, layers, heads, queries]``, thresholds, and the options."""
    found = attention.entropy(jnp.asarray(case["inputs"]["attention"]))
    thresholds = jnp.asarray(case["inputs"]["thresholds"])
    keys = found.shape[-1]
    options = {
        "max_entropy": np.log(keys),
        "tolerance": case["params"]["tolerance_factor"],
    }
    return jnp.swapaxes(found, 0, 1), thresholds, options


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_losses_of_reference(case: dict):
    found, thresholds, options = opened(case)
    expected, weight = case["expected"], case["params"]["loss_coeff"]
    value = losses.attention_entropy_loss(found, thresholds, **options)
    mean = expected["penalty_mean"]
    np.testing.assert_allclose(weight * value, mean, rtol=TOLERANCE["rtol"])
    summed = weight * value * found.shape[0] * found.shape[-1]
    first = jnp.broadcast_to(thresholds[:1], thresholds.shape)
    variants = {
        "penalty_sum_over_batch_and_query": summed,
        "soft_deadzone_mean": weight
        * losses.attention_entropy_loss(
            found, thresholds, penalty=losses.soft_dead_zone, **options
        ),
        # The published trainer takes the thresholds of the first block for all.
        "official_layer0_thresholds_for_all_layers": weight
        * losses.attention_entropy_loss(found, first, **options)
        * found.shape[0]
        * found.shape[-1],
    }
    for name, got in variants.items():
        if name in expected:
            np.testing.assert_allclose(got, expected[name], rtol=TOLERANCE["rtol"])
    terms = losses.attention_entropy_terms(found, thresholds, **options)
    np.testing.assert_allclose(terms.collapse + terms.overload, value, rtol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_gradients_of_reference_by_the_formula(case: dict):
    found, thresholds, options = opened(case)
    top, factor = options["max_entropy"], options["tolerance"]
    gap = found - thresholds[..., None] * top
    slope = jnp.where(abs(gap) > factor * top, 2 * gap, 0) / gap.size
    got = jax.grad(losses.attention_entropy_loss, (0, 1))(found, thresholds, **options)
    np.testing.assert_allclose(got[0], slope, rtol=1e-10, atol=1e-14)
    by_head = -top * slope.sum(axis=(0, 3))
    np.testing.assert_allclose(got[1], by_head, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_nothing_is_lost_within_the_tolerance(penalty):
    near = 2 * THRESHOLDS[..., None] + 0.39 * jnp.asarray(RNG.uniform(-1, 1, SHAPE))
    both = jax.value_and_grad(losses.attention_entropy_loss, (0, 1))
    value, slopes = both(near, THRESHOLDS, max_entropy=2.0, penalty=penalty)
    assert value == 0
    for slope in slopes:
        np.testing.assert_array_equal(slope, 0)


def test_the_soft_zone_is_below_the_hard_one_and_continuous():
    gap = jnp.linspace(-3, 3, 601)
    hard, soft = (penalty(gap, 1.0) for penalty in PENALTIES)
    assert (soft <= hard).all()
    np.testing.assert_allclose(hard, np.where(abs(gap) > 1, gap**2, 0))
    np.testing.assert_allclose(soft, np.maximum(abs(gap) - 1, 0) ** 2)
    for penalty in PENALTIES:
        np.testing.assert_allclose(penalty(gap, 0.0), gap**2)
        slopes = jax.grad(lambda g, p=penalty: p(g, 1.0))
        assert slopes(1.0) == 0
    np.testing.assert_allclose(losses.soft_dead_zone(1.001, 1.0), 1e-6, rtol=1e-9)


def test_collapse_is_below_the_target_and_overload_above():
    low, high = jnp.zeros(SHAPE), jnp.full(SHAPE, 2.0)
    for found, empty in ((low, "overload"), (high, "collapse")):
        terms = losses.attention_entropy_terms(
            found, jnp.full(SHAPE[:2], 0.5), max_entropy=2.0
        )
        assert getattr(terms, empty) == 0
        np.testing.assert_allclose(sum(terms), 1.0)


def test_a_maximum_for_each_query_rescales_it():
    top = jnp.log(jnp.arange(1.0, QUERIES + 1))
    shares = jnp.asarray(RNG.uniform(size=SHAPE))
    options = {"tolerance": 0.05, "where": top > 0}
    value = losses.attention_entropy_loss(
        shares * top, THRESHOLDS, max_entropy=top, **options
    )
    gap = shares - THRESHOLDS[..., None]
    costs = jnp.where(abs(gap) > 0.05, (gap * top) ** 2, 0)
    np.testing.assert_allclose(value, jnp.mean(costs[..., 1:]), rtol=1e-12)


def test_one_layer_or_many_batches():
    def loss(found, thresholds, **options):
        return losses.attention_entropy_loss(
            found, thresholds, max_entropy=2.0, **options
        )

    layers = [loss(f, t) for f, t in zip(FOUND, THRESHOLDS, strict=True)]
    value = loss(FOUND, THRESHOLDS)
    np.testing.assert_allclose(value, np.mean(layers), rtol=1e-12)
    batch = jnp.stack([FOUND, 2 - FOUND])
    each = jax.vmap(loss, (0, None))(batch, THRESHOLDS)
    np.testing.assert_allclose(loss(batch, THRESHOLDS), each.mean(), rtol=1e-12)
    # Sequences of different lengths: every query counts the same.
    lengths = jnp.array([QUERIES, 2])[:, None, None, None]
    got = loss(batch, THRESHOLDS, where=jnp.arange(QUERIES) < lengths)
    short = loss(batch[1, ..., :2], THRESHOLDS)
    expected = (QUERIES * each[0] + 2 * short) / (QUERIES + 2)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_a_penalty_of_your_own():
    value = losses.attention_entropy_loss(
        FOUND, THRESHOLDS, max_entropy=2.0, penalty=lambda gap, width: abs(gap) / width
    )
    gap = FOUND - 2 * THRESHOLDS[..., None]
    np.testing.assert_allclose(value, jnp.mean(abs(gap)) / 0.4, rtol=1e-12)


@pytest.mark.parametrize(
    "arguments, options, argument",
    [
        ((FOUND, THRESHOLDS.T), {}, "thresholds"),
        ((FOUND[0, 0], THRESHOLDS), {}, "thresholds"),
        ((FOUND[0, 0, 0], THRESHOLDS), {}, "entropies"),
        ((FOUND, THRESHOLDS), {"max_entropy": np.ones(4)}, "max_entropy"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(arguments, options, argument: str):
    message = f"attention_entropy_loss: `{argument}` must be"
    with pytest.raises(ValueError, match=message):
        losses.attention_entropy_loss(*arguments, **({"max_entropy": 2.0} | options))

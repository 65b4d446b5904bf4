"""Alignment with profiles against references, limits and the published epsilons."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import bounds, losses, transforms

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
CASES = golden("rlmrec")
EPSILON = 1e-8


def cases(kind: str):
    rows = [c for c in CASES if c["name"].startswith(kind)]
    return pytest.mark.parametrize("case", rows, ids=[c["name"] for c in rows])


def padded(*pairs):
    """The published length sqrt(eps + x^2): a column for each side, 0 in the other."""
    edge = EPSILON**0.5

    def pad(x, column):
        wide = np.zeros((len(x), 2))
        wide[:, column] = edge
        return jnp.asarray(np.concatenate([x, wide], axis=1))

    return [pad(x, side) for side, x in pairs]


def triples(case: dict, pad: bool = True):
    """Users, profiles and candidates, and the items, as the losses take them."""
    given = {key: np.asarray(value) for key, value in case["inputs"].items()}
    profiles = given["user_profiles"]
    arrays = [
        (0, given["anchor"]),
        (1, profiles[given["user_index"]]),
        (1, profiles),
        (0, given["pos"]),
        (1, given["pos_profiles"]),
        (0, given["neg"]),
        (1, given["neg_profiles"]),
    ]
    return padded(*arrays) if pad else [jnp.asarray(x) for _, x in arrays]


@cases("contrastive")
def test_contrastive_terms_of_reference(case: dict):
    arrays, expected, given = triples(case), case["expected"], case["params"]
    n = len(arrays[0])
    options = {"temperature": given["temperature"]}
    terms = losses.rlmrec_contrastive_terms(*arrays, **options)
    for term, key in zip(terms, ("user_sum", "pos_sum", "neg_sum"), strict=True):
        np.testing.assert_allclose(n * term, expected[key], **TOLERANCE, err_msg=key)
    for weight, key in ((1.0, "kd_loss"), (given["weight"], "weighted")):
        got = losses.rlmrec_contrastive_loss(*arrays, weight=weight, **options)
        np.testing.assert_allclose(got, expected[key], **TOLERANCE, err_msg=key)
    each = jnp.array([1.0, 0.0, 2.0])
    got = losses.rlmrec_contrastive_loss(*arrays, weight=each, **options)
    np.testing.assert_allclose(got, terms.user + 2 * terms.negative, rtol=1e-12)


@cases("contrastive")
def test_the_epsilon_of_the_published_length_is_of_no_account(case: dict):
    got = losses.rlmrec_contrastive_loss(
        *triples(case, pad=False), weight=1.0, temperature=case["params"]["temperature"]
    )
    np.testing.assert_allclose(got, case["expected"]["kd_loss"], rtol=1e-6)


@cases("generative")
def test_generative_loss_of_reference(case: dict):
    given, expected = case["inputs"], case["expected"]
    temperature = case["params"]["temperature"]
    arrays = padded((0, given["decoded"]), (1, given["profiles"]))
    got = losses.rlmrec_generative_loss(*arrays, temperature=temperature)
    np.testing.assert_allclose(got, expected["loss"], **TOLERANCE)
    # The published form: one epsilon in the denominator, one inside the logarithm.
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in arrays]
    chances = np.exp(unit[0] @ unit[1].T / temperature)
    ratio = np.diagonal(chances) / (chances.sum(1) + EPSILON)
    official = -np.mean(np.log(ratio + EPSILON))
    np.testing.assert_allclose(official, expected["official_with_eps"], **TOLERANCE)
    gap = expected["loss"] - expected["official_with_eps"]
    np.testing.assert_allclose(got - official, gap, rtol=1e-5, atol=1e-9)


@cases("bpr")
def test_bpr_of_reference(case: dict):
    given = [jnp.asarray(case["inputs"][key]) for key in ("anchor", "pos", "neg")]
    got, expected = losses.bpr_loss(*given), case["expected"]
    np.testing.assert_allclose(got, expected["bpr_mean"], **TOLERANCE)
    np.testing.assert_allclose(len(given[0]) * got, expected["bpr_sum"], **TOLERANCE)


def batch(n: int = 6, d: int = 4, seed: int = 0):
    return [jnp.asarray(x) for x in np.random.default_rng(seed).normal(size=(2, n, d))]


def test_one_candidate_that_is_the_positive_costs_nothing():
    a, p = batch(1)
    assert losses.alignment_loss(a, p, p) == 0
    assert losses.rlmrec_generative_loss(a, p) == 0


def test_candidates_that_are_all_alike_cost_the_log_of_their_number():
    a, _ = batch()
    same = jnp.ones((9, 4))
    np.testing.assert_allclose(losses.alignment_loss(a, same[:6], same), np.log(9))


def test_alignment_in_a_batch_is_log_n_minus_infonce():
    a, p = batch()
    lengths = [jnp.linalg.norm(x, axis=1) for x in (a, p)]
    bound = bounds.infonce(a @ p.T / jnp.outer(*lengths) / 0.2)
    got = losses.alignment_loss(a, p, p)
    np.testing.assert_allclose(got, np.log(6) - bound, rtol=1e-12)
    generated = losses.rlmrec_generative_loss(a, p, temperature=0.2)
    np.testing.assert_allclose(generated, got, rtol=1e-14)


def test_no_candidates_left_is_zero_without_gradient():
    a, p = batch()
    none = jnp.zeros(6, bool)

    def loss(a, p):
        return losses.alignment_loss(a, p, p, where_candidates=none)

    value, slopes = jax.value_and_grad(loss, argnums=(0, 1))(a, p)
    assert value == 0
    assert all((slope == 0).all() for slope in slopes)


def test_profiles_are_constants_of_the_generative_loss_alone():
    a, p = batch()
    slope = jax.grad(losses.rlmrec_generative_loss, argnums=(0, 1))(a, p)
    assert (slope[0] != 0).all() and (slope[1] == 0).all()
    # Those of the contrastive loss went through a projection that is trained.
    slope = jax.grad(losses.alignment_loss, argnums=(1, 2))(a, p, p)
    assert all((s != 0).all() for s in slope)


def test_only_masked_nodes_enter_the_generative_loss():
    e, p = batch(8)
    masked = transforms.mask_nodes(jax.random.key(0), e, jnp.zeros(4), ratio=0.5)
    got = losses.rlmrec_generative_loss(e, p, where=masked.where)
    keep = np.asarray(masked.where)
    expected = losses.rlmrec_generative_loss(e[keep], p[keep])
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("weight", [jnp.ones(2), jnp.ones((3, 1))])
def test_weights_that_are_not_three_are_refused(weight):
    with pytest.raises(ValueError, match="rlmrec_contrastive_loss: `weight` must be"):
        losses.rlmrec_contrastive_loss(*[jnp.ones((4, 2))] * 7, weight=weight)


def test_a_mask_of_candidates_of_another_length_is_refused():
    a, p = batch()
    with pytest.raises(ValueError, match=r"`where_candidates` must be of shape \[6\]"):
        losses.alignment_loss(a, p, p, where_candidates=jnp.ones(5, bool))

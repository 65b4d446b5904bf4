"""Bayesian personalised ranking and metrics of a ranking."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
RANKINGS = [c for c in golden("rlmrec") if c["name"].startswith("ranking")]
METRICS = {"recall": losses.recall_at_k, "ndcg": losses.ndcg_at_k}


@pytest.mark.parametrize("case", RANKINGS, ids=lambda c: c["name"])
def test_metrics_of_reference(case: dict):
    scores = jnp.asarray(case["inputs"]["scores"])
    relevance = np.zeros(scores.shape, bool)
    for user, items in enumerate(case["inputs"]["relevant"]):
        relevance[user, items] = True
    for name, metric in METRICS.items():
        for k, expected in case["expected"][name].items():
            got = metric(scores, relevance, k=int(k))
            np.testing.assert_allclose(got, expected, **TOLERANCE, err_msg=name)


def ranking(users: int = 5, items: int = 9):
    rng = np.random.default_rng(0)
    scores = jnp.asarray(rng.normal(size=(users, items)))
    return scores, rng.uniform(size=scores.shape) < 0.4


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_perfect_order_is_worth_one_and_the_worst_zero(metric):
    _, relevance = ranking()
    best = jnp.asarray(relevance, float)
    np.testing.assert_allclose(metric(best, relevance, k=9), 1, rtol=1e-12)
    np.testing.assert_allclose(metric(-best, relevance, k=2), 0, atol=1e-12)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_masked_items_are_as_if_absent_whatever_they_hold(metric):
    scores, relevance = ranking()
    keep = np.ones(9, bool)
    keep[[0, 4]] = False
    spoiled = scores.at[:, ~keep].set(jnp.nan).at[:, 4].set(jnp.inf)
    got = metric(spoiled, relevance, k=3, where=jnp.asarray(keep))
    expected = metric(scores[:, keep], relevance[:, keep], k=3)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_users_without_relevant_items_do_not_count(metric):
    scores, relevance = ranking()
    relevance[2] = False
    others = np.arange(5) != 2
    got = metric(scores, relevance, k=4)
    np.testing.assert_allclose(got, metric(scores[others], relevance[others], k=4))
    assert metric(scores, np.zeros_like(relevance), k=4) == 0


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_the_lowest_score_ranks_above_what_is_masked(metric):
    scores = jnp.array([[-jnp.inf, -jnp.inf]])
    relevance = jnp.array([[False, True]])
    assert metric(scores, relevance, k=1, where=relevance) == 1
    assert metric(scores, relevance, k=5) > 0  # a longer list than items takes all


def test_metrics_of_a_ranking_by_hand():
    scores, relevance = jnp.array([[4.0, 3.0, 2.0, 1.0]]), jnp.array([[0, 1, 0, 1]]) > 0
    np.testing.assert_allclose(losses.recall_at_k(scores, relevance, k=3), 1 / 2)
    expected = (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    np.testing.assert_allclose(losses.ndcg_at_k(scores, relevance, k=3), expected)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_metrics_have_no_gradient_and_refuse_what_is_no_list(metric):
    scores, relevance = ranking()
    assert (jax.grad(lambda s: metric(s, relevance, k=3))(scores) == 0).all()
    with pytest.raises(ValueError, match=rf"{metric.__name__}: `k` must be >= 1"):
        metric(scores, relevance, k=0)
    with pytest.raises(
        TypeError, match=rf"{metric.__name__}: `relevance` must be Bool"
    ):
        metric(scores, scores, k=1)


def test_bpr_of_equal_scores_is_log_two_and_its_slope_is_half_the_difference():
    u, p = jnp.ones((3, 2)), jnp.eye(3, 2)
    np.testing.assert_allclose(losses.bpr_loss(u, p, p), np.log(2))
    slope = jax.grad(losses.bpr_loss)(u, 2 * p, p[:, ::-1] + p)
    margin = np.asarray(p[:, ::-1] - p)
    expected = margin / 3 / (1 + np.exp(-margin.sum(1, keepdims=True)))
    np.testing.assert_allclose(slope, expected, atol=1e-15)

"""Scores and calibrations of prompts against reference numbers, identities, limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import closed_form, prompts

GOLDEN = golden("prompt_selection")
NAMES = {
    "GE_M": "marginal_entropy",
    "GE": "global_entropy",
    "LE": "local_entropy",
    "MDL_M": "description_length",
    "MI": "mutual_information",
    "MI_G": "global_information",
    "ZLP": "log_mean_agreement",
    "ZPM": "mean_agreement",
    "ZMV": "vote_agreement",
}
BY_INPUT = {
    "MDL": "description_length",
    "MI_L": "mutual_information",
    "MI_GL": "global_information",
}
NORMALISE = {"softmax": jax.nn.softmax, "mean": prompts.shares}
score = jax.jit(prompts.scores, static_argnames=("epsilon", "predict"))
score_inputs = jax.jit(prompts.input_scores, static_argnames="epsilon")


def cases(*quantities: str):
    found = [c for c in GOLDEN if c["quantity"] in quantities]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["id"])


def probabilities(case: dict) -> np.ndarray:
    mass = np.exp(np.array(case["inputs"]["unnormalised_logp"]))
    return mass / mass.sum(2, keepdims=True)


@cases("prompt_scores")
def test_reference_scores(case: dict):
    found = score(probabilities(case), epsilon=float(case["inputs"]["eps"]))
    expected = dict(case["expected"])
    chosen = expected.pop("selected")
    for paper, name in NAMES.items():
        got = getattr(found, name)
        np.testing.assert_allclose(
            got, expected[paper], rtol=case["rtol"], atol=case["atol"], err_msg=paper
        )
        assert jnp.argmax(got) == chosen[paper], paper


@cases("prompt_scores_per_input")
def test_reference_scores_of_inputs(case: dict):
    found = score_inputs(probabilities(case), epsilon=float(case["inputs"]["eps"]))
    for paper, name in BY_INPUT.items():
        got, expected = getattr(found, name), case["expected"][paper]
        near = {"rtol": case["rtol"], "atol": case["atol"]}
        np.testing.assert_allclose(got, expected["score_tx"], **near)
        chosen = jnp.argmax(got, axis=0)
        assert chosen.tolist() == expected["selected_prompt_per_input"]


@cases("calibrate_cbm", "calibrate_cc", "calibrate_pmi_dc", "prompt_scores_after_cbm")
def test_reference_calibrations(case: dict):
    p, inputs, expected = probabilities(case), case["inputs"], case["expected"]
    normalise = NORMALISE[inputs["norm"]]
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    if "content_free_logp" in inputs:
        other = np.exp(np.array(inputs["content_free_logp"]))
        got = prompts.calibrate_by_content_free(p, other, normalise=normalise)
    elif "domain_logp" in inputs:
        logs, domain = (
            np.array(inputs[k]) for k in ("unnormalised_logp", "domain_logp")
        )
        got = prompts.calibrate_by_domain(logs, domain, normalise=normalise)
    else:
        got = prompts.calibrate_by_marginals(p, normalise=normalise)
    if "prob" in expected:
        np.testing.assert_allclose(got, expected["prob"], **near)
        assert jnp.argmax(got, axis=2).tolist() == expected["answer_score_argmax"]
    else:
        found = score(got)
        for paper, name in NAMES.items():
            np.testing.assert_allclose(getattr(found, name), expected[paper], **near)


@cases("prompt_ppl")
def test_reference_perplexities(case: dict):
    given = np.array(case["inputs"]["perplexity"])
    found = prompts.perplexity(-np.log(given)[..., None])
    np.testing.assert_allclose(found.mean, case["expected"]["PPL"], rtol=1e-9)
    assert jnp.argmin(found.mean) == case["expected"]["selected"]
    chosen = jnp.argmin(found.by_input, axis=0)
    assert chosen.tolist() == case["expected"]["PPL_L_selected"]
    # Two tokens count as much as one of their geometric mean; impossible ones most.
    pair = -np.log(given)[..., None] + np.array([0.3, -0.3])
    np.testing.assert_allclose(prompts.perplexity(pair).by_input, given, rtol=1e-12)
    pair[0, 0, 0] = -np.inf
    assert prompts.perplexity(pair).mean[0] == np.inf


def test_identities_of_information():
    p = np.random.default_rng(0).dirichlet(np.ones(4), (3, 6))
    found = score(p)
    joint = closed_form.categorical_mi(p / 6)  # inputs are equally likely
    np.testing.assert_allclose(found.mutual_information, joint, rtol=1e-12)
    assert np.all(found.marginal_entropy >= found.local_entropy)
    even = score(np.full((2, 5, 4), 0.25))
    np.testing.assert_allclose(even.mutual_information, 0, atol=1e-15)
    np.testing.assert_allclose(even.local_entropy, np.log(4))
    sure = score(np.tile(np.eye(4), (1, 2, 1)))
    for value in (
        sure.mutual_information,
        sure.global_entropy,
        sure.marginal_entropy,
        sure.global_information,
    ):
        np.testing.assert_allclose(value, np.log(4), rtol=1e-12)
    alone = jnp.stack([sure.log_mean_agreement, sure.mean_agreement])
    np.testing.assert_array_equal(jnp.append(alone, sure.vote_agreement), 1)


def test_ties_go_to_the_first_answer():
    p = np.full((2, 3, 2), 0.5)
    found = score(p)
    np.testing.assert_array_equal(found.global_entropy, 0)
    np.testing.assert_array_equal(found.vote_agreement, 1)


def test_masked_answers_and_inputs_are_absent():
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.ones(3), (2, 4))
    padded = rng.dirichlet(np.ones(5), (2, 6))
    padded[:, :4, :3] = p
    where = np.zeros((6, 5), bool)
    where[:4, :3] = True
    for function in (prompts.scores, prompts.perplexity):
        got, expected = function(padded, where=where), function(p)
        for a, b in zip(got, expected, strict=True):
            cut = a[:, :4] if a.ndim == 2 else a
            np.testing.assert_allclose(cut, b, rtol=1e-12, atol=1e-14)
    for function in (
        prompts.calibrate_by_marginals,
        lambda p, **more: prompts.calibrate_by_content_free(
            p, np.ones((1, 2, p.shape[2])), **more
        ),
        lambda p, **more: prompts.calibrate_by_domain(
            p, np.zeros((2, p.shape[2])), **more
        ),
    ):
        got, expected = function(padded, where=where), function(p)
        np.testing.assert_allclose(got[:, :4, :3], expected, rtol=1e-12)
        assert np.all(np.asarray(got)[:, ~where] == 0)
    assert prompts.confident(padded, where=where).tolist() == (
        prompts.confident(p).tolist()
    )


def test_calibration_limits():
    p = np.random.default_rng(2).dirichlet(np.ones(3), (2, 4))
    ratio = prompts.calibrate_by_marginals(p, normalise=lambda r: r)
    # Ratios have mean 1 over inputs, before they are made to add up to 1.
    mean = p.mean(1, keepdims=True)
    np.testing.assert_allclose(ratio, prompts.shares(jnp.asarray(p / mean)), rtol=1e-12)
    same = prompts.calibrate_by_content_free(
        p, np.ones((2, 2, 3)), normalise=prompts.shares
    )
    np.testing.assert_allclose(same, p, rtol=1e-12)
    same = prompts.calibrate_by_domain(
        np.log(p), np.full((2, 3), -1.5), normalise=prompts.shares
    )
    np.testing.assert_allclose(same, p, rtol=1e-12)
    # An answer that nothing ever gets stays at 0, and has a gradient that is finite.
    p[:, :, 2] = 0
    gradient = jax.grad(
        lambda p: jnp.sum(prompts.calibrate_by_marginals(p)[..., 0] ** 2)
    )(jnp.asarray(p))
    assert np.isfinite(gradient).all()


def test_soft_predictions_train_and_end_at_hard_ones():
    p = np.random.default_rng(3).dirichlet(np.ones(3), (2, 5))
    hard = score(p).global_entropy
    soft = prompts.scores(p, predict=prompts.soft_prediction(1e-3)).global_entropy
    np.testing.assert_allclose(soft, hard, rtol=1e-6)

    def total(p):
        predict = prompts.soft_prediction(0.3)
        return jnp.sum(prompts.scores(p, predict=predict).global_information)

    step = 1e-6 * np.random.default_rng(4).normal(size=p.shape)
    expected = (total(p + step) - total(p - step)) / 2
    got = jnp.sum(jax.grad(total)(jnp.asarray(p)) * step)
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_confident_prompts_are_the_better_of_two_clusters():
    lead = np.array([0.1, 0.9, 0.15, 0.8, 0.85])
    p = np.stack([(1 + lead) / 2, (1 - lead) / 2], axis=1)[:, None]
    assert prompts.confident(p).tolist() == [False, True, False, True, True]
    assert prompts.confident(np.full((3, 2, 2), 0.5)).all()
    assert prompts.confident(p[:1]).all()


def test_the_selection_ranks_names_and_shows_its_table():
    p = np.array(
        [[[0.9, 0.1], [0.8, 0.2]], [[0.9, 0.1], [0.1, 0.9]], [[0.6, 0.4], [0.4, 0.6]]]
    )
    found = prompts.select(p, names=["a", "b", "c"])
    assert found.best == "b" and found.order.tolist() == [1, 2, 0]
    assert np.all(np.diff(found.values) <= 0)
    lines = str(found).splitlines()
    assert [line.split()[1] for line in lines if "│" in line] == ["b", "c", "a"]
    assert "MI_G" in str(found)
    vague = prompts.select(p, by=lambda s: s.local_entropy)
    assert vague.best == "2"
    with pytest.raises(ValueError, match="select: `names` must be 3 strings"):
        prompts.select(p, names=["a"])
    with pytest.raises(ValueError, match="select: `by` must be a callable"):
        prompts.select(p, by=lambda s: s.local_entropy[0])

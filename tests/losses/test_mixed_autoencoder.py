"""Mixed autoencoders: tokens that recognise their image, and hidden patches."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses

CASES = [c for c in golden("mixed_ae") if c["name"].startswith("homologous")]
TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}


def opened(case: dict) -> tuple[jax.Array, jax.Array, float]:
    given = case["inputs"]
    tokens, source = jnp.asarray(given["tokens"]), jnp.asarray(given["source"])
    return tokens, source, case["params"]["temperature"]


def test_all_cases_are_read():
    assert len(CASES) == 3


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_losses_and_accuracies_of_reference(case: dict):
    tokens, source, heat = opened(case)
    expected, k = case["expected"], case["params"]["top_k_without_self"]
    value = losses.homologous_loss(tokens, source, temperature=heat)
    np.testing.assert_allclose(value, expected["loss_mean_mean"], **TOLERANCE)
    n, siblings = len(source), len(source) // case["params"]["n_sources"] - 1
    np.testing.assert_allclose(
        value * n * siblings, expected["loss_sum_sum"], **TOLERANCE
    )
    got = losses.homologous_accuracy(tokens, source, top_k=k)
    np.testing.assert_allclose(got, expected["topk_accuracy_without_self"], **TOLERANCE)
    assert case["params"]["top_k_with_self"] == k + 1
    with_self = (1 + k * got) / (k + 1)
    np.testing.assert_allclose(
        with_self, expected["topk_accuracy_with_self"], **TOLERANCE
    )


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_gradients_of_reference_by_another_route(case: dict):
    tokens, source, heat = opened(case)

    def direct(z):
        unit = z / jnp.linalg.norm(z, axis=1, keepdims=True)
        total, count = 0.0, 0
        for i in range(len(z)):
            rest = np.delete(np.arange(len(z)), i)
            scores = unit[rest] @ unit[i] / heat
            logs = scores - jax.scipy.special.logsumexp(scores)
            mine = np.flatnonzero(source[rest] == source[i])
            total, count = total - jnp.sum(logs[mine]), count + len(mine)
        return total / count

    got = jax.grad(lambda z: losses.homologous_loss(z, source, temperature=heat))
    np.testing.assert_allclose(got(tokens), jax.grad(direct)(tokens), rtol=1e-8)
    accuracy = jax.grad(lambda z: losses.homologous_accuracy(z, source, top_k=2))
    np.testing.assert_array_equal(accuracy(tokens), 0)


def test_equal_tokens_cost_log_of_the_others():
    source = jnp.arange(12) % 3
    value, slope = jax.value_and_grad(losses.homologous_loss)(jnp.ones((12, 2)), source)
    np.testing.assert_allclose(value, np.log(11), rtol=1e-12)
    np.testing.assert_allclose(slope, 0, atol=1e-14)
    chance = losses.homologous_accuracy(jnp.ones((12, 2)), source, top_k=3)
    np.testing.assert_allclose(chance, 3 / 11, rtol=1e-12)
    nothing = jax.value_and_grad(losses.homologous_loss)(jnp.zeros((12, 2)), source)
    assert np.isfinite(nothing[0]) and (nothing[1] == 0).all()


def test_sources_at_right_angles_cost_log_of_the_siblings():
    source = jnp.arange(12) % 3
    tokens = jnp.eye(3)[source]
    value = losses.homologous_loss(tokens, source, temperature=1e-3)
    np.testing.assert_allclose(value, np.log(12 / 3 - 1), rtol=1e-12)
    assert losses.homologous_accuracy(tokens, source, top_k=3) == 1
    slope = jax.grad(lambda t: losses.homologous_loss(tokens, source, temperature=t))
    assert slope(0.25) > 0


def test_a_token_alone_of_its_source_is_only_among_the_others():
    tokens = jnp.asarray(np.random.default_rng(0).normal(size=(5, 3)))
    source = jnp.array([0, 0, 7, 1, 1])
    unit = tokens / jnp.linalg.norm(tokens, axis=1, keepdims=True)
    scores = unit @ unit.T / 0.25 - 1e9 * jnp.eye(5)
    logs = scores - jax.scipy.special.logsumexp(scores, axis=1, keepdims=True)
    pairs = ((0, 1), (1, 0), (3, 4), (4, 3))
    expected = -sum(logs[i, j] for i, j in pairs) / 4
    np.testing.assert_allclose(
        losses.homologous_loss(tokens, source), expected, rtol=1e-10
    )
    alone = jax.value_and_grad(losses.homologous_loss)(tokens, jnp.arange(5))
    assert alone[0] == 0 and (alone[1] == 0).all()


def test_only_hidden_patches_count():
    rng = np.random.default_rng(0)
    predictions, targets = jnp.asarray(rng.normal(size=(2, 6, 4)))
    hidden = jnp.arange(6) % 3 > 0
    both = jax.value_and_grad(losses.masked_reconstruction_loss, (0, 1))
    value, (slope, constant) = both(predictions, targets, hidden)
    errors = (predictions - targets)[hidden]
    np.testing.assert_allclose(value, jnp.mean(errors**2), rtol=1e-12)
    expected = jnp.where(hidden[:, None], 2 * (predictions - targets) / 16, 0)
    np.testing.assert_allclose(slope, expected, rtol=1e-12)
    np.testing.assert_array_equal(constant, 0)
    # Seen patches may be anything, and with nothing hidden nothing is lost.
    spoiled = jnp.where(hidden[:, None], predictions, jnp.nan)
    again = losses.masked_reconstruction_loss(spoiled, targets, hidden)
    np.testing.assert_allclose(again, value, rtol=1e-12)
    assert losses.masked_reconstruction_loss(spoiled, targets, ~hidden & hidden) == 0

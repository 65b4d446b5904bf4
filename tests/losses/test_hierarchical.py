"""Stacked bottlenecks: two levels of a network by hand, and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import losses
from infojax.losses import BottleneckLevel

TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
CASES = golden("ithp")
reference = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def forward(case: dict, parameters: dict):
    """The two levels of the published network, without dropout."""
    given = case["inputs"]

    def perceptron(name: str, x):
        hidden = x @ parameters[f"{name}_W0"] + parameters[f"{name}_b0"]
        return jax.nn.relu(hidden) @ parameters[f"{name}_W1"] + parameters[f"{name}_b1"]

    x, levels, found = jnp.asarray(given["x0"]), [], {}
    for k in (0, 1):
        mean, log_variance = jnp.split(perceptron(f"encoder{k + 1}", x), 2, axis=1)
        scale = jnp.exp(log_variance / 2)
        x = mean + scale * jnp.asarray(given[f"eps{k}"])
        decoded = jax.nn.sigmoid(perceptron(f"MLP{k + 1}", x))
        target = jnp.asarray(given[f"x{k + 1}"])
        levels.append(BottleneckLevel(mean, scale, decoded, target))
        found |= {f"mu{k}": mean, f"logvar{k}": log_variance}
    return levels, found | {"b1": x}


def parameters(case: dict) -> dict:
    return {k: jnp.asarray(v) for k, v in case["inputs"]["params"].items()}


def weights(case: dict) -> dict:
    given = case["params"]
    return {
        "error_weights": (given["beta"], given["gamma"]),
        "level_weights": (1.0, given["lambda_"]),
    }


@reference
def test_levels_of_reference(case: dict):
    levels, found = forward(case, parameters(case))
    expected, given = case["expected"], case["params"]
    for key, value in found.items():
        np.testing.assert_allclose(value, expected[key], **TOLERANCE)
    terms = losses.hierarchical_bottleneck_terms(levels)
    per_column = terms.rates / np.array(
        [level.mean.shape[1] for level in levels], float
    )
    for k in (0, 1):
        np.testing.assert_allclose(
            terms.rates[k], expected[f"kl{k}_sum_over_dims"], **TOLERANCE
        )
        np.testing.assert_allclose(per_column[k], expected[f"kl{k}"], **TOLERANCE)
        np.testing.assert_allclose(terms.errors[k], expected[f"mse{k}"], **TOLERANCE)
        alone = losses.hierarchical_bottleneck_loss(
            levels, **weights(case) | {"level_weights": np.eye(2)[k]}
        )
        np.testing.assert_allclose(alone, expected[f"ib{k}"], **TOLERANCE)
    loss = losses.hierarchical_bottleneck_loss(levels, **weights(case))
    np.testing.assert_allclose(loss, expected["ib_total"], **TOLERANCE)
    prediction, target = (
        np.asarray(case["inputs"][key]) for key in ("prediction", "target")
    )
    task = np.mean((prediction - target) ** 2)
    np.testing.assert_allclose(task, expected["task_mse"], **TOLERANCE)
    total = task + 2 / (given["beta"] + given["gamma"]) * loss
    np.testing.assert_allclose(total, expected["total_loss"], **TOLERANCE)


def test_the_defaults_are_those_of_the_paper():
    levels, _ = forward(CASES[0], parameters(CASES[0]))
    np.testing.assert_allclose(
        losses.hierarchical_bottleneck_loss(levels),
        CASES[0]["expected"]["ib_total"],
        **TOLERANCE,
    )


def test_the_second_level_teaches_the_first_unless_its_weight_is_zero():
    case = CASES[0]

    def gradient(share: float, error: float = 8.0):
        return jax.grad(
            lambda p: losses.hierarchical_bottleneck_loss(
                forward(case, p)[0],
                error_weights=(error, 32.0),
                level_weights=(1.0, share),
            )
        )(parameters(case))

    alone, both = gradient(0.0), gradient(0.3)
    for key, value in alone.items():
        second = key.startswith(("encoder2", "MLP2"))
        assert np.any(value) != second, key
        assert np.any(both[key]), key
    shift = both["encoder1_W0"] - alone["encoder1_W0"]
    assert np.abs(shift).max() > 1e-6
    assert not np.any(gradient(0.3, error=0.0)["MLP1_W0"])


def test_codes_that_are_the_prior_and_targets_that_are_met_cost_nothing():
    level = BottleneckLevel(jnp.zeros((4, 3)), 1.0, jnp.ones((4, 2)), jnp.ones((4, 2)))
    assert losses.hierarchical_bottleneck_loss([level, level]) == 0


def test_one_level_with_unit_weights_is_a_variational_autoencoder():
    rng = np.random.default_rng(0)
    mean, scale = rng.normal(size=(5, 3)), np.exp(rng.normal(size=(5, 3)))
    decoded, target = rng.normal(size=(2, 5, 2))
    got = losses.hierarchical_bottleneck_loss(
        [BottleneckLevel(mean, scale, decoded, target)],
        error_weights=[0.5],
        level_weights=[1.0],
        rate_weights=[1.0],
    )
    error = np.mean((decoded - target) ** 2)
    expected = losses.gaussian_rate(mean, scale) + 0.5 * error
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_levels_may_differ_in_dtype():
    code, half = jnp.ones((3, 2)), jnp.ones((3, 2), jnp.bfloat16)
    levels = [BottleneckLevel(a, 1.0, a, a) for a in (half, code)]
    assert losses.hierarchical_bottleneck_loss(levels).dtype == code.dtype
    assert losses.hierarchical_bottleneck_loss(levels[:1] * 2).dtype == jnp.bfloat16


def test_levels_that_do_not_fit_are_refused():
    code = jnp.ones((3, 2))
    level = BottleneckLevel(code, 1.0, code, code)
    for levels, message in (
        ([], r"`levels` must be at least one level"),
        ([level] * 3, r"`error_weights` must be one number for each of the 3"),
        ([level, level._replace(target=code[:, :1])], r"`levels\[1\].target` must be"),
        ([level, BottleneckLevel(*(code[1:],) * 4)], r"`levels\[1\].mean` must be"),
    ):
        with pytest.raises(ValueError, match=message):
            losses.hierarchical_bottleneck_loss(levels)

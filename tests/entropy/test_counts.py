"""Corrected entropies of counts against independent evaluations and known limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import entropy

ALL = golden("discrete")
PLAIN = ("miller_madow", "grassberger", "grassberger_1988", "chao_shen", "zhang")
PRIORS = ("james_stein", "dirichlet", "nsb")
COUNTS = np.array([4, 2, 3, 5, 1, 1, 0, 2])


def of(*quantities: str):
    rows = [c for c in ALL if c["quantity"] in quantities]
    assert {c["quantity"] for c in rows} == set(quantities)
    return pytest.mark.parametrize("case", rows, ids=lambda c: c["id"])


def check(case: dict, value, expected):
    tolerance = {"rtol": float(case["rtol"]), "atol": float(case["atol"])}
    np.testing.assert_allclose(value, float(expected), **tolerance)


@of(*(f"entropy_{name}" for name in PLAIN))
def test_counts(case: dict):
    estimator = getattr(entropy, case["quantity"].removeprefix("entropy_"))
    check(case, estimator(np.asarray(case["inputs"]["counts"])), case["expected"])


@of("entropy_james_stein", "entropy_nsb", "entropy_dirichlet_posterior_mean")
def test_counts_and_support(case: dict):
    counts, support = np.asarray(case["inputs"]["counts"]), case["inputs"]["support"]
    expected = case["expected"]
    match case["quantity"]:
        case "entropy_james_stein":
            value = entropy.james_stein(counts, support=support)
            expected = expected["entropy"]
        case "entropy_nsb":
            value = entropy.nsb(counts, support=support)
        case _:
            alpha = case["inputs"]["alpha"]
            value = entropy.dirichlet(counts, alpha=alpha, support=support)
    check(case, value, expected)


@pytest.mark.parametrize("name", PRIORS)
def test_only_the_number_of_empty_cells_matters(name: str):
    estimator = getattr(entropy, name)
    listed = estimator(COUNTS)
    for counts in (COUNTS[COUNTS > 0], np.append(COUNTS, [0, 0])):
        value = estimator(counts, support=8)
        np.testing.assert_allclose(value, listed, rtol=1e-12)
    assert estimator(COUNTS, support=20) > listed


@pytest.mark.parametrize("name", (*PLAIN, *PRIORS))
def test_many_samples_approach_the_plugin_entropy(name: str):
    value = getattr(entropy, name)(COUNTS[COUNTS > 0] * 20_000)
    np.testing.assert_allclose(value, entropy.plugin(COUNTS), atol=1e-4)


@pytest.mark.parametrize("name", (*PLAIN, *PRIORS))
def test_axes_are_estimated_apart(name: str):
    estimator = getattr(entropy, name)
    table = np.stack([COUNTS, COUNTS[::-1] ** 2, 0 * COUNTS], axis=1)
    rows = [estimator(column) for column in table.T]
    np.testing.assert_allclose(estimator(table, axis=0), rows, rtol=1e-12)
    assert rows[2] == 0


@pytest.mark.parametrize("name", ("miller_madow", "zhang"))
def test_never_below_the_plugin_entropy(name: str):
    table = np.random.default_rng(0).integers(0, 6, size=(50, 7))
    assert (getattr(entropy, name)(table) >= entropy.plugin(table) - 1e-12).all()


def test_zhang_equals_the_series_that_defines_it():
    total, value = COUNTS.sum(), 0.0
    for n in COUNTS[COUNTS > 0]:
        product = 1.0
        for v in range(1, total - n + 1):
            product *= 1 - (n - 1) / (total - v)
            value += n / total * product / v
    np.testing.assert_allclose(entropy.zhang(COUNTS), value, rtol=1e-12)


def test_a_single_sample_says_nothing_to_shrinkage():
    np.testing.assert_allclose(entropy.james_stein([0, 1, 0, 0]), np.log(4))


def test_the_dirichlet_mean_is_that_of_sampled_laws():
    laws = np.random.default_rng(0).dirichlet(COUNTS + 0.5, 20_000)
    mean = float(jnp.mean(entropy.plugin(laws)))
    np.testing.assert_allclose(entropy.dirichlet(COUNTS), mean, atol=5e-3)


def test_the_concentration_receives_gradients():
    def f(alpha):
        return entropy.dirichlet(COUNTS, alpha=alpha)

    slope = (f(0.5 + 1e-5) - f(0.5 - 1e-5)) / 2e-5
    np.testing.assert_allclose(jax.grad(f)(0.5), slope, rtol=1e-6)


def test_nodes_of_the_default_quadrature_are_enough():
    fine = entropy.nsb(COUNTS, nodes=8000)
    np.testing.assert_allclose(entropy.nsb(COUNTS), fine, rtol=1e-8)


@pytest.mark.parametrize("support", (8, 5000))
def test_nsb_keeps_its_digits_in_float32(support: int):
    exact = entropy.nsb(COUNTS, support=support)
    single = entropy.nsb(COUNTS.astype(np.float32), support=support)
    np.testing.assert_allclose(single, exact, rtol=1e-4)


@pytest.mark.parametrize("name", ("dirichlet", "nsb", "grassberger"))
def test_empty_cells_have_the_slope_of_the_formula(name: str):
    estimator = getattr(entropy, name)
    counts = jnp.asarray(COUNTS, float)
    step = jnp.zeros(8).at[6].set(1e-7)
    slope = (estimator(counts + step) - estimator(counts)) / 1e-7
    np.testing.assert_allclose(jax.grad(estimator)(counts)[6], slope, rtol=1e-4)


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize("support", (0, 2.0, True))
def test_a_support_must_be_a_number_of_symbols(name: str, support):
    with pytest.raises((TypeError, ValueError), match=f"{name}: `support` must be"):
        getattr(entropy, name)(COUNTS, support=support)


def test_a_concentration_must_be_a_scalar():
    with pytest.raises(ValueError, match="dirichlet: `alpha` must be a scalar"):
        entropy.dirichlet(COUNTS, alpha=np.ones(8))

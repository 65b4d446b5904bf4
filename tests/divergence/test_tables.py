"""Divergences of tables against independent evaluations and known identities."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import divergence, entropy

ALL = golden("discrete")
P = np.array([0.5, 0.25, 0.2, 0.05])
Q = np.array([0.1, 0.3, 0.2, 0.4])
CALLS = {
    "kl": divergence.kl,
    "js": divergence.jensen_shannon,
    "tv": divergence.total_variation,
    "hellinger_sq": divergence.squared_hellinger,
    "chi2": divergence.chi_square,
    "neyman_chi2": divergence.neyman_chi_square,
    "bhattacharyya": divergence.bhattacharyya,
    "renyi_05": lambda p, q, **more: divergence.renyi(p, q, alpha=0.5, **more),
    "renyi_2": lambda p, q, **more: divergence.renyi(p, q, alpha=2.0, **more),
    "tsallis_2": lambda p, q, **more: divergence.tsallis(p, q, alpha=2.0, **more),
    "triangular": divergence.triangular,
    "jeffreys": divergence.jeffreys,
}
INFINITE = {"kl", "chi2", "neyman_chi2", "renyi_2", "tsallis_2", "jeffreys"}
# Generator and slope at infinity of each quantity.
GENERATORS = {
    "kl": (lambda t: t * jnp.log(t), np.inf),
    "js": (
        lambda t: (t * jnp.log(t) - (t + 1) * jnp.log((t + 1) / 2)) / 2,
        np.log(2) / 2,
    ),
    "tv": (lambda t: jnp.abs(t - 1) / 2, 0.5),
    "hellinger_sq": (lambda t: (jnp.sqrt(t) - 1) ** 2 / 2, 0.5),
    "chi2": (lambda t: (t - 1) ** 2, np.inf),
    "neyman_chi2": (lambda t: (t - 1) ** 2 / t, 1.0),
    "triangular": (lambda t: (t - 1) ** 2 / (t + 1), 1.0),
    "jeffreys": (lambda t: (t - 1) * jnp.log(t), np.inf),
}


def of(quantity: str):
    rows = [c for c in ALL if c["quantity"] == quantity]
    assert rows
    return pytest.mark.parametrize("case", rows, ids=lambda c: c["id"])


def check(case: dict, value, expected):
    tolerance = {"rtol": float(case["rtol"]), "atol": float(case["atol"])}
    np.testing.assert_allclose(value, float(expected), **tolerance)


@of("divergences")
def test_two_tables(case: dict):
    p, q = (np.asarray(case["inputs"][key]) for key in "pq")
    # What is infinite has been left out.
    assert set(CALLS) - set(case["expected"]) <= INFINITE
    for key, call in CALLS.items():
        check(case, call(p, q), case["expected"].get(key, np.inf))
    for key, (f, slope) in GENERATORS.items():
        value = divergence.f_divergence(p, q, generator=f, slope=slope)
        check(case, value, case["expected"].get(key, np.inf))


@of("generalised_js")
def test_weighted_mixtures(case: dict):
    pmfs, weights = (np.asarray(case["inputs"][key]) for key in ("pmfs", "weights"))
    value = divergence.generalized_jensen_shannon(pmfs, weights=weights)
    check(case, value, case["expected"])


@of("jensen_renyi")
def test_weighted_mixtures_of_an_order(case: dict):
    pmfs, weights = (np.asarray(case["inputs"][key]) for key in ("pmfs", "weights"))
    alpha = case["inputs"]["alpha"]
    value = divergence.jensen_renyi(pmfs, alpha=alpha, weights=weights)
    check(case, value, case["expected"])


@pytest.mark.parametrize("key", CALLS)
def test_a_cell_that_one_side_lacks(key: str):
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5])
    value, slopes = jax.value_and_grad(CALLS[key], (0, 1))(p, q)
    assert np.isinf(value) == (key in INFINITE) and not value < 0
    for slope in slopes:
        assert np.isfinite(slope).all()
    if key in GENERATORS:
        f, steep = GENERATORS[key]
        got = divergence.f_divergence(p, q, generator=f, slope=steep)
        np.testing.assert_allclose(got, value, rtol=1e-12)


@pytest.mark.parametrize("key", CALLS)
def test_a_cell_that_both_sides_lack_is_no_cell(key: str):
    value = CALLS[key](np.append(P, 0.0), np.append(Q, 0.0))
    np.testing.assert_allclose(value, CALLS[key](P, Q), rtol=1e-12)


@pytest.mark.parametrize("key", CALLS)
def test_laws_apart_and_equal(key: str):
    np.testing.assert_allclose(CALLS[key](P, P), 0, atol=1e-15)
    ends = {"js": np.log(2), "tv": 1.0, "hellinger_sq": 1.0, "triangular": 2.0}
    apart = CALLS[key](np.array([1.0, 0.0]), np.array([0.0, 3.0]))
    np.testing.assert_allclose(apart, ends.get(key, np.inf), rtol=1e-12)


@pytest.mark.parametrize("key", CALLS)
def test_axes_and_broadcasting(key: str):
    table = np.stack([P, Q, P[::-1]], axis=1)
    expected = [CALLS[key](row, Q) for row in table.T]
    value = CALLS[key](table, Q[:, None], axis=0)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)


def test_renyi_is_nondecreasing_in_the_order():
    orders = (0, 0.2, 0.9, 1, 1.1, 1.6, 3.0, 300.0, float("inf"))
    p = np.array([0.5, 0.5, 0.0, 0.0])
    values = np.array([divergence.renyi(p, Q, alpha=a) for a in orders])
    assert (np.diff(values) > 0).all()
    np.testing.assert_allclose(values[[0, -1]], [-np.log(0.4), np.log(5)])


@pytest.mark.parametrize("gap", (1e-7, -1e-7))
def test_orders_close_to_one_lose_no_digits(gap: float):
    expected = divergence.kl(P, Q)
    for call in (divergence.renyi, divergence.tsallis):
        np.testing.assert_allclose(call(P, Q, alpha=1 + gap), expected, rtol=1e-6)


@pytest.mark.parametrize("alpha", (0, 0.4, 1, 2.0, float("inf")))
def test_renyi_from_the_uniform_law_is_missing_entropy(alpha: float):
    value = divergence.renyi(P, np.ones(4), alpha=alpha)
    expected = np.log(4) - entropy.renyi(P, alpha=alpha)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)


def test_two_laws_of_equal_weight_are_the_plain_divergence():
    expected = divergence.jensen_shannon(P, Q)
    value = divergence.generalized_jensen_shannon([P, Q])
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    value = divergence.jensen_renyi([P, Q], alpha=1)
    np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_a_law_without_mass_or_weight_has_no_say():
    expected = divergence.jensen_shannon(P, Q)
    value = divergence.generalized_jensen_shannon([P, Q, 0 * P])
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    far = np.append(np.zeros(4), 1.0)
    laws = [np.append(P, 0.0), np.append(Q, 0.0), far]
    value = divergence.generalized_jensen_shannon(laws, weights=[1.0, 1.0, 0.0])
    np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_weights_receive_gradients():
    def f(w):
        return divergence.generalized_jensen_shannon(np.stack([P, Q]), weights=w)

    w, step = jnp.array([0.3, 0.7]), jnp.array([1e-6, 0.0])
    slope = (f(w + step) - f(w - step)) / 2e-6
    np.testing.assert_allclose(jax.grad(f)(w)[0], slope, rtol=1e-6)


def test_parameters_of_a_generator_receive_gradients():
    p, q = np.append(P, 0.0), np.append(Q, 0.1)

    def f(scale):
        return divergence.f_divergence(p, q, generator=lambda t: scale * t * jnp.log(t))

    np.testing.assert_allclose(jax.grad(f)(2.0), divergence.kl(p, q), rtol=1e-12)


def test_reverse_kl_is_infinite_where_the_first_law_lacks_a_cell():
    p, q = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    value, slopes = jax.value_and_grad(
        lambda p, q: divergence.f_divergence(
            p, q, generator=lambda t: -jnp.log(t), slope=0.0
        ),
        (0, 1),
    )(p, q)
    assert value == np.inf
    assert all(np.isfinite(slope).all() for slope in slopes)


def test_mistakes_are_explained():
    with pytest.raises(TypeError, match="f_divergence: `generator` must be a callable"):
        divergence.f_divergence(P, Q, generator="kl")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="jensen_renyi: `axis` must be another axis"):
        divergence.jensen_renyi([P, Q], alpha=2.0, axis=0)
    with pytest.raises(ValueError, match="jensen_renyi: `weights` must be"):
        divergence.jensen_renyi([P, Q], alpha=2.0, weights=np.ones(3))
    with pytest.raises(ValueError, match="renyi: `alpha` must be"):
        divergence.renyi(P, Q, alpha=-1.0)
    with pytest.raises(ValueError, match="tsallis: `alpha` must be finite"):
        divergence.tsallis(P, Q, alpha=float("inf"))

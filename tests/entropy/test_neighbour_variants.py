"""Weighted and Renyi nearest-neighbour entropies, and order spacings."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import stats
from scipy.spatial import KDTree
from scipy.special import digamma, gamma, gammaln

from infojax import entropy
from infojax.entropy._weighted_neighbours import berrett_weights

RNG = np.random.default_rng(0)
GOLDEN = golden("lossy_compression_ib")


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["name"])


@cases("wkl_weights")
def test_golden_weights(case: dict):
    got = berrett_weights(case["params"]["dim"], case["params"]["k"])
    expected = case["expected"]["weights"]
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("d, k", [(5, 5), (8, 16), (12, 24)])
def test_weights_fulfil_their_conditions(d, k):
    j, w = np.arange(1.0, k + 1), berrett_weights(d, k)
    np.testing.assert_allclose(w.sum(), 1, rtol=1e-9)
    for order in range(1, d // 4 + 1):
        terms = w * np.exp(gammaln(j + 2 * order / d) - gammaln(j))
        np.testing.assert_allclose(terms.sum(), 0, atol=1e-9 * np.abs(terms).sum())


@pytest.mark.parametrize("d", [20, 40, 100])
def test_weights_sum_to_one_where_the_conditions_are_alike(d):
    # Solved by least squares they would be 0.2, 6 and 32 % short.
    np.testing.assert_allclose(berrett_weights(d, 2 * d).sum(), 1, rtol=1e-9)


@cases("kl_entropy")
def test_golden_entropies(case: dict):
    x, k = np.asarray(case["inputs"]["x"]), case["params"]["k"]
    expected = case["expected"]

    @jax.jit
    def both(x):
        plain = entropy.kozachenko_leonenko(x, k=k)
        return plain, entropy.weighted_kozachenko_leonenko(x, k=k)

    plain, weighted = both(x)
    # The golden values have log(n - 1) where the unweighted estimate has digamma(n).
    shift = np.log(len(x) - 1) - digamma(len(x))
    np.testing.assert_allclose(plain + shift, expected["unweighted"], rtol=1e-8)
    np.testing.assert_allclose(weighted, expected["weighted"], rtol=1e-8)


def test_a_weighted_estimate_scales_and_needs_neighbours():
    x = RNG.normal(size=(40, 6))
    f = jax.jit(entropy.weighted_kozachenko_leonenko)
    np.testing.assert_allclose(f(4 * x + 1), f(x) + 6 * np.log(4), rtol=1e-9)
    with pytest.raises(ValueError, match=r"`k` must be above d // 4 = 2"):
        entropy.weighted_kozachenko_leonenko(RNG.normal(size=(20, 8)), k=2)


@pytest.mark.parametrize("alpha, k, norm", [(2.0, 5, 2), (0.5, 3, np.inf)])
def test_renyi_of_the_published_formula(alpha, k, norm):
    x = RNG.normal(size=(50, 2))
    radius = KDTree(x).query(x, k + 1, p=norm)[0][:, k]
    ball = 4.0 if norm == np.inf else np.pi
    c = (gamma(k) / gamma(k + 1 - alpha)) ** (1 / (1 - alpha))
    mean = np.mean((49 * c * ball * radius**2) ** (1 - alpha))
    options = {"alpha": alpha, "k": k, "max_norm": norm == np.inf}
    got = jax.jit(lambda x: entropy.knn_renyi(x, **options))(x)
    np.testing.assert_allclose(got, np.log(mean) / (1 - alpha), rtol=1e-10)


def test_renyi_of_known_laws():
    f = jax.jit(
        lambda x: jnp.stack([entropy.knn_renyi(x, alpha=a) for a in (0.7, 2.0)])
    )
    x = RNG.normal(size=2000)
    # log(2 pi) / 2 + log(alpha) / (2 (alpha - 1)); biases to -0.012, deviations 0.02.
    truth = [0.5 * np.log(2 * np.pi) + np.log(a) / (a - 1) / 2 for a in (0.7, 2.0)]
    np.testing.assert_allclose(f(x), truth, atol=0.1)
    np.testing.assert_allclose(f(3 * x), f(x) + np.log(3), rtol=1e-10)
    np.testing.assert_allclose(f(RNG.random(2000)), 0, atol=0.1)


def test_renyi_tends_to_shannon():
    x = RNG.normal(size=(60, 2))

    @jax.jit
    def both(x):
        near = [entropy.knn_renyi(x, alpha=a) for a in (1 - 1e-5, 1 + 1e-5)]
        return jnp.stack(near), entropy.kozachenko_leonenko(x, k=5)

    near, limit = both(x)
    limit = limit + np.log(59) - digamma(60)
    np.testing.assert_allclose(near, limit, rtol=1e-4)


@pytest.mark.parametrize("alpha", [1.0, 0.0, 6.0, np.inf, -1.0])
def test_orders_without_an_estimate_are_refused(alpha):
    with pytest.raises(ValueError, match="knn_renyi: `alpha` must be"):
        entropy.knn_renyi(RNG.normal(size=20), alpha=alpha, k=5)


@pytest.mark.parametrize("m", [1, 3, 7])
def test_spacings_are_those_of_scipy_without_its_bias(m):
    n = 30
    x = RNG.normal(size=n)
    raw = stats.differential_entropy(x, window_length=m, method="vasicek")
    ends = digamma(np.arange(m, 2 * m)).sum()
    bias = np.log(n / (2 * m)) + (1 - 2 * m / n) * digamma(2 * m) + 2 / n * ends
    expected = raw - bias + digamma(n + 1)
    got = jax.jit(lambda x: entropy.order_spacings(x, m=m))(x)
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_spacings_are_unbiased_for_a_uniform_law():
    x = RNG.uniform(2, 5, size=(4000, 8))
    got = jax.jit(jax.vmap(lambda x: entropy.order_spacings(x, m=2)))(x)
    # The spread of one estimate over the root of 4000.
    np.testing.assert_allclose(got.mean(), np.log(3), atol=4 * got.std() / 4000**0.5)


def test_spacings_scale_and_have_no_slope_through_ties():
    f = jax.jit(entropy.order_spacings)
    x = jnp.asarray(RNG.normal(size=30))
    np.testing.assert_allclose(f(-8 * x + 3), f(x) + np.log(8), rtol=1e-10)
    value, slope = jax.value_and_grad(f)(jnp.ones(30))
    assert np.isfinite(value) and (slope == 0).all()


def test_spacings_refuse_columns_and_wide_windows():
    with pytest.raises(ValueError, match="order_spacings: `x` must be a single column"):
        entropy.order_spacings(np.ones((5, 2)))
    with pytest.raises(ValueError, match="`m` must be in 1 <= m < n = 5"):
        entropy.order_spacings(np.ones(5), m=5)

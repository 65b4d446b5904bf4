"""Estimates of Vendi scores against the exact ones."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import PairPlan, entropy, kernels
from infojax.entropy._lanczos import lanczos

GAUSSIAN = kernels.gaussian(0.7)
X = jnp.asarray(np.random.default_rng(0).normal(size=(40, 2)))
KEYS = jax.random.split(jax.random.key(0), 32)


def over_keys(q: float, steps: int = 20):
    """Values and standard errors under many keys."""

    def one(key):
        return entropy.vendi_lanczos(key, X, kernel=GAUSSIAN, q=q, steps=steps)

    return jax.jit(jax.vmap(one))(KEYS)


@pytest.mark.parametrize("q", [1, 1.2, 3])
def test_probes_agree_with_the_spectrum_within_their_error(q):
    exact = entropy.vendi(X, kernel=GAUSSIAN, q=q)
    found = over_keys(q)
    spread = np.std(found.value, ddof=1)
    # Their mean within four of its errors; each error about the true spread.
    assert abs(np.mean(found.value) - exact) < 4 * spread / np.sqrt(len(KEYS)) + 1e-9
    np.testing.assert_allclose(np.mean(found.stderr), spread, rtol=0.35)
    assert spread < 0.05 * exact


def test_order_two_is_exact():
    def call(key):
        options = {"kernel": GAUSSIAN, "q": 2, "probes": 2, "steps": 3}
        return entropy.vendi_lanczos(key, X, **options)

    found = jax.jit(call)(KEYS[0])
    np.testing.assert_allclose(found.value, entropy.vendi(X, kernel=GAUSSIAN, q=2))
    assert found.stderr < 1e-6


def test_too_few_steps_err_upwards():
    q = 0.5
    exact = entropy.vendi(X, kernel=GAUSSIAN, q=q)
    few, more = (float(np.mean(over_keys(q, steps=s).value)) for s in (2, 6))
    assert few > more > exact


@pytest.mark.parametrize("q", [0.5, 1, 1.01])
def test_distinct_and_equal_items_are_exact(q):
    far = 10.0 * jnp.arange(12.0)[:, None]
    call = jax.jit(lambda x: entropy.vendi_lanczos(KEYS[0], x, kernel=GAUSSIAN, q=q))
    for x, expected in ((far, 12), (0 * far + 3, 1)):
        value, stderr = call(x)
        np.testing.assert_allclose(value, expected, rtol=1e-9)
        assert stderr < 1e-6


@pytest.mark.parametrize("q", [1, 3])
def test_the_gradient_is_that_of_the_exact_score_in_the_mean(q):
    x = X[:12]

    def f(x, h, key):
        kernel = kernels.gaussian(h)
        return entropy.vendi_lanczos(key, x, kernel=kernel, q=q, probes=64).value

    def exact(x, h):
        return entropy.vendi(x, kernel=kernels.gaussian(h), q=q)

    # Of all the keys together: 2048 probes, which leave errors of two percent.
    h = jnp.asarray(0.7)
    mapped = jax.vmap(jax.grad(f, argnums=(0, 1)), (None, None, 0))
    in_x, in_h = jax.tree.map(lambda a: np.mean(a, axis=0), jax.jit(mapped)(x, h, KEYS))
    expected_x, expected_h = jax.jit(jax.grad(exact, argnums=(0, 1)))(x, h)
    assert np.linalg.norm(in_x - expected_x) < 0.05 * np.linalg.norm(expected_x)
    np.testing.assert_allclose(in_h, expected_h, rtol=0.03)


def test_lanczos_stops_where_no_direction_is_left():
    rng = np.random.default_rng(1)
    root = rng.normal(size=(9, 4))
    matrix = jnp.asarray(root @ root.T)
    start = jnp.asarray(rng.normal(size=(9, 2)))
    start = start / jnp.linalg.norm(start, axis=0)
    # More steps than directions: five eigenvalues at most, one of them 0.
    found = jax.jit(lambda v: lanczos(lambda u: matrix @ u, v, 8, PairPlan()))(start)
    values, vectors = np.linalg.eigh(matrix)
    weights = (vectors.T @ start) ** 2
    expected = np.sum(np.exp(-values)[:, None] * weights, axis=0)
    got = found.quadratic(lambda p: jnp.exp(-p))
    np.testing.assert_allclose(got, expected, atol=1e-9)
    gram = np.einsum("snp,tnp->pst", found.basis, found.basis)
    used = np.einsum("pss->ps", gram)
    np.testing.assert_allclose(gram, np.eye(8) * used[:, :, None], atol=1e-12)
    # One more may come of rounding, which has no part in the probe.
    assert (np.sum(used, axis=1) <= 6 + 1e-12).all()


def test_the_slope_of_a_quadratic_form_agrees_with_differences():
    rng = np.random.default_rng(2)
    root, change = rng.normal(size=(2, 6, 6))
    matrix, change = jnp.asarray(root @ root.T), jnp.asarray(change + change.T)
    start = jnp.asarray(rng.normal(size=(6, 2)))
    start = start / jnp.linalg.norm(start, axis=0)

    def entropy_of(p):
        return -p * jnp.log(p)

    @jax.jit
    def run(t):
        moved = matrix + t * change
        found = lanczos(lambda v: moved @ v, start, 6, PairPlan())
        slope = found.slope(entropy_of)
        along = jnp.einsum("snp,nm,smp->p", slope, change, found.basis)
        return found.quadratic(entropy_of), along

    step = 1e-5
    expected = (run(step)[0] - run(-step)[0]) / (2 * step)
    np.testing.assert_allclose(run(0.0)[1], expected, rtol=1e-5)


def test_blocks_bound_the_memory_of_the_gradient():
    n, plan = 4096, PairPlan(block_size=16)

    def f(x, h):
        options = {"kernel": kernels.gaussian(h), "probes": 2, "steps": 3}
        return entropy.vendi_lanczos(KEYS[0], x, plan=plan, **options).value

    shapes = [jax.ShapeDtypeStruct(s, jnp.float32) for s in ((n, 4), ())]
    gradient = jax.jit(jax.grad(f, argnums=(0, 1)))
    analysis = gradient.lower(*shapes).compile().memory_analysis()
    assert analysis.temp_size_in_bytes < n * n * 4 / 16  # one matrix has n * n * 4


def fourier(features: int, q: float = 1.0, **options):
    def one(key):
        return entropy.vendi_fourier(
            key, X, bandwidth=0.7, features=features, q=q, **options
        )

    return np.asarray(jax.jit(jax.vmap(one))(KEYS[:10]))


@pytest.mark.parametrize("q", [1, 2, np.inf])
def test_random_features_tend_to_the_exact_score(q):
    exact = float(entropy.vendi(X, kernel=GAUSSIAN, q=q))
    np.testing.assert_allclose(fourier(1500, q), exact, rtol=0.06)


def test_few_random_features_fall_short():
    exact = np.log(entropy.vendi(X, kernel=GAUSSIAN))
    gaps = [exact - np.mean(np.log(fourier(m))) for m in (16, 64, 256)]
    assert gaps[0] > gaps[1] > gaps[2] > 0
    # Half of the score over the features.
    np.testing.assert_allclose(gaps[2], np.exp(exact) / 256 / 2, rtol=0.5)
    assert (fourier(3) <= 6).all()


def test_one_bandwidth_a_column_is_a_rescaling():
    h = jnp.array([0.5, 2.0])
    got = entropy.vendi_fourier(KEYS[0], X, bandwidth=h, features=32)
    scaled = entropy.vendi_fourier(KEYS[0], X / h, bandwidth=1.0, features=32)
    np.testing.assert_allclose(got, scaled, rtol=1e-12)


def test_options_that_make_no_estimate_are_refused():
    def call(**options):
        entropy.vendi_lanczos(KEYS[0], X, kernel=GAUSSIAN, **options)

    with pytest.raises(ValueError, match="`q` must be > 0; received 0"):
        call(q=0)
    with pytest.raises(ValueError, match="`q` must be finite"):
        call(q=float("inf"))
    with pytest.raises(ValueError, match="`probes` must be >= 2; received 1"):
        call(probes=1)
    with pytest.raises(ValueError, match="`steps` must be >= 1"):
        call(steps=0)
    with pytest.raises(ValueError, match=r"`bandwidth` must be a scalar or of shape"):
        entropy.vendi_fourier(KEYS[0], X, bandwidth=np.ones(3))

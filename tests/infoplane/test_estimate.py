"""Every layer, epoch and seed gets the value that the estimator gives it alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import entropy, infoplane, losses, mi, quantize, transforms

RNG = np.random.default_rng(0)
N, E = 60, 23
X = jnp.asarray(RNG.normal(size=(N, 3)), jnp.float32)
LABELS = jnp.asarray(RNG.integers(0, 3, N))


def recording(seed: int = 0) -> infoplane.Recording:
    rng = np.random.default_rng(seed)
    wide, narrow = (
        np.tanh(rng.normal(size=(E, N, d))).astype(np.float32) for d in (4, 1)
    )
    layers = {"wide": wide, "narrow": narrow}
    return infoplane.from_arrays(layers, X, LABELS, epochs=range(E))


ESTIMATORS = {
    "adaptive_bins": infoplane.adaptive_bins(count=5, low=-1.0001),
    "bins": infoplane.bins(estimator=entropy.miller_madow),
    "noise": infoplane.noise(0.1),
    "encoder": infoplane.encoder(jax.random.key(0), transforms.root_mean_square),
    "samples": infoplane.samples(mi.gaussian, layer=lambda t: t[:, :1]),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_plane_is_made_of_single_estimates(name: str):
    estimator, runs = ESTIMATORS[name], [recording(0), recording(1)]
    plane = infoplane.estimate(runs, estimator=estimator)
    assert plane.xt.shape == plane.ty.shape == (2, 2, E)
    for seed, layer, epoch in [(0, 0, 0), (1, 1, 9), (1, 0, E - 1)]:
        found = estimator(X, runs[seed].layers[layer][epoch], LABELS)
        there = plane.xt[seed, layer, epoch], plane.ty[seed, layer, epoch]
        np.testing.assert_allclose(there, found, rtol=1e-5, atol=1e-6)


def test_batches_change_nothing():
    plain = infoplane.estimate(recording())
    batched = infoplane.estimate(recording(), batch=4)
    np.testing.assert_allclose(plain.xt, batched.xt, rtol=1e-6)
    assert plain.rows == N
    counts = np.bincount(np.asarray(LABELS))
    assert plain.label_entropy == pytest.approx(stats.entropy(counts), rel=1e-6)


def test_only_recorded_epochs_count_and_progress_sees_the_work():
    def layers(x):
        return {"h": x}

    run = infoplane.start(layers, X, LABELS, epochs=[0, 5, 9])
    run = infoplane.record(run, 5, layers)
    seen = []

    def progress(jobs):
        seen.append(len(jobs))
        return jobs

    plane = infoplane.estimate(run, progress=progress)
    assert plane.epochs.tolist() == [5]
    assert seen == [1]


def test_bins_are_the_grid_of_the_paper():
    t = jnp.array([[-1.0], [-0.95], [0.0], [1.0], [1.0], [2.0], [-3.0], [0.01]])
    codes = np.clip(np.digitize(t[:, 0], np.linspace(-1, 1, 30)) - 1, 0, None)
    _, counts = np.unique(codes, return_counts=True)
    found = infoplane.bins()(t, t, jnp.arange(8))
    assert float(found.xt) == pytest.approx(stats.entropy(counts), rel=1e-6)


def test_adaptive_bins_do_not_see_increasing_maps():
    t = jnp.asarray(np.maximum(RNG.normal(size=(N, 4)), 0))
    estimator = infoplane.adaptive_bins(count=6)
    plain = estimator(X, t, LABELS)
    mapped = estimator(X, jnp.expm1(3 * t), LABELS)
    np.testing.assert_array_equal(plain, mapped)


def test_noise_gives_the_pairwise_rate_and_follows_the_scale():
    t = jnp.asarray(RNG.normal(size=(N, 4)))
    v = quantize.akde_variance(t)
    found = infoplane.noise()(X, t, LABELS)
    expected = losses.pairwise_rate_upper(t, jnp.sqrt(v))
    np.testing.assert_allclose(found.xt, expected, rtol=1e-10)
    assert 0 <= float(found.ty) <= float(found.xt) <= np.log(N)


def test_targets_of_floats_need_an_estimator_for_them():
    targets = X[:, :1] + 0.5
    run = infoplane.from_arrays({"h": X[None]}, X, targets, epochs=[0])
    found = infoplane.estimate(run, estimator=infoplane.samples(mi.ksg, mi.ksg))
    assert found.label_entropy == np.inf
    with pytest.raises(TypeError, match="bins: `labels` must be an integer array"):
        infoplane.estimate(run, estimator=infoplane.bins())


def test_compression_by_hand():
    values = jnp.array([[1.0, 4.0, 3.0], [0.0, 1.0, 2.0], [0.0, 0.0, 0.0]])
    found = infoplane.compression(values)
    np.testing.assert_allclose(found, [0.25, 0, 0])
    slope = jax.grad(lambda v: infoplane.compression(v).sum())(values)
    np.testing.assert_allclose(slope[0], [0, 3 / 16, -1 / 4])
    assert bool(jnp.isfinite(slope).all())


def test_intervals_are_those_of_student():
    values = RNG.normal(size=(8, 3))
    mean, low, high = infoplane.interval(values)
    ends = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose([low, high], ends)
    np.testing.assert_allclose(mean, values.mean(0))
    one = infoplane.interval(values[:1])
    np.testing.assert_array_equal(one[1], one[2])


def test_mistakes_are_explained():
    estimate = infoplane.estimate
    with pytest.raises(ValueError, match="`recordings` must be at least one"):
        estimate([])
    empty = infoplane.start(lambda x: {"h": x}, X, LABELS, epochs=[0])
    with pytest.raises(ValueError, match="`recordings` must be recorded once"):
        estimate(empty)
    with pytest.raises(ValueError, match="must be alike in layers"):
        estimate([recording(), empty])
    with pytest.raises(TypeError, match="must be `Recording`s"):
        estimate([jnp.ones(3)])

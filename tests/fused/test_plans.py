"""Estimators with `PairPlan(fused=True)`: the same values, and they lower."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export

from infojax import (
    PairPlan,
    Pairs,
    bounds,
    dependence,
    divergence,
    entropy,
    kernels,
    losses,
    mi,
)

RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(37, 3)), jnp.float32)
Y = X[:, :2] + jnp.asarray(RNG.normal(size=(37, 2)) / 2, jnp.float32)
WHERE = jnp.arange(37) % 6 != 2
WEIGHTS = jnp.asarray(RNG.integers(0, 3, 37), jnp.float32)


def infonce(x, y, plan, where=None):
    pairs = Pairs(kernels.linear(), x[:, :2], y, plan, where, where)
    return bounds.infonce(pairs)


def alignment(x, y, plan, where=None):
    return losses.alignment_loss(
        x[:, :2], y, y, temperature=0.5, where=where, where_candidates=where, plan=plan
    )


PAIRED = {
    "bounds.infonce": infonce,
    "dependence.hsic": dependence.hsic,
    "losses.alignment_loss": alignment,
    "mi.cs_qmi": mi.cs_qmi,
}
SINGLE = {
    "divergence.cauchy_schwarz": lambda x, y, **o: divergence.cauchy_schwarz(
        x[:, :2], y, **({"where_x": o.pop("where")} if "where" in o else {}), **o
    ),
    "divergence.mmd": lambda x, y, **o: divergence.mmd(
        x[:, :2], y, **({"where_x": o.pop("where")} if "where" in o else {}), **o
    ),
    "entropy.kde": lambda x, y, **o: entropy.kde(x, bandwidth=0.6, **o),
    "entropy.kde_resubstitution": lambda x, y, **o: entropy.kde_resubstitution(
        x, bandwidth=0.6, **o
    ),
}
ALL = PAIRED | SINGLE
FUSED = PairPlan(fused=True)


@pytest.mark.parametrize("name", ALL)
def test_fused_values_and_gradients_are_those_of_blocks(name):
    for options in ({}, {"where": WHERE}):

        def both(plan, options=options):
            f = partial(ALL[name], plan=plan, **options)
            return jax.jit(jax.value_and_grad(f, argnums=(0, 1)))(X, Y)

        (value, gradient), (expected, slope) = both(FUSED), both(PairPlan())
        np.testing.assert_allclose(value, expected, rtol=2e-5, atol=2e-6)
        for got, want in zip(gradient, slope, strict=True):
            np.testing.assert_allclose(got, want, rtol=2e-3, atol=3e-6)


@pytest.mark.parametrize("estimator", [dependence.hsic, mi.cs_qmi])
def test_fused_weights_are_repetitions(estimator):
    repeated = (jnp.repeat(a, WEIGHTS.astype(int), axis=0) for a in (X, Y))
    expected = estimator(*repeated, plan=FUSED)
    got = estimator(X, Y, weights=WEIGHTS, plan=FUSED)
    np.testing.assert_allclose(got, expected, rtol=1e-4)


@pytest.mark.parametrize(
    "estimator", [mi.ksg, lambda x, y, **o: entropy.kozachenko_leonenko(x, **o)]
)
def test_fused_neighbours_are_those_of_blocks(estimator):
    tied = jnp.round(X, 1), jnp.round(Y, 1)
    for sides, options in (((X, Y), {}), (tied, {"where": WHERE})):
        got, expected = (
            estimator(*sides, plan=plan, **options) for plan in (FUSED, PairPlan())
        )
        np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
def test_fused_neighbours_lower_with_kernels(platform):
    triton = export.DisabledSafetyCheck.custom_call("__gpu$xla.gpu.triton")
    large = jax.ShapeDtypeStruct((16384, 3), jnp.float32)
    exported = export.export(
        jax.jit(partial(mi.ksg, plan=FUSED)),
        platforms=[platform],
        disabled_checks=[triton],
    )(large, large)
    call = {"cuda": "__gpu$xla.gpu.triton", "tpu": "tpu_custom_call"}[platform]
    assert exported.mlir_module().count(call) >= 3  # neighbours, and counts of two


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
@pytest.mark.parametrize("name", PAIRED)
def test_fused_plans_lower_with_a_kernel(name, platform):
    def gradient(x, y):
        return jax.grad(lambda a: PAIRED[name](a, y, plan=FUSED))(x)

    large = jax.ShapeDtypeStruct((4096, 3), jnp.float32)
    triton = export.DisabledSafetyCheck.custom_call("__gpu$xla.gpu.triton")
    exported = export.export(
        jax.jit(gradient), platforms=[platform], disabled_checks=[triton]
    )(large, jax.ShapeDtypeStruct((4096, 2), jnp.float32))
    call = {"cuda": "__gpu$xla.gpu.triton", "tpu": "tpu_custom_call"}[platform]
    assert exported.mlir_module().count(call) >= 2


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="PairPlan: `precision` must be one of"):
        PairPlan(precision="low")  # type: ignore[arg-type]

"""Gradients agree with finite differences and stay finite where data degenerate."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from contracts.cases import CASES, Case, example

smooth = pytest.mark.parametrize(
    "case", [c for c in CASES if c.smooth], ids=lambda c: c.id
)
every = pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)


def _total(case: Case, arrays: tuple, **options):
    """A scalar that weighs every output differently."""
    out = [
        jnp.asarray(leaf)
        for leaf in jax.tree.leaves(case.call(*arrays, **options))
        if jnp.issubdtype(leaf.dtype, jnp.floating)
    ]
    return sum(jnp.sum(jnp.cos(jnp.arange(o.size)) * o.ravel()) for o in out)


@smooth
def test_gradient_agrees_with_finite_differences(case: Case):
    arrays = example(case)

    def f(*parts):
        full = list(arrays)
        for position, part in zip(case.smooth, parts, strict=True):
            full[position] = part
        return _total(case, tuple(full))

    chex.assert_numerical_grads(
        jax.jit(f), [arrays[i] for i in case.smooth], order=1, atol=1e-5, rtol=1e-4
    )


def _degenerate(a: np.ndarray) -> dict[str, np.ndarray]:
    constant = np.broadcast_to(a[:1], a.shape).copy()
    repeated = a.copy()
    repeated[1::2] = repeated[: len(a[1::2]) * 2 : 2]
    return {
        "constant": constant,
        "zero": np.zeros_like(a),
        "repeated": repeated,
        "tied": np.round(a),
        "huge": a * 1e6,
        "tiny": a * 1e-6,
    }


@every
def test_degenerate_data_give_finite_values_and_gradients(case: Case):
    arrays = example(case)
    floating = [
        i for i, a in enumerate(arrays) if jnp.issubdtype(a.dtype, jnp.floating)
    ]

    @jax.jit
    def both(*parts):
        def f(*parts):
            full = list(arrays)
            for position, part in zip(floating, parts, strict=True):
                full[position] = part
            return _total(case, tuple(full))

        return jax.value_and_grad(f, argnums=tuple(range(len(floating))))(*parts)

    # One compilation serves every kind, which is most of this test's time.
    kinds = [_degenerate(np.asarray(arrays[i])) for i in floating]
    for kind in kinds[0]:
        value, gradient = both(*[jnp.asarray(data[kind]) for data in kinds])
        assert np.isfinite(value) or case.infinite, (kind, value)
        assert not np.isnan(value), kind
        for g in gradient:
            assert np.isfinite(g).all(), kind

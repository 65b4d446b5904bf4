"""jit equals eager with one trace, vmap equals a loop, and every platform lowers."""

from __future__ import annotations

import chex
import jax
import jax.numpy as jnp
import pytest

from contracts.cases import CASES, Case, example

every = pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)


@every
def test_jit_equals_eager_with_a_single_trace(case: Case):
    first, second = example(case), example(case, seed=1)
    case.compiled(*first)
    before = len(case.traces)
    for arrays in (first, second):
        chex.assert_trees_all_close(
            case.compiled(*arrays), case.call(*arrays), rtol=1e-9, atol=1e-10
        )
    assert len(case.traces) == before


@every
def test_vmap_equals_a_loop(case: Case):
    batches = [example(case, seed=s) for s in range(2)]
    stacked = jax.tree.map(lambda *a: jnp.stack(a), *batches)
    # Compiled whole, which takes less time than every operation on its own.
    mapped, call = jax.jit(jax.vmap(case.call))(*stacked), case.compiled
    looped = jax.tree.map(lambda *a: jnp.stack(a), *[call(*b) for b in batches])
    chex.assert_trees_all_close(mapped, looped, rtol=1e-8, atol=1e-9)


@every
def test_lowers_for_every_platform(case: Case):
    # In float32, which is what accelerators run.
    def f(*arrays):
        return jax.tree.leaves(case.call(*arrays))

    arrays = example(case, jnp.float32)
    platforms = ("cpu", "cuda", "tpu")
    exported = jax.export.export(jax.jit(f), platforms=platforms)(*arrays)
    assert exported.platforms == platforms
    assert exported.mlir_module_serialized


@every
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16])
def test_lower_precision_keeps_its_dtype_and_comes_close(case: Case, dtype):
    arrays = example(case, dtype)
    call = case.compiled
    got, exact = call(*arrays), call(*jax.tree.map(_widen, arrays))
    for low, high in zip(jax.tree.leaves(got), jax.tree.leaves(exact), strict=True):
        if jnp.issubdtype(low.dtype, jnp.floating):
            assert low.dtype == dtype
        tolerance = 2e-4 if dtype == jnp.float32 else 2e-2
        chex.assert_trees_all_close(
            low.astype(jnp.float64),
            high.astype(jnp.float64),
            rtol=tolerance,
            atol=tolerance,
        )


def _widen(a):
    return a.astype(jnp.float64) if jnp.issubdtype(a.dtype, jnp.floating) else a

"""Rows on two devices against one, for the fused kernels; run in its own process.

The interpreter of Pallas does not follow the types of ``jax.shard_map``, so it runs
without their check; with the check the kernels are traced and lowered, and the
program runs as blocks.
"""

from __future__ import annotations

from functools import partial

import conftest  # noqa: F401  (the configuration of every test)
import jax
import jax.numpy as jnp
import numpy as np
from jax import export, lax
from jax.sharding import PartitionSpec as P

from fused.test_logsumexp import TILES, TRITON
from infojax._base.fused.logsumexp import Factors, row_logsumexp

AXIS, N = "data", 32
GENERATOR = np.random.default_rng(0)


def draw(*shape):
    return GENERATOR.normal(size=shape).astype(np.float32)


def loss(x, y, scale, axis=None, **options):
    """A function of rows here and columns everywhere; ``scale`` is replicated."""
    columns, offset = y * scale, 0
    if axis is not None:
        columns = lax.all_gather(columns, axis, tiled=True)
        offset = lax.axis_index(axis) * len(x)
    rows = jnp.zeros(len(x), x.dtype), jnp.zeros(len(columns), x.dtype)
    value = row_logsumexp(
        (Factors(x, columns, *rows),),
        ((0,),),
        rows[1],
        off_diagonal=True,
        row_offset=offset,
        **options,
    )
    total = jnp.sum(jnp.sin(value))
    return total if axis is None else lax.psum(total, axis)


def main() -> None:
    arguments = draw(N, 5), draw(N, 5), draw()
    want = jax.jit(jax.value_and_grad(partial(loss, fused=False), (0, 1, 2)))(
        *arguments
    )
    mesh = jax.make_mesh((2,), (AXIS,))
    specs = (P(AXIS), P(AXIS), P())
    placed = [
        jax.device_put(a, jax.NamedSharding(mesh, spec))
        for a, spec in zip(arguments, specs, strict=True)
    ]

    def rule(check, **options):
        spread = jax.shard_map(
            partial(loss, axis=AXIS, **options),
            mesh=mesh,
            in_specs=specs,
            out_specs=P(),
            check_vma=check,
        )
        return jax.jit(jax.value_and_grad(spread, (0, 1, 2)))

    for interpret in ("cuda", "tpu"):
        got = rule(False, interpret=interpret, tiles=TILES)(*placed)
        for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(want), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    for a, b in zip(
        jax.tree.leaves(rule(True)(*placed)), jax.tree.leaves(want), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    for platform in ("cuda", "tpu"):
        export.export(rule(True), platforms=[platform], disabled_checks=[TRITON])(
            *placed
        )
    print("two devices agree")


if __name__ == "__main__":
    main()

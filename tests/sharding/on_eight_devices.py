"""Every estimator with a plan, on eight devices against one; run in its own process.

Samples are padded to a multiple of eight and masked, as a user would. Values and
gradients are compared; a line is printed for each row that agrees. Half of the rows
gather their columns, the other half (the first with the argument ``swap``) pass them
around a ring.
"""

from __future__ import annotations

import sys

import chex
import conftest  # noqa: F401  (the configuration of every test)
import jax
import jax.numpy as jnp
import numpy as np
from contracts.cases import CASES, Case, example

from infojax import PairPlan, dependence, mi, sharded

DEVICES, PADDED = 8, 16
# The penalty draws its partners among the rows of a device: another sample, as
# documented, so only the dependency is the same.
DEPENDENCY = "losses.wasserstein_dependency_terms"
SKIPPED = {"losses.wasserstein_dependency_loss"}


def padded(case: Case) -> tuple[list, dict]:
    """Arguments with rows of rubbish at their end, and the masks that delete them."""
    arrays, masks = list(example(case)), {}
    for keyword, positions in case.masks.items():
        n = len(arrays[positions[0]])
        masks[keyword] = jnp.arange(PADDED) < n
        for i in positions:
            width = [(0, PADDED - n)] + [(0, 0)] * (arrays[i].ndim - 1)
            arrays[i] = jnp.pad(arrays[i], width, constant_values=7)
    return arrays, masks


def check(case: Case, mesh: jax.sharding.Mesh, plan: PairPlan) -> None:
    arrays, masks = padded(case)
    floating = case.floating(arrays)
    spread = sharded(case.call, mesh, "data")

    def compare(function, **options):
        def total(*parts):
            full = list(arrays)
            for i, part in zip(floating, parts, strict=True):
                full[i] = part
            out = function(*full, **masks, **options)
            out = out.dependency if case.name == DEPENDENCY else out
            return sum(jnp.sum(leaf) for leaf in jax.tree.leaves(out))

        positions = tuple(range(len(floating)))
        both = jax.jit(jax.value_and_grad(total, argnums=positions))
        return jax.device_get(both(*[arrays[i] for i in floating]))

    chex.assert_trees_all_close(
        compare(spread, plan=plan),
        compare(case.call),
        rtol=1e-8,
        atol=1e-9,
    )


def plain(mesh: jax.sharding.Mesh) -> None:
    """A ring of samples without masks, whose columns all have the same mass."""
    x, y = np.random.default_rng(0).normal(size=(2, 16, 2))
    ring = PairPlan(ring=True)
    for estimator in (dependence.hsic, mi.cs_qmi, mi.ksg):
        spread = sharded(estimator, mesh, "data")

        def both(call, **options):
            rule = jax.value_and_grad(lambda a, b: call(a, b, **options))
            return jax.jit(rule)(jnp.asarray(x), jnp.asarray(y))

        got, expected = both(spread, plan=ring), both(estimator)
        chex.assert_trees_all_close(got, expected, rtol=1e-8, atol=1e-12)


def main() -> None:
    assert jax.device_count() == DEVICES
    mesh = jax.make_mesh((DEVICES,), ("data",))
    for number, case in enumerate(CASES):
        if case.plan and case.name not in SKIPPED:
            # Blocks on some rows, none on others: both ways to evaluate a part.
            block, ring = (number >> 1) % 2, (number + len(sys.argv)) % 2
            check(case, mesh, PairPlan(1 if block else None, ring=bool(ring)))
            print(case.id)
    plain(mesh)
    x = np.zeros((9, 1))
    try:
        sharded(CASES[0].call, mesh, "data")(x)
    except ValueError as error:
        assert "sharded: rows must be a multiple of the 8 devices" in str(error)
        print("nine rows are refused")


if __name__ == "__main__":
    main()

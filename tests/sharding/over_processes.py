"""Estimators with a plan over two processes of two devices against one device.

Samples are padded and masked as for eight devices. Half of the rows gather their
columns, the other half pass them around a ring; ``every`` row is checked with its
gradient, else every third, and four gradients. A line is printed for each
row that agrees.
"""

from __future__ import annotations

import conftest  # noqa: F401  (the configuration of every test)
import jax
import jax.numpy as jnp
import numpy as np
from contracts.cases import CASES, Case, example
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from infojax import PairPlan, sharded
from sharding.on_eight_devices import DEPENDENCY, SKIPPED, padded

PLANNED = [case for case in CASES if case.plan and case.name not in SKIPPED]


def over(mesh: Mesh, array) -> jax.Array:
    """A global array to which each process brings its own half of the rows."""
    half = np.split(np.asarray(array), 2)[jax.process_index()]
    place = NamedSharding(mesh, P("data"))
    return jax.make_array_from_process_local_data(place, half)


def close(got, expected) -> None:
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


def check_value(case: Case, mesh: Mesh, plan: PairPlan) -> None:
    arrays, masks = padded(case)
    spread = jax.jit(sharded(case.call, mesh, "data"), static_argnames="plan")
    arrays, masks = jax.tree.map(lambda a: over(mesh, a), (arrays, masks))
    got = spread(*arrays, **masks, plan=plan)
    expected = case.compiled(*example(case))
    if case.name == DEPENDENCY:
        got, expected = got.dependency, expected.dependency
    close(jax.device_get(got), jax.device_get(expected))


def check_gradient(case: Case, mesh: Mesh, plan: PairPlan) -> None:
    arrays, masks = padded(case)
    floating = case.floating(arrays)
    spread = sharded(case.call, mesh, "data")

    def slopes(function, arrays, masks, **options):
        def total(parts, arrays, masks):
            full = dict(enumerate(arrays)) | dict(zip(floating, parts, strict=True))
            out = function(*full.values(), **masks, **options)
            out = out.dependency if case.name == DEPENDENCY else out
            return sum(jnp.sum(leaf) for leaf in jax.tree.leaves(out))

        # With the value: a program whose gradient is 0 throughout has no devices.
        both = jax.jit(jax.value_and_grad(total))
        return both([arrays[i] for i in floating], arrays, masks)[1]

    far = jax.tree.map(lambda a: over(mesh, a), (arrays, masks))
    whole = jax.jit(lambda parts: parts, out_shardings=NamedSharding(mesh, P()))
    got = jax.device_get(whole(slopes(spread, *far, plan=plan)))
    close(got, jax.device_get(slopes(case.call, arrays, masks)))


def check_arrays(mesh: Mesh) -> None:
    """What ``sharded`` accepts, outside of ``jax.jit`` too, and what it refuses."""

    def mean(x, *, where=None, plan):
        keep = jnp.ones(len(x), bool) if where is None else where
        parts = jnp.sum(jnp.where(keep, x, 0)), jnp.sum(keep.astype(x.dtype))
        total, count = map(plan.total, parts)
        return total / count

    x, where = np.arange(8.0), np.arange(8) < 6
    for axis_type in jax.sharding.AxisType.Explicit, jax.sharding.AxisType.Auto:
        mesh = Mesh(mesh.devices, mesh.axis_names, axis_types=(axis_type,))
        spread = sharded(mean, mesh, "data")
        near, far = jnp.asarray(x), over(mesh, x)
        assert not far.is_fully_addressable
        for function in spread, jax.jit(spread):
            assert [float(function(a)) for a in (x, near, far)] == [3.5, 3.5, 3.5]
            assert float(function(far, where=where)) == 2.5
    try:
        sharded(mean, mesh, "data")(x + jax.process_index())
    except ValueError as error:
        assert "must be the same on every process" in str(error)
        print("other arrays are refused", flush=True)
    some = Mesh(mesh.devices[::2], mesh.axis_names)
    elsewhere = jax.make_array_from_callback(
        x.shape, NamedSharding(some, P("data")), lambda index: x[index]
    )
    try:
        sharded(mean, mesh, "data")(elsewhere)
    except ValueError as error:
        assert "sharded: `arrays` must be over the 4 devices of the mesh" in str(error)
        print("other devices are refused", flush=True)


def check(every: bool) -> None:
    mesh = jax.make_mesh((4,), ("data",))
    check_arrays(mesh)
    for number, case in enumerate(PLANNED[:: 1 if every else 3]):
        plan = PairPlan(1 if number // 2 % 2 else None, ring=bool(number % 2))
        check_value(case, mesh, plan)
        if every or number % 9 == 2:
            check_gradient(case, mesh, plan)
        print(case.id, flush=True)

"""Streaming DiLoCo by ``shard_map`` on four devices against ``vmap`` on one.

Run in a process of its own; a line is printed for each way to send that agrees.
"""

from __future__ import annotations

import conftest  # noqa: F401  (the configuration of every test)
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from distributed.test_streaming import FRAGMENTS, PARAMS, TARGETS, descend
from infojax import distributed as di

CODES = {
    "float32": None,
    "e3m0": di.e3m0(),
    "stochastic": di.e3m0_stochastic(jax.random.key(0), block_size=2),
}


def runs(outer):
    """Fifty steps of one replica, from the same parameters and its own target."""

    def run(params, state, target):
        def body(carry, _):
            params, state = carry
            params, state, info = outer.update(descend(params, target), state)
            return (params, state), info

        return jax.lax.scan(body, (params, state), length=50)

    return run


def check(name: str, mesh: jax.sharding.Mesh) -> None:
    params = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), PARAMS)
    outer = di.streaming_diloco(
        FRAGMENTS, sync_every=4, overlap=2, compression=CODES[name]
    )
    run, state = runs(outer), outer.init(params)
    copies = jax.tree.map(lambda leaf: jnp.stack([leaf] * 4), (params, state))
    targets = TARGETS.astype(jnp.float32)

    def one_state(params, state, target):
        first = jax.tree.map(lambda leaf: leaf[0], (params, target))
        (params, state), info = run(first[0], state, first[1])
        return (jax.tree.map(lambda leaf: leaf[None], params), state), info

    def own_state(params, state, target):
        first = jax.tree.map(lambda leaf: leaf[0], (params, state, target))
        return jax.tree.map(lambda leaf: leaf[None], run(*first))

    own, shared = P("replica"), P()
    axes = ((0, None), None)
    mapped = jax.vmap(run, (0, None, 0), out_axes=axes, axis_name="replica")
    expected = jax.jit(mapped)(copies[0], state, targets)

    def placed(spec, tree):
        place = NamedSharding(mesh, spec)
        return jax.tree.map(lambda leaf: jax.device_put(leaf, place), tree)

    # That the state comes out as replicated is proved by the types, not assumed.
    spread = jax.jit(
        jax.shard_map(
            one_state,
            mesh=mesh,
            in_specs=(own, shared, own),
            out_specs=((own, shared), shared),
        )
    )
    arrays = placed(own, copies[0]), placed(shared, state), placed(own, targets)
    close(spread(*arrays), expected)
    wire = spread.lower(*arrays).compile().as_text()
    assert (" all-gather(" in wire and "u8[4," in wire) == (name != "float32")
    assert (" all-reduce(" in wire) == (name == "float32")
    if name != "stochastic":
        return
    each = jax.jit(jax.shard_map(own_state, mesh=mesh, in_specs=own, out_specs=own))
    (local, states), _ = each(*placed(own, (*copies, targets)))
    for leaf in map(np.asarray, jax.tree.leaves(states)):
        assert (leaf == leaf[:1]).all()
    one = jax.tree.map(lambda leaf: np.asarray(leaf)[0], states)
    close((local, one), expected[0])


def close(got, expected) -> None:
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def main() -> None:
    assert jax.device_count() == 4
    mesh = jax.make_mesh((4,), ("replica",))
    for name in CODES:
        check(name, mesh)
        print(name)


if __name__ == "__main__":
    main()

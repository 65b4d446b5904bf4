"""Streaming DiLoCo on quadratics: goldens, limits that are known, and its mistakes."""

from __future__ import annotations

from functools import partial

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from conftest import golden

from infojax import distributed as di

GOLDEN = [case for case in golden("streaming_diloco") if "targets" in case["inputs"]]
PARAMS = {"a": jnp.array([1.0, -2.0, 0.5]), "b": jnp.array([0.3])}
FRAGMENTS = {"a": 0, "b": 1}
TARGETS = jnp.array([1.0, -1.0, 3.0, 0.5])


def descend(theta, target, rate=0.1):
    """A step down a loss that is not quadratic, other on every replica."""
    return jax.tree.map(lambda w: w - rate * (jnp.tanh(w - target) + 0.1 * w), theta)


def train(outer, params, targets, step=descend, *, steps=50, own_state=False):
    """``(params, state)`` and ``(params, state, info)`` of every step, on M replicas.

    The state is one for all replicas, or each has its own.
    """

    def run(target):
        def body(carry, _):
            params, state = carry
            params, state, info = outer.update(step(params, target), state)
            return (params, state), (params, state, info)

        return jax.lax.scan(body, (params, outer.init(params)), length=steps)

    out = 0 if own_state else None
    axes = (0, out), (0, out, out)
    return jax.jit(jax.vmap(run, axis_name="replica", out_axes=axes))(targets)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_golden(case):
    given, expected = case["inputs"], case["outputs"]
    groups = given["fragments"]
    theta = np.array(given["theta0"])
    params = [jnp.asarray(theta[group]) for group in groups]
    curvature = [jnp.asarray(np.array(given["curvature"])[group]) for group in groups]
    targets = [jnp.asarray(np.array(given["targets"])[:, group]) for group in groups]
    outer = di.streaming_diloco(
        list(range(len(groups))),
        outer_lr=given["outer_lr"],
        momentum=given["outer_momentum"],
        sync_every=given["sync_every"],
        overlap=given["overlap"],
        mix_alpha=given["mix_alpha"],
        offsets=given["offsets"],
        compression=di.e3m0() if given["quantize"] else None,
    )

    def inner(params, targets):
        def move(w, c, target):
            return w - given["inner_lr"] * c * (w - target)

        return jax.tree.map(move, params, curvature, targets)

    (params, state), (_, path, info) = train(
        outer, params, targets, inner, steps=given["steps"]
    )
    norm = jnp.sqrt(sum(jnp.sum(leaf**2, axis=1) for leaf in path.anchor))
    got = {
        "global_params": jnp.concatenate(state.anchor),
        "local_params": jnp.concatenate(params, axis=1),
        "momentum": jnp.concatenate(state.momentum),
        "global_trajectory_norm": norm,
    }
    numbers = {name: jnp.array(expected[name]) for name in got}
    chex.assert_trees_all_close(got, numbers, rtol=1e-9, atol=1e-10)
    events = []
    pairs = zip(info.sent.tolist(), info.applied.tolist(), strict=True)
    for t, (sent, applied) in enumerate(pairs, 1):
        events += [["send", t, sent]] * (sent >= 0)
        events += [["apply", t, applied]] * (applied >= 0)
    # In the order of fragments there; those of one step do not touch each other.
    assert sorted(events) == sorted(expected["events"])


def test_one_fragment_applied_at_once_is_diloco():
    outer = di.streaming_diloco({"a": 0, "b": 0}, sync_every=5, overlap=0, mix_alpha=0)
    (params, state), _ = train(outer, PARAMS, TARGETS, steps=20)
    rule = optax.sgd(0.4, momentum=0.9, nesterov=True)
    anchor, moments = PARAMS, rule.init(PARAMS)
    for _ in range(4):
        ends = []
        for target in TARGETS:
            theta = anchor
            for _ in range(5):
                theta = descend(theta, target)
            ends.append(theta)
        slope = jax.tree.map(lambda a, *t: a - sum(t) / len(t), anchor, *ends)
        updates, moments = rule.update(slope, moments)
        anchor = optax.apply_updates(anchor, updates)
    chex.assert_trees_all_close(state.anchor, anchor, rtol=1e-12)
    everywhere = jax.tree.map(lambda leaf: jnp.stack([leaf] * len(TARGETS)), anchor)
    chex.assert_trees_all_close(params, everywhere, rtol=1e-12)


def test_every_step_without_momentum_is_data_parallel_descent():
    outer = di.streaming_diloco(
        {"a": 0, "b": 0}, sync_every=1, overlap=0, mix_alpha=0, outer_lr=1, momentum=0
    )
    (_, state), _ = train(outer, PARAMS, TARGETS, steps=30)
    theta = PARAMS
    for _ in range(30):
        ends = [descend(theta, target) for target in TARGETS]
        theta = jax.tree.map(lambda *t: sum(t) / len(t), *ends)
    chex.assert_trees_all_close(state.anchor, theta, rtol=1e-12, atol=1e-12)


def test_full_mixing_leaves_replicas_alone():
    outer = di.streaming_diloco(FRAGMENTS, sync_every=4, overlap=1, mix_alpha=1)
    (params, _), _ = train(outer, PARAMS, TARGETS)
    for m, target in enumerate(TARGETS):
        theta = PARAMS
        for _ in range(50):
            theta = descend(theta, target)
        got = jax.tree.map(lambda leaf, m=m: leaf[m], params)
        chex.assert_trees_all_close(got, theta, rtol=1e-12)


def test_a_single_replica_without_an_axis_is_the_inner_run():
    outer = di.streaming_diloco(
        *(FRAGMENTS,),
        **{"outer_lr": 1, "momentum": 0, "sync_every": 3, "overlap": 0, "mix_alpha": 0},
        axis_name=None,
    )
    params, state, theta = PARAMS, outer.init(PARAMS), PARAMS
    update = jax.jit(outer.update, donate_argnums=(0, 1))
    for _ in range(7):
        params, state, _ = update(descend(params, 2.0), state)
        theta = descend(theta, 2.0)
    # Up to a rounding of anchor - (anchor - theta).
    chex.assert_trees_all_close(params, theta, rtol=1e-14)


@pytest.mark.parametrize("draw", [False, True])
def test_anchors_are_the_same_to_the_last_bit(draw: bool):
    params = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), PARAMS)
    code = di.e3m0_stochastic(jax.random.key(3)) if draw else di.e3m0(block_size=2)
    outer = di.streaming_diloco(FRAGMENTS, sync_every=4, compression=code)
    targets = TARGETS.astype(jnp.float32)
    (local, state), _ = train(outer, params, targets, own_state=True)
    for leaf in jax.tree.leaves(state):
        assert (leaf == leaf[:1]).all()
    assert not (local["a"] == local["a"][:1]).all()
    (_, shared), _ = train(outer, params, targets)
    one = jax.tree.map(lambda leaf: leaf[0], state)
    chex.assert_trees_all_close(shared, one, rtol=1e-6)


def test_averaging_what_was_decoded_is_the_same_and_costs_more():
    def rounded(x):
        return di.e3m0_decode(*di.e3m0_encode(x), x.shape)

    build = partial(di.streaming_diloco, FRAGMENTS, sync_every=4)
    (_, state), (*_, info) = train(build(compression=di.e3m0()), PARAMS, TARGETS)
    (_, other), (*_, full) = train(build(compression=rounded), PARAMS, TARGETS)
    chex.assert_trees_all_close(state, other, rtol=1e-12)
    # Step 2 sends three coordinates in two bytes, step 4 one; a float64 scale for each.
    assert info.bits[:5].tolist() == [0, 16 + 64, 0, 8 + 64, 0]
    assert full.bits[:5].tolist() == [0, 3 * 64, 0, 64, 0]


def test_flush_applies_what_is_in_flight():
    outer = di.streaming_diloco(FRAGMENTS, sync_every=6, overlap=2)
    _, (_, path, _) = train(outer, PARAMS, TARGETS, steps=14)
    at = [jax.tree.map(lambda leaf, t=t: leaf[t - 1], path) for t in range(1, 15)]
    # Fragment 1 is sent at steps 6 and 12, applied at 8 and 14; 0 at 9, and at 11.
    for t in (6, 7, 12, 13):
        chex.assert_trees_all_close(
            outer.flush(at[t - 1])["b"], at[8 - 1 if t < 8 else 13].anchor["b"]
        )
    for t in (1, 2, 8, 11, 14):
        chex.assert_trees_all_equal(outer.flush(at[t - 1]), at[t - 1].anchor)
    chex.assert_trees_all_close(outer.flush(at[9])["a"], at[10].anchor["a"])


def test_half_precision_parameters_have_a_state_in_float32():
    params = jax.tree.map(lambda leaf: leaf.astype(jnp.bfloat16), PARAMS)
    outer = di.streaming_diloco(FRAGMENTS, sync_every=4, compression=di.e3m0())
    (local, state), (*_, info) = train(outer, params, TARGETS.astype(jnp.bfloat16))
    assert {leaf.dtype for leaf in jax.tree.leaves(state[:3])} == {jnp.dtype("float32")}
    assert {leaf.dtype for leaf in jax.tree.leaves(local)} == {jnp.dtype("bfloat16")}
    # Differences were taken in float32: the anchor is not on the grid of bfloat16.
    anchor = state.anchor["a"]
    assert (anchor != anchor.astype(jnp.bfloat16).astype(jnp.float32)).any()
    assert info.bits[:4].tolist() == [0, 16 + 32, 0, 8 + 32]


def test_an_update_of_donated_buffers_copies_no_leaf():
    params = {name: jnp.ones((64, 64)) for name in "abcd"}
    fragments = di.assign_fragments(params, 2)
    outer = di.streaming_diloco(fragments, sync_every=9, axis_name=None)
    update = jax.jit(outer.update, donate_argnums=(0, 1))
    program = update.lower(params, outer.init(params)).compile()
    used = program.memory_analysis()
    assert used is not None
    assert used.temp_size_in_bytes < params["a"].nbytes


def test_rates_may_be_traced():
    def anchor(eta):
        outer = di.streaming_diloco(FRAGMENTS, sync_every=4, outer_lr=eta)
        return train(outer, PARAMS, TARGETS, steps=6)[0][1].anchor["a"]

    got = jax.vmap(anchor)(jnp.array([0.0, 0.4]))
    chex.assert_trees_all_close(got[0], PARAMS["a"])
    chex.assert_trees_all_close(got[1], anchor(0.4), rtol=1e-12)


@pytest.mark.parametrize(
    "fragments, options, argument",
    [
        ({}, {}, "fragments"),
        ({"a": 0, "b": 2}, {}, "fragments"),
        ({"a": 0, "b": 0.5}, {}, "fragments"),
        (FRAGMENTS, {"sync_every": 1, "overlap": 0}, "sync_every"),
        (FRAGMENTS, {"sync_every": 5, "overlap": 5}, "overlap"),
        (FRAGMENTS, {"overlap": -1}, "overlap"),
        (FRAGMENTS, {"overlap": 1.0}, "overlap"),
        (FRAGMENTS, {"offsets": (0, 100)}, "offsets"),
        (FRAGMENTS, {"offsets": (3, 3)}, "offsets"),
        (FRAGMENTS, {"offsets": (3,)}, "offsets"),
        (FRAGMENTS, {"offsets": (0.0, 1.0)}, "offsets"),
        (FRAGMENTS, {"compression": "e3m0"}, "compression"),
        (FRAGMENTS, {"outer_lr": -0.1}, "outer_lr"),
        (FRAGMENTS, {"momentum": 1.0}, "momentum"),
        (FRAGMENTS, {"mix_alpha": 1.5}, "mix_alpha"),
    ],
)
def test_mistakes_are_explained(fragments, options: dict, argument: str):
    with pytest.raises((TypeError, ValueError)) as caught:
        di.streaming_diloco(fragments, **options)
    message = str(caught.value)
    assert message.startswith(f"streaming_diloco: `{argument}` must be"), message
    assert "received" in message


def test_mistakes_in_use_are_explained():
    outer = di.streaming_diloco(FRAGMENTS)
    with pytest.raises(ValueError, match="`params` must be of the structure"):
        outer.init({"a": PARAMS["a"]})
    with pytest.raises(TypeError, match="`params` must be floating"):
        outer.init({"a": jnp.arange(3), "b": jnp.arange(2)})
    with pytest.raises(ValueError, match=r"`axis_name` must be an axis of"):
        outer.update(PARAMS, outer.init(PARAMS))

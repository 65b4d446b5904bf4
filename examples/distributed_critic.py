"""A critic trained by four replicas that seldom speak: Streaming DiLoCo on digits.

InfoNCE between the left and the right half of a digit, with noise on both in training.
Four replicas hold a quarter of the images each. Gradients averaged at every step are
compared with DiLoCo, with fragments that take turns, that also arrive late and are
mixed, and with four bits a coordinate (E3M0). Reports the bound of the global critic on
held-out images, the bits a replica sends for each parameter, and the entropy of the
codes it sent. Replicas are devices where there are four, else an axis of ``jax.vmap``.
Rates are not tuned: the inner one is Adam's usual one, the outer ones are defaults.
Means and standard errors over seeds, each with its own split and critic.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import measured, write
from flax import nnx
from jax.sharding import AxisType
from jax.sharding import PartitionSpec as P
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from infojax import bounds, critics, distributed

REPLICAS, BATCH, NOISE, FEATURES = 4, 64, 0.3, 32
TRAIN = 1200  # the other 597 images are held out


class Method(NamedTuple):
    """An outer optimiser of this many fragments; without any, ``every_step`` or never.

    Where replicas never speak, the first one is judged.
    """

    name: str
    fragments: int = 0
    options: dict[str, Any] | None = None
    every_step: bool = False


class Result(NamedTuple):
    """Of each seed: held-out bounds during training in nats, and what was sent.

    ``bits`` a parameter, in all; ``entropy`` of codes in bits a coordinate, 0 without.
    """

    information: jax.Array
    bits: jax.Array
    entropy: jax.Array


def methods(period: int, longer: int) -> list[Method]:
    """What is compared, by the steps between two sends of a fragment."""
    now = {"sync_every": period, "overlap": 0, "mix_alpha": 0.0}
    late = {"sync_every": period, "overlap": 3, "mix_alpha": 0.5}
    coded = {"compression": distributed.e3m0()}
    seldom = late | coded | {"sync_every": longer}
    return [
        Method("alone"),
        Method("data parallel", every_step=True),
        Method(f"DiLoCo, H = {period}", 1, now),
        Method(f"streaming, H = {period}", 3, now),
        Method(f"streaming, E3M0, H = {period}", 3, now | coded),
        Method(f"streaming, late, H = {period}", 3, late),
        Method(f"streaming, late, E3M0, H = {period}", 3, late | coded),
        Method(f"streaming, late, E3M0, H = {longer}", 3, seldom),
    ]


def load(key):
    """Shuffled left and right halves ``[1797, 32]`` in [-1, 1]."""
    images = jnp.asarray(load_digits().images / 8 - 1, jnp.float32)
    images = images[jax.random.permutation(key, len(images))]
    return tuple(half.reshape(-1, 32) for half in jnp.split(images, 2, axis=2))


def on_replicas(function):
    """``function(own, shared)`` on each replica, by its part of every array in ``own``.

    Results have an axis of replicas.
    """
    if jax.device_count() < REPLICAS:
        return jax.vmap(function, in_axes=(0, None), axis_name="replica")
    mesh = jax.make_mesh((REPLICAS,), ("replica",), axis_types=(AxisType.Auto,))

    def local(own, shared):
        out = function(jax.tree.map(lambda a: a[0], own), shared)
        return jax.tree.map(lambda a: a[None], out)

    specs = {"in_specs": (P("replica"), P()), "out_specs": P("replica")}
    return jax.shard_map(local, mesh=mesh, **specs)


def train(key, method: Method, *, steps: int, checks: int, width: int) -> Result:
    """One split and one critic from one key."""
    halves = load(key)
    start, batches = jax.random.split(jax.random.fold_in(key, 1))
    make = critics.separable(32, 32, width=width, features=FEATURES)
    graph, params = nnx.split(make(nnx.Rngs(start)), nnx.Param)
    params = nnx.as_pure(params)
    optimizer = optax.adamw(1e-3, weight_decay=1e-2)
    fragments = distributed.assign_fragments(params, max(1, method.fragments))
    outer = distributed.streaming_diloco(fragments, **(method.options or {}))
    coded = "compression" in (method.options or {})
    count = sum(leaf.size for leaf in jax.tree.leaves(params))

    def bound(params, x, y):
        scores = nnx.merge(graph, params)(x, y) / FEATURES**0.5
        return bounds.infonce_symmetric(scores)

    def loss(params, key, x, y):
        rows, noise = jax.random.split(key)
        rows = jax.random.choice(rows, len(x), (BATCH,), replace=False)
        noise = NOISE * jax.random.normal(noise, (2, BATCH, 32))
        return -bound(params, x[rows] + noise[0], y[rows] + noise[1])

    def replica(own, shared):
        params, moments, x, y = own
        state, (left, right) = shared

        def step(carry, key):
            params, moments, state = carry
            key = jax.random.fold_in(key, jax.lax.axis_index("replica"))
            slopes = jax.grad(loss)(params, key, x, y)
            if method.every_step:
                slopes = jax.lax.pmean(slopes, "replica")
            updates, moments = optimizer.update(slopes, moments, params)
            params = optax.apply_updates(params, updates)
            bits, codes = jnp.float32(32 * count * method.every_step), jnp.zeros(16)
            if method.fragments:
                slopes = jax.tree.map(jnp.subtract, state.anchor, params)
                params, state, info = outer.update(params, state)
                bits = info.bits
                if coded:
                    codes = how_often(slopes, fragments, info.sent)
            return (params, moments, state), (bits, codes)

        def leg(carry, keys):
            carry, sent = jax.lax.scan(step, carry, keys)
            trained = outer.flush(carry[2]) if method.fragments else carry[0]
            return carry, (bound(trained, left, right), *(s.sum(0) for s in sent))

        keys = jax.random.split(batches, (checks, steps // checks))
        return jax.lax.scan(leg, (params, moments, state), keys)[1]

    def copies(a):
        return jnp.broadcast_to(a, (REPLICAS, *a.shape))

    shards = [half[:TRAIN].reshape(REPLICAS, -1, 32) for half in halves]
    own = *jax.tree.map(copies, (params, optimizer.init(params))), *shards
    shared = outer.init(params), [half[TRAIN:] for half in halves]
    information, bits, codes = on_replicas(replica)(own, shared)
    entropy = distributed.code_entropy_bits(jnp.arange(16), weights=codes.sum((0, 1)))
    return Result(information[0], bits[0].sum() / count, entropy)


def how_often(slopes, fragments, sent):
    """How often each code occurs in a fragment of outer gradients, ``[16]``."""

    def leaf(slope, fragment):
        codes, _ = distributed.e3m0_encode(slope)
        codes = distributed.unpack_codes(codes, slope.size)
        ones = (sent == fragment).astype(jnp.float32)
        return jnp.zeros(16).at[codes].add(ones)

    return sum(jax.tree.leaves(jax.tree.map(leaf, slopes, fragments)))


def draw(results: dict[str, Result], rows, steps: int) -> Figure:
    """Bounds by traffic, where there is any, and while the critics train."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    traffic, time = figure.subplots(1, 2)
    for row, (name, result) in zip(rows, results.items(), strict=True):
        curve = np.mean(result.information, axis=0)
        at = np.linspace(steps / len(curve), steps, len(curve))
        (line,) = time.plot(at, curve, label=name)
        if row["bits"]:
            mean, error = row["information"], row["information_error"]
            marks = {"fmt": "o", "capsize": 3, "color": line.get_color()}
            traffic.errorbar(row["bits"], mean, yerr=error, **marks)
    traffic.set_xscale("log")
    traffic.set_xlabel("sent by a replica [bits per parameter]")
    time.set_xlabel("inner steps")
    time.legend()
    for axes in (traffic, time):
        axes.set_ylabel("held-out InfoNCE bound [nats]")
        axes.grid(alpha=0.3)
    return figure


def main(fast: bool = False) -> dict[str, Result]:
    """Train by every method from the same splits and critics, and compare."""
    steps, checks, seeds, width = (12, 2, 2, 8) if fast else (1500, 30, 6, 128)
    compared = methods(4, 6) if fast else methods(20, 50)
    keys = jax.random.split(jax.random.key(0), seeds)
    options = {"steps": steps, "checks": checks, "width": width}
    results, rows = {}, []
    for method in compared[-1:] if fast else compared:
        run = jax.jit(partial(jax.lax.map, partial(train, method=method, **options)))
        result = results[method.name] = jax.device_get(run(keys))
        row = measured(information=result.information[:, -1])
        row["bits"] = float(result.bits[0])
        text = f"{row['information']:.3f} ± {row['information_error']:.3f} nats"
        text = f"{method.name:34} {text}, {row['bits']:8.1f} bits a parameter"
        if result.entropy.any():
            row |= measured(entropy=result.entropy)
            text += f", codes of {row['entropy']:.2f} bits a coordinate"
        rows.append({"method": method.name, **row})
        print(f"{text}  ({seeds} seeds)", flush=True)
    if not fast:
        full = results["data parallel"]
        for row, result in zip(rows[2:], list(results.values())[2:], strict=True):
            row["ratio"] = float(full.bits[0] / result.bits[0])
            row |= measured(gap=(full.information - result.information)[:, -1])
            text = f"{row['gap']:.3f} ± {row['gap_error']:.3f} nats below"
            text = f"{row['method']:34} {text} data parallel, at"
            print(f"{text} {row['ratio']:.0f} times less traffic")
        write("distributed_critic", rows, draw(results, rows, steps))
    return results


if __name__ == "__main__":
    main()

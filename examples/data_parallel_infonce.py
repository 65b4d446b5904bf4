"""Contrastive training on many devices whose negatives are the batch of all of them.

Two encoders of the left and the right half of a digit are trained by symmetric InfoNCE
with the batch over the devices of a mesh. ``PairPlan(axis_name="data")`` contrasts a
half with those of all devices: the same training as on one device, up to rounding,
which is checked. The mistake it is compared with takes InfoNCE on each device alone and
averages: as many images a step, but negatives of one device only. Reports the bound of
512 held-out images; means and standard errors over seeds, each with its own split and
encoders. Where there is one device, eight are an axis of ``jax.vmap``; with
``XLA_FLAGS=--xla_force_host_platform_device_count=8`` they are virtual ones of the CPU.

Several hosts. Each runs the same program; before anything else it calls
``jax.distributed.initialize()``, after which ``jax.make_mesh`` sees the devices of all.
It loads only its own images, and makes a batch of them and of those elsewhere with
``jax.make_array_from_process_local_data(NamedSharding(mesh, P("data")), own_rows)``.
Parameters start from the same key everywhere. The loss and the step stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

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

from infojax import PairPlan, Pairs, bounds, layers

DEVICES = jax.device_count() if jax.device_count() > 1 else 8
TRAIN, EVALUATED, NOISE, FEATURES = 1200, 512, 0.3, 32


class Result(NamedTuple):
    """Held-out InfoNCE in nats during training, and the parameters at its end."""

    information: jax.Array
    parameters: object


class Encoders(nnx.Module):
    """A code of each half."""

    def __init__(self, width: int, rngs: nnx.Rngs):
        self.left = layers.MLP([32, width, FEATURES], rngs=rngs)
        self.right = layers.MLP([32, width, FEATURES], rngs=rngs)

    def __call__(self, left, right):
        return self.left(left), self.right(right)


def scores(left, right):
    return left @ right.T / FEATURES**0.5


def load(key):
    """Shuffled left and right halves ``[1797, 32]`` in [-1, 1]."""
    images = jnp.asarray(load_digits().images / 8 - 1, jnp.float32)
    images = images[jax.random.permutation(key, len(images))]
    return tuple(half.reshape(-1, 32) for half in jnp.split(images, 2, axis=2))


def on_devices(function: Callable) -> Callable:
    """``function(parameters, *rows)`` of the rows of each device, averaged over them.

    What is the same on all devices is its own average.
    """
    if jax.device_count() == 1:

        def mapped(parameters, *rows):
            rows = [a.reshape(DEVICES, -1, *a.shape[1:]) for a in rows]
            each = jax.vmap(partial(function, parameters), axis_name="data")
            return jnp.mean(each(*rows))

        return mapped
    mesh = jax.make_mesh((DEVICES,), ("data",), axis_types=(AxisType.Auto,))
    each = jax.shard_map(
        lambda *arguments: function(*arguments)[None],
        mesh=mesh,
        in_specs=(P(), P("data"), P("data")),
        out_specs=P("data"),
    )
    return lambda *arguments: jnp.mean(each(*arguments))


def train(
    key, *, batch: int, method: str, steps: int, checks: int, width: int
) -> Result:
    """One split and one pair of encoders from one key, in one ``scan``."""
    left, right = load(key)
    start, batches = jax.random.split(jax.random.fold_in(key, 1))
    graph, parameters = nnx.split(Encoders(width, nnx.Rngs(start)), nnx.Param)
    parameters = nnx.as_pure(parameters)
    optimizer = optax.adamw(1e-3, weight_decay=1e-2)

    def bound(parameters, left, right, plan=PairPlan()):
        codes = nnx.merge(graph, parameters)(left, right)
        return bounds.infonce_symmetric(Pairs(scores, *codes, plan))

    objective = {
        "one device": bound,
        "global negatives": on_devices(partial(bound, plan=PairPlan(axis_name="data"))),
        "local negatives": on_devices(bound),
    }[method]

    def step(state, key):
        parameters, moments = state
        rows, noise = jax.random.split(key)
        rows = jax.random.choice(rows, TRAIN, (batch,), replace=False)
        noise = NOISE * jax.random.normal(noise, (2, batch, 32))
        pair = left[rows] + noise[0], right[rows] + noise[1]
        slopes = jax.grad(lambda p: -objective(p, *pair))(parameters)
        updates, moments = optimizer.update(slopes, moments, parameters)
        return (optax.apply_updates(parameters, updates), moments), None

    def leg(state, keys):
        state, _ = jax.lax.scan(step, state, keys)
        return state, bound(state[0], left[-EVALUATED:], right[-EVALUATED:])

    keys = jax.random.split(batches, (checks, steps // checks))
    state = parameters, optimizer.init(parameters)
    (trained, _), information = jax.lax.scan(leg, state, keys)
    return Result(information, trained)


def run(keys, **options) -> Result:
    """The same training from every key."""
    return jax.device_get(
        jax.jit(partial(jax.lax.map, partial(train, **options)))(keys)
    )


def largest_difference(keys, **options) -> float:
    """Of a parameter, trained with global negatives and on one device."""
    one, many = (
        run(keys, method=method, checks=1, **options).parameters
        for method in ("one device", "global negatives")
    )
    gaps = jax.tree.map(lambda a, b: np.abs(a - b).max(), one, many)
    return float(max(jax.tree.leaves(gaps)))


def draw(curves: dict[tuple[int, str], np.ndarray], steps: int) -> Figure:
    """Held-out bounds while the encoders train, a panel for each batch."""
    batches = list(dict.fromkeys(batch for batch, _ in curves))
    figure = Figure(figsize=(1 + 4 * len(batches), 3.8), layout="constrained")
    panels = figure.subplots(1, len(batches), sharey=True, squeeze=False)[0]
    for axes, batch in zip(panels, batches, strict=True):
        for (size, method), curve in curves.items():
            if size == batch:
                at = np.linspace(steps / curve.shape[1], steps, curve.shape[1])
                mean = curve.mean(0)
                error = curve.std(0, ddof=1) / len(curve) ** 0.5
                axes.plot(at, mean, label=method)
                axes.fill_between(at, mean - error, mean + error, alpha=0.25, lw=0)
        axes.set_title(f"batch of {batch}: {batch // DEVICES} on each device")
        axes.set_xlabel("steps")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel(f"InfoNCE of {EVALUATED} held-out images [nats]")
    panels[0].legend()
    return figure


def main(fast: bool = False) -> dict[str, float]:
    """Compare parameters with one device, and bounds with those of the mistake."""
    steps, checks, seeds, width = (6, 2, 2, 8) if fast else (500, 20, 4, 128)
    batches = (4 * DEVICES,) if fast else (4 * DEVICES, 16 * DEVICES)
    keys = jax.random.split(jax.random.key(0), seeds)
    few = {"batch": 4 * DEVICES, "steps": 3 if fast else 20, "width": width}
    gap = largest_difference(keys, **few)
    text = f"{DEVICES} devices and one: after {few['steps']} steps parameters differ"
    print(f"{text} by {gap:.1e} at most")
    curves, rows, differences = {}, [], {}
    for batch in batches:
        for method in ("global negatives", "local negatives"):
            options = {"steps": steps, "checks": checks, "width": width}
            found = run(keys, batch=batch, method=method, **options).information
            curves[batch, method] = found
            row = measured(information=found[:, -1], best=found.max(1))
            names = {"method": method, "batch": batch, "devices": DEVICES}
            rows.append(names | {"largest_difference": gap} | row)
            text = f"{row['information']:.3f} ± {row['information_error']:.3f} nats"
            print(f"batch {batch:3} {method:17} {text}  ({seeds} seeds)", flush=True)
        lost = curves[batch, "global negatives"] - curves[batch, "local negatives"]
        row = measured(lost=lost[:, -1])
        rows[-1] |= row
        differences[f"{batch} images"] = row["lost"]
        text = f"lost by local negatives: {row['lost']:.3f} ± {row['lost_error']:.3f}"
        print(f"batch {batch:3} {text} nats", flush=True)
    if not fast:
        write("data_parallel_infonce", rows, draw(curves, steps))
    return {"largest difference": gap} | differences


if __name__ == "__main__":
    main()

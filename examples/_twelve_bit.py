"""Training on the task of twelve bits, seen at some epochs, all seeds at once.

All 4096 words of twelve bits, labelled by a rule of icosahedral symmetry; a perceptron
of 10, 7, 5, 4 and 3 units, trained on four fifths of the words by Adam in batches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from rich.progress import track

from infojax import infoplane, tasks

__all__ = ["NAMES", "Trained", "train"]

WIDTHS = 12, 10, 7, 5, 4, 3, 2
NAMES = *(f"hidden {i}" for i in range(1, 6)), "output"
TRAIN, RATE = 3276, 4e-4


class Network(nnx.Module):
    """A perceptron that says what its layers hold."""

    def __init__(self, activation: Callable, rngs: nnx.Rngs):
        start = nnx.initializers.variance_scaling(1.0, "fan_in", "truncated_normal")
        self.activation = activation
        self.parts = nnx.List(
            nnx.Linear(a, b, kernel_init=start, rngs=rngs)
            for a, b in itertools.pairwise(WIDTHS)
        )

    def __call__(self, x):
        for name, part in zip(NAMES, self.parts[:-1], strict=False):
            x = infoplane.sow(self, name, self.activation(part(x)))
        logits = self.parts[-1](x)
        infoplane.sow(self, NAMES[-1], jax.nn.softmax(logits))
        return logits


class Run(NamedTuple):
    """One network in training: parameters, moments of Adam, its words, a key."""

    parameters: Any
    moments: Any
    order: jax.Array
    key: jax.Array


class Trained(NamedTuple):
    """A recording for each seed, ratios of gradients ``[e, seeds, layers]``, and the
    accuracy of each seed on the words it was not trained on."""

    recordings: list[infoplane.Recording]
    ratios: np.ndarray
    accuracy: np.ndarray


def train(
    activation: Callable,
    seeds: int,
    grid: tuple[int, ...],
    *,
    label: str,
    batch: int = 512,
    penalty: float = 0.0,
) -> Trained:
    """Networks from several seeds, seen at the epochs of the grid.

    ``penalty`` times the sum of squared weights is added to the cross-entropy.
    """
    bits, labels = (jnp.asarray(a) for a in tasks.twelve_bit())
    x, y = bits.astype(jnp.float32), labels.astype(jnp.int32)
    graph = nnx.split(Network(activation, nnx.Rngs(0)), nnx.Param)[0]
    adam = optax.adam(RATE)

    def begin(key) -> Run:
        split, weights, rest = jax.random.split(key, 3)
        network = Network(activation, nnx.Rngs(weights))
        parameters = nnx.as_pure(nnx.split(network, nnx.Param)[1])
        order = jax.random.permutation(split, len(x))
        return Run(parameters, adam.init(parameters), order, rest)

    def loss(parameters, rows):
        logits = nnx.merge(graph, parameters)(x[rows])
        cross = optax.softmax_cross_entropy_with_integer_labels(logits, y[rows])
        weights = [part["kernel"] for part in parameters["parts"].values()]
        return cross.mean() + penalty * sum(jnp.sum(w**2) for w in weights)

    def epoch(run: Run) -> tuple[Run, Any]:
        key, draw = jax.random.split(run.key)
        rows = jax.random.permutation(draw, run.order[:TRAIN])
        rows = rows[: TRAIN // batch * batch].reshape(-1, batch)

        def step(state, rows):
            parameters, moments = state
            gradient = jax.grad(loss)(parameters, rows)
            updates, moments = adam.update(gradient, moments)
            return (optax.apply_updates(parameters, updates), moments), gradient

        state, gradients = jax.lax.scan(step, run[:2], rows)
        ratios = [infoplane.gradient_snr(gradients["parts"][i]).snr for i in range(6)]
        return Run(*state, run.order, key), jnp.stack(ratios)

    @partial(jax.jit, donate_argnums=(0, 1))
    def advance(runs: Run, recordings, epochs, now):
        """Some epochs of every run, then a look at it if it is time."""

        def one(run, recording):
            run, ratios = jax.lax.fori_loop(
                0, epochs, lambda _, s: epoch(s[0]), (run, jnp.zeros(6, jnp.float32))
            )
            network = nnx.merge(graph, run.parameters)
            return run, infoplane.record(recording, now, network), ratios

        return jax.vmap(one)(runs, recordings)

    runs = jax.jit(jax.vmap(begin))(jax.random.split(jax.random.key(0), seeds))
    recordings = jax.vmap(
        lambda run: infoplane.start(nnx.merge(graph, run.parameters), x, y, epochs=grid)
    )(runs)
    found = []
    gaps = list(zip(np.diff((0, *grid)).tolist(), grid, strict=True))
    for gap, now in track(gaps, description=label, transient=True):
        runs, recordings, ratios = advance(runs, recordings, gap, now)
        found.append(np.asarray(ratios))

    @jax.jit
    @jax.vmap
    def accuracy(run: Run):
        rows = run.order[TRAIN:]
        guess = nnx.merge(graph, run.parameters)(x[rows]).argmax(-1)
        return jnp.mean((guess == y[rows]).astype(jnp.float32))

    singles = [jax.tree.map(lambda a, s=s: a[s], recordings) for s in range(seeds)]
    return Trained(singles, np.stack(found), np.asarray(accuracy(runs)))

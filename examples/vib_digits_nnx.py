"""Variational information bottleneck on digit images, with Flax NNX.

Trains a network with a noisy code of 32 numbers at beta = 1e-3, and the same network
without noise or rate, from several seeds at once; prints test error as mean and spread.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from sklearn.datasets import load_digits

from infojax import losses

CODE, HIDDEN, BATCH, DRAWS = 32, 256, 100, 12
TRAIN = 1297


class Network(nnx.Module):
    """64 pixels, two hidden layers, mean and scale of a Gaussian code, 10 logits."""

    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Linear(64, HIDDEN, rngs=rngs)
        self.second = nnx.Linear(HIDDEN, HIDDEN, rngs=rngs)
        self.code = nnx.Linear(HIDDEN, 2 * CODE, rngs=rngs)
        self.decode = nnx.Linear(CODE, 10, rngs=rngs)

    def encode(self, images):
        hidden = nnx.relu(self.second(nnx.relu(self.first(images))))
        mean, raw = jnp.split(self.code(hidden), 2, axis=-1)
        return mean, jax.nn.softplus(raw - 5)  # the noise starts small


class Result(NamedTuple):
    """Per seed: test error, a fraction, and the rate in nats."""

    error: jax.Array
    rate: jax.Array


def load(seed: int = 0):
    """Training and test images in [-1, 1] and labels, one fixed split."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    images = jnp.asarray(digits.data[order] / 8 - 1, jnp.float32)
    labels = jnp.asarray(digits.target[order], jnp.int32)
    return (images[:TRAIN], labels[:TRAIN]), (images[TRAIN:], labels[TRAIN:])


def objective(network: Network, key, images, labels, beta):
    """VIB; a beta of None is the same network without noise."""
    mean, scale = network.encode(images)
    if beta is None:
        logits = network.decode(mean)
        cross = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
        return cross.mean()
    code = losses.reparameterize(key, mean, scale)
    return losses.vib_loss(network.decode(code), labels, mean, scale, beta=beta)


def test(network: Network, key, images, labels, beta) -> Result:
    """Error of probabilities averaged over draws of the code."""
    mean, scale = network.encode(images)

    def probabilities(key):
        code = mean if beta is None else losses.reparameterize(key, mean, scale)
        return jax.nn.softmax(network.decode(code))

    average = jax.vmap(probabilities)(jax.random.split(key, DRAWS)).mean(0)
    error = jnp.mean((average.argmax(-1) != labels).astype(jnp.float32))
    return Result(error, losses.gaussian_rate(mean, scale))


def train(key, epochs: int, beta: float | None) -> Result:
    """One network from one key: every step of every epoch inside one ``scan``."""
    (images, labels), held_out = load()
    steps = len(labels) // BATCH
    graph, parameters = nnx.split(Network(nnx.Rngs(key)), nnx.Param)
    rate = optax.exponential_decay(1e-3, 2 * steps, 0.97, staircase=True)
    optimizer = optax.adam(rate, b1=0.5)

    def step(state, inputs):
        parameters, moments = state
        key, rows = inputs

        def loss(parameters):
            network = nnx.merge(graph, parameters)
            return objective(network, key, images[rows], labels[rows], beta)

        updates, moments = optimizer.update(jax.grad(loss)(parameters), moments)
        return (optax.apply_updates(parameters, updates), moments), None

    def epoch(state, key):
        order = jax.random.permutation(key, len(labels))[: steps * BATCH]
        keys = jax.random.split(key, steps)
        return jax.lax.scan(step, state, (keys, order.reshape(steps, BATCH)))

    state = parameters, optimizer.init(parameters)
    keys = jax.random.split(jax.random.fold_in(key, 1), epochs)
    (parameters, _), _ = jax.lax.scan(epoch, state, keys)
    return test(nnx.merge(graph, parameters), key, *held_out, beta)


def main(fast: bool = False) -> dict[str, Result]:
    """Train both objectives from every seed, and print what came of it."""
    epochs, seeds = (2, 2) if fast else (120, 4)
    keys = jax.random.split(jax.random.key(0), seeds)
    results = {}
    for name, beta in {"deterministic": None, "VIB, beta 1e-3": 1e-3}.items():
        start = time.perf_counter()
        run = jax.jit(jax.vmap(lambda key, beta=beta: train(key, epochs, beta)))
        result = jax.block_until_ready(run(keys))
        seconds = time.perf_counter() - start
        error = 100 * np.asarray(result.error)
        line = f"{name:15} test error {error.mean():.2f} % ± {error.std(ddof=1):.2f}"
        if beta is not None:
            line += f", rate {np.mean(result.rate):.1f} nats"
        print(f"{line}  ({seeds} seeds, {seconds:.0f} s)")
        results[name] = result
    return results


if __name__ == "__main__":
    main()

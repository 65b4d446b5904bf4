"""Variational and conditional entropy bottlenecks on digit images, with Flax NNX.

Trains a network with a noisy code of 32 numbers at several trade-offs, and the same
network without noise or rate, on several splits at once. Reports the test error and the
rate of the codes as mean and standard error over the splits.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from _record import measured, points, write
from flax import nnx
from sklearn.datasets import load_digits

from infojax import losses

CODE, HIDDEN, BATCH, DRAWS = 32, 256, 100, 12
TRAIN = 1297


class Network(nnx.Module):
    """64 pixels, two hidden layers, mean and scale of a Gaussian code, 10 logits.

    ``class_mean`` and ``class_scale`` say where the codes of a class are expected.
    """

    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Linear(64, HIDDEN, rngs=rngs)
        self.second = nnx.Linear(HIDDEN, HIDDEN, rngs=rngs)
        self.code = nnx.Linear(HIDDEN, 2 * CODE, rngs=rngs)
        self.decode = nnx.Linear(CODE, 10, rngs=rngs)
        self.class_mean = nnx.Param(jnp.zeros((10, CODE)))
        self.class_scale = nnx.Param(jnp.zeros((10, CODE)))

    def encode(self, images):
        hidden = nnx.relu(self.second(nnx.relu(self.first(images))))
        mean, raw = jnp.split(self.code(hidden), 2, axis=-1)
        return mean, jax.nn.softplus(raw - 5)  # the noise starts small


class Result(NamedTuple):
    """Per split: test error, a fraction, and the rate in nats."""

    error: jax.Array
    rate: jax.Array


def load(key):
    """Training and test images in [-1, 1] and labels, split at random."""
    digits = load_digits()
    order = jax.random.permutation(key, len(digits.target))
    images = jnp.asarray(digits.data / 8 - 1, jnp.float32)[order]
    labels = jnp.asarray(digits.target, jnp.int32)[order]
    return (images[:TRAIN], labels[:TRAIN]), (images[TRAIN:], labels[TRAIN:])


def deterministic(network: Network, key, images, labels, beta):
    logits = network.decode(network.encode(images)[0])
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def variational(network: Network, key, images, labels, beta):
    mean, scale = network.encode(images)
    code = losses.reparameterize(key, mean, scale)
    return losses.vib_loss(network.decode(code), labels, mean, scale, beta=beta)


def conditional(network: Network, key, images, labels, beta):
    mean, scale = network.encode(images)
    code = losses.reparameterize(key, mean, scale)
    law = network.class_mean[...], jax.nn.softplus(network.class_scale[...])
    return losses.ceb_loss(network.decode(code), labels, mean, scale, *law, beta=beta)


OBJECTIVES = {"deterministic": (deterministic, 0.0)}
OBJECTIVES |= {f"VIB, β {beta:g}": (variational, beta) for beta in (1e-3, 1e-2, 1e-1)}
OBJECTIVES |= {f"CEB, β {beta:g}": (conditional, beta) for beta in (1e-3, 1e-2, 1e-1)}


def test(network: Network, key, images, labels, noisy: bool) -> Result:
    """Error of probabilities averaged over draws of the code."""
    mean, scale = network.encode(images)

    def probabilities(key):
        code = losses.reparameterize(key, mean, scale) if noisy else mean
        return jax.nn.softmax(network.decode(code))

    average = jax.vmap(probabilities)(jax.random.split(key, DRAWS)).mean(0)
    error = jnp.mean((average.argmax(-1) != labels).astype(jnp.float32))
    return Result(error, losses.gaussian_rate(mean, scale))


def train(key, *, epochs: int, objective, beta: float) -> Result:
    """One split and one network from one key: every step inside one ``scan``."""
    (images, labels), held_out = load(key)
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
    noisy = objective is not deterministic
    return test(nnx.merge(graph, parameters), key, *held_out, noisy)


def main(fast: bool = False) -> dict[str, Result]:
    """Train every objective on every split, and print what came of it."""
    epochs, seeds = (2, 2) if fast else (120, 10)
    keys = jax.random.split(jax.random.key(0), seeds)
    results, rows = {}, []
    for name, (objective, beta) in OBJECTIVES.items():
        one = partial(train, epochs=epochs, objective=objective, beta=beta)
        result = results[name] = jax.jit(jax.vmap(one))(keys)
        row = measured(error=100 * result.error)
        text = f"{name:13} test error {row['error']:.2f} % ± {row['error_error']:.2f}"
        if objective is not deterministic:
            row |= measured(rate=result.rate)
            text += f", rate {row['rate']:.1f} nats"
        rows.append({"objective": name, **row})
        print(f"{text}  ({seeds} splits)")
    if not fast:
        figure = points(rows, "objective", error="test error [%]", rate="rate [nats]")
        write("vib_digits_nnx", rows, figure)
    return results


if __name__ == "__main__":
    main()

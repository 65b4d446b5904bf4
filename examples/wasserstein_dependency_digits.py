"""Representations of several digits at once: InfoNCE against a Lipschitz critic.

An input is a row of k digit images, its partner another row whose classes are each one
higher (mod 10), so that their mutual information is k log 10. Encoders learn from pairs
alone; then a linear probe reads the digits from the code of unseen images. Reports how
many of the k it gets right, as mean and standard error over seeds.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import measured, points, write
from flax import nnx
from sklearn.datasets import load_digits

from infojax import bounds, critics, layers, losses

CODE, HIDDEN, BATCH = 32, 128, 64
PROBE, RIDGE = 2000, 1e-2


class Bounded(nnx.Module):
    """Spectrally normalised encoder into the unit ball, of slope at most one."""

    def __init__(self, sizes: list[int], rngs: nnx.Rngs):
        self.network = layers.MLP(sizes, layer=layers.SpectralLinear, rngs=rngs)

    def __call__(self, x):
        code = self.network(x)
        square = jnp.sum(code**2, axis=-1, keepdims=True)
        return code / jnp.sqrt(jnp.maximum(square, 1))


class Result(NamedTuple):
    """Per seed: expected number of digits a linear probe reads from unseen images."""

    decoded: jax.Array


def load(seed: int = 0):
    """Training and test images by class, ``[10, 120, 64]`` and ``[10, 54, 64]``."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    images, labels = digits.data[order] / 8 - 1, digits.target[order]
    table = np.stack([images[labels == digit][:174] for digit in range(10)])
    table = jnp.asarray(table, jnp.float32)
    return table[:, :120], table[:, 120:]


def grids(key, table, classes):
    """One image of every class asked for, drawn from the table: ``[n, 64 k]``."""
    columns = jax.random.randint(key, classes.shape, 0, table.shape[1])
    return table[classes, columns].reshape(len(classes), -1)


def cpc(key, x, y, critic):
    return -bounds.infonce(critic(x, y))


def penalised(key, x, y, critic):
    return losses.wasserstein_dependency_loss(key, x, y, critic)


def spectral(key, x, y, critic):
    # A product of codes in the unit ball has slope at most sqrt 2; the factor only
    # chooses the unit of distance. No penalty is needed.
    return losses.wasserstein_dependency_loss(
        key, x, y, lambda x, y: 16 * critic(x, y), penalty_weight=0.0
    )


OBJECTIVES = {
    "untrained": cpc,
    "CPC": cpc,
    "WPC, gradient penalty": penalised,
    "WPC, spectral norm": spectral,
}


def make_critic(rngs: nnx.Rngs, k: int, objective) -> critics.Separable:
    if objective is not spectral:
        make = critics.separable(64 * k, 64 * k, width=HIDDEN, features=CODE)
        return make(rngs)
    sizes = [64 * k, HIDDEN, HIDDEN, CODE]
    return critics.Separable(Bounded(sizes, rngs), Bounded(sizes, rngs))


def decoded(key, encode, k: int):
    """Digits read by ridge regression from the code to indicators of the classes."""

    def sample(key, table):
        first, second = jax.random.split(key)
        classes = jax.random.randint(first, (PROBE, k), 0, 10)
        return encode(grids(second, table, classes)), classes

    (train, test), keys = load(), jax.random.split(key)
    codes, classes = sample(keys[0], train)
    mean, scale = codes.mean(0), codes.std(0) + 1e-6
    codes = (codes - mean) / scale
    targets = jax.nn.one_hot(classes, 10).reshape(PROBE, -1)
    gram = codes.T @ codes / PROBE + RIDGE * jnp.eye(CODE)
    weights = jnp.linalg.solve(gram, codes.T @ (targets - targets.mean(0)) / PROBE)
    codes, classes = sample(keys[1], test)
    scores = (codes - mean) / scale @ weights + targets.mean(0)
    right = scores.reshape(PROBE, k, 10).argmax(-1) == classes
    return jnp.sum(jnp.mean(right.astype(jnp.float32), axis=0))


def train(key, k: int, steps: int, objective) -> Result:
    """Encoders from one key, every step inside one ``scan``, and their probe."""
    table, _ = load()
    critic = make_critic(nnx.Rngs(key), k, objective)
    graph, parameters, vectors = nnx.split(critic, nnx.Param, ...)
    optimizer = optax.adam(1e-3)

    def step(state, key):
        parameters, vectors, moments = state
        keys = jax.random.split(key, 4)
        classes = jax.random.randint(keys[0], (BATCH, k), 0, 10)
        x = grids(keys[1], table, classes)
        y = grids(keys[2], table, (classes + 1) % 10)

        def loss(parameters):
            return objective(keys[3], x, y, nnx.merge(graph, parameters, vectors))

        updates, moments = optimizer.update(jax.grad(loss)(parameters), moments)
        parameters = optax.apply_updates(parameters, updates)
        critic = nnx.merge(graph, parameters, vectors)
        layers.advance(critic)
        return (*nnx.split(critic, nnx.Param, ...)[1:], moments), None

    state = parameters, vectors, optimizer.init(parameters)
    state, _ = jax.lax.scan(step, state, jax.random.split(key, steps))
    critic = nnx.merge(graph, *state[:2])
    return Result(decoded(key, critic.encode_x, k))


def main(fast: bool = False) -> dict[str, Result]:
    """Train every objective on every number of digits, and print what was decoded."""
    steps, seeds, largest = (2, 2, 1) if fast else (1000, 8, 4)
    keys = jax.random.split(jax.random.key(0), seeds)
    results, rows = {}, []
    for k in range(1, largest + 1):
        print(f"{k} digits, mutual information {k * np.log(10):.2f} nats")
        for name, objective in OBJECTIVES.items():
            if fast and name == "untrained":
                continue
            run = partial(
                train,
                k=k,
                steps=0 if name == "untrained" else steps,
                objective=objective,
            )
            result = results[f"{name}, {k} digits"] = jax.jit(jax.vmap(run))(keys)
            row = measured(decoded=result.decoded)
            rows.append({"objective": f"{k} digits: {name}", "digits": k, **row})
            print(
                f"  {name:21} decoded {row['decoded']:.2f} "
                f"± {row['decoded_error']:.2f}  ({seeds} seeds)"
            )
    if not fast:
        figure = points(rows, "objective", decoded="digits decoded from the code")
        write("wasserstein_dependency_digits", rows, figure)
    return results


if __name__ == "__main__":
    main()

"""Encoders and a bound trained together in a loop of your own, with Flax Linen.

The encoder of the left half of digit images and that of the right half learn codes that
share as much information as the Jensen-Shannon bound can tell: no labels. Several seeds
train at once under ``vmap``; prints the bound on test images, and how well the nearest
code of a training image predicts the digit, before and after training.
"""

from __future__ import annotations

from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState
from sklearn.datasets import load_digits

from infojax import bounds

CODE, HIDDEN, BATCH, TRAIN = 16, 256, 128, 1297


class Halves(nn.Module):
    """An encoder of each half, 32 pixels to a code; scores are inner products."""

    @nn.compact
    def __call__(self, left, right):
        def encode(half):
            return nn.Dense(CODE)(nn.relu(nn.Dense(HIDDEN)(half)))

        codes, others = encode(left), encode(right)
        return codes @ others.T / CODE**0.5, codes


class Result(NamedTuple):
    """Per seed: information of the codes in nats, digits told before and after."""

    information: jax.Array
    before: jax.Array
    after: jax.Array


def load(seed: int = 0):
    """Left halves, right halves ``[1797, 32]`` in [-1, 1] and digits, shuffled."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    images = digits.images[order] / 8 - 1
    halves = (images[:, :, :4], images[:, :, 4:])
    left, right = (jnp.asarray(h.reshape(-1, 32), jnp.float32) for h in halves)
    return left, right, jnp.asarray(digits.target[order], jnp.int32)


def told(codes, digits):
    """Share of test digits that the most alike training code gets right."""
    codes = codes / jnp.linalg.norm(codes, axis=1, keepdims=True)
    nearest = jnp.argmax(codes[TRAIN:] @ codes[:TRAIN].T, axis=1)
    return jnp.mean((digits[nearest] == digits[TRAIN:]).astype(jnp.float32))


def train(key, steps: int) -> Result:
    """Both encoders from one key, in one ``scan``."""
    left, right, digits = load()
    network = Halves()
    state = TrainState.create(
        apply_fn=network.apply,
        params=network.init(key, left[:2], right[:2])["params"],
        tx=optax.adam(1e-3),
    )

    def step(state, key):
        rows = jax.random.choice(key, TRAIN, (BATCH,), replace=False)

        def loss(params):
            scores, _ = state.apply_fn({"params": params}, left[rows], right[rows])
            # Its value is the estimate, its gradient that of the objective.
            return -bounds.jensen_shannon(scores)

        return state.apply_gradients(grads=jax.grad(loss)(state.params)), None

    trained, _ = jax.lax.scan(step, state, jax.random.split(key, steps))

    def codes(state):
        return network.apply({"params": state.params}, left, right)[1]

    variables = {"params": trained.params}
    scores, _ = network.apply(variables, left[TRAIN:], right[TRAIN:])
    information = bounds.jensen_shannon(scores)
    return Result(information, told(codes(state), digits), told(codes(trained), digits))


def main(fast: bool = False) -> Result:
    """Train from every seed, and print what came of it."""
    steps, seeds = (5, 2) if fast else (300, 4)
    keys = jax.random.split(jax.random.key(0), seeds)
    result = jax.jit(jax.vmap(lambda key: train(key, steps)))(keys)

    def spread(values, scale=1.0):
        values = scale * np.asarray(values)
        return f"{values.mean():.2f} ± {values.std(ddof=1):.2f}"

    print(f"codes of both halves share at least {spread(result.information)} nats")
    print(f"digits told by untrained codes {spread(result.before, 100)} %")
    print(f"digits told by trained codes   {spread(result.after, 100)} %")
    return result


if __name__ == "__main__":
    main()

"""Variational information bottleneck on digit images, with Flax Linen and TrainState.

The code is drawn inside the module from Linen's own stream of random numbers. Several
seeds train at once under ``vmap``; prints test error and rate as mean and spread.
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

from infojax import losses

CODE, HIDDEN, BATCH, TRAIN = 32, 256, 100, 1297


class Network(nn.Module):
    """64 pixels, two hidden layers, a Gaussian code and 10 logits."""

    noisy: bool = True

    @nn.compact
    def __call__(self, images):
        hidden = nn.relu(nn.Dense(HIDDEN)(nn.relu(nn.Dense(HIDDEN)(images))))
        mean, raw = jnp.split(nn.Dense(2 * CODE)(hidden), 2, axis=-1)
        scale = nn.softplus(raw - 5)
        code = mean
        if self.noisy:
            code = losses.reparameterize(self.make_rng("code"), mean, scale)
        return nn.Dense(10)(code), mean, scale


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


def train(key, epochs: int, beta: float, noisy: bool) -> Result:
    """One network from one key: every step of every epoch inside one ``scan``."""
    (images, labels), (test_images, test_labels) = load()
    network = Network(noisy)
    state = TrainState.create(
        apply_fn=network.apply,
        params=network.init({"params": key, "code": key}, images[:1])["params"],
        tx=optax.adam(optax.cosine_decay_schedule(1e-3, epochs * (TRAIN // BATCH))),
    )

    def step(state, inputs):
        key, rows = inputs

        def loss(params):
            logits, mean, scale = state.apply_fn(
                {"params": params}, images[rows], rngs={"code": key}
            )
            terms = losses.vib_terms(logits, labels[rows], mean, scale)
            return terms.prediction + beta * terms.rate

        return state.apply_gradients(grads=jax.grad(loss)(state.params)), None

    def epoch(state, key):
        order = jax.random.permutation(key, TRAIN)[: TRAIN // BATCH * BATCH]
        rows = order.reshape(-1, BATCH)
        return jax.lax.scan(step, state, (jax.random.split(key, len(rows)), rows))

    state, _ = jax.lax.scan(epoch, state, jax.random.split(key, epochs))

    def predict(key):
        variables = {"params": state.params}
        logits, mean, scale = network.apply(variables, test_images, rngs={"code": key})
        return jax.nn.softmax(logits), losses.gaussian_rate(mean, scale)

    draws, rates = jax.vmap(predict)(jax.random.split(key, 12))
    error = jnp.mean((draws.mean(0).argmax(-1) != test_labels).astype(jnp.float32))
    return Result(error, rates[0])


def main(fast: bool = False) -> dict[str, Result]:
    """Train both objectives from every seed, and print what came of it."""
    epochs, seeds = (2, 2) if fast else (120, 4)
    keys = jax.random.split(jax.random.key(0), seeds)
    results = {}
    for name, beta, noisy in (("deterministic", 0.0, False), ("VIB", 1e-3, True)):
        run = jax.vmap(lambda key, b=beta, noisy=noisy: train(key, epochs, b, noisy))
        results[name] = jax.jit(run)(keys)
        error = 100 * np.asarray(results[name].error)
        line = f"{name:13} test error {error.mean():.2f} % ± {error.std(ddof=1):.2f}"
        if noisy:
            line += f", rate {np.mean(results[name].rate):.1f} nats"
        print(f"{line} ({seeds} seeds)")
    return results


if __name__ == "__main__":
    main()

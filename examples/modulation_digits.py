"""Two modalities of one image compete: adaptive gradient modulation on digits.

Modality A is the left half of a digit, B the right half under noise. Two networks add
their logits (late fusion); joint training, modulated at several strengths, is compared
with a network of each modality alone. Reports test accuracies of the sum and of each
response, and the competition strength: how much of what a modality says when it is
trained alone a linear map of the fused features misses. Means and standard errors over
seeds, each with its own split and noise.
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

from infojax import fit, losses

HIDDEN, BATCH, NOISE = 64, 64, 0.5
TRAIN, PROBE = 1000, 400  # the other 397 images test
MODALITY = {"a": 0, "b": 1}


class Half(nnx.Module):
    """32 pixels, one hidden layer, 10 logits."""

    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Linear(32, HIDDEN, rngs=rngs)
        self.last = nnx.Linear(HIDDEN, 10, rngs=rngs)

    def features(self, pixels):
        return nnx.relu(self.first(pixels))

    def __call__(self, pixels):
        return self.last(self.features(pixels))


class Outputs(NamedTuple):
    """Of a trained pair: responses ``[2, n, 10]``, hidden layers side by side, labels.

    A modality that was not trained gives zeros.
    """

    responses: jax.Array
    features: jax.Array
    labels: jax.Array


class Result(NamedTuple):
    """Per seed: accuracies, fractions; competition strengths, 0 kept and 1 lost."""

    accuracy: jax.Array
    accuracy_a: jax.Array
    accuracy_b: jax.Array
    strength_a: jax.Array
    strength_b: jax.Array


def load(key):
    """Halves ``{"a", "b"}`` and labels of training, probe and test images."""
    digits = load_digits()
    split, noise = jax.random.split(key)
    order = jax.random.permutation(split, len(digits.target))
    images = jnp.asarray(digits.images / 8 - 1, jnp.float32)[order]
    labels = jnp.asarray(digits.target, jnp.int32)[order]
    left, right = (half.reshape(len(labels), 32) for half in jnp.split(images, 2, 2))
    halves = {"a": left, "b": right + NOISE * jax.random.normal(noise, right.shape)}
    cuts = [TRAIN, TRAIN + PROBE]
    parts = zip(*(jnp.split(x, cuts) for x in (*halves.values(), labels)), strict=True)
    return [({"a": a, "b": b}, y) for a, b, y in parts]


def train(key, alpha, present, *, steps: int) -> tuple[Outputs, Outputs]:
    """One split and one pair of networks from one key; outputs on probe and test.

    ``present`` is 1 or 0 for each modality; an ``alpha`` of 0 is joint training.
    """
    (halves, labels), *others = load(key)
    first, second, batches = jax.random.split(jax.random.fold_in(key, 1), 3)
    graph, a = nnx.split(Half(nnx.Rngs(first)))
    _, b = nnx.split(Half(nnx.Rngs(second)))
    optimizer = optax.chain(
        fit.adaptive_gradient_modulation(MODALITY, alpha=alpha),
        optax.sgd(optax.cosine_decay_schedule(0.02, steps), momentum=0.9),
    )

    def apply(parameters, halves):
        phi, hidden = [], []
        for m, index in MODALITY.items():
            network = nnx.merge(graph, parameters[m])
            phi.append(present[index] * network(halves[m]))
            hidden.append(present[index] * network.features(halves[m]))
        return jnp.stack(phi), jnp.concatenate(hidden, axis=1)

    def loss(parameters, halves, labels):
        phi, _ = apply(parameters, halves)
        cross = optax.softmax_cross_entropy_with_integer_labels(phi.sum(0), labels)
        return cross.mean(), losses.modality_scores(phi, labels)

    def step(state, key):
        parameters, moments = state
        rows = jax.random.choice(key, TRAIN, (BATCH,), replace=False)
        batch = {m: x[rows] for m, x in halves.items()}, labels[rows]
        slopes, scores = jax.grad(loss, has_aux=True)(parameters, *batch)
        updates, moments = optimizer.update(slopes, moments, scores=scores)
        return (optax.apply_updates(parameters, updates), moments), None

    parameters = {"a": a, "b": b}
    state = parameters, optimizer.init(parameters)
    (parameters, _), _ = jax.lax.scan(step, state, jax.random.split(batches, steps))
    probe, test = (Outputs(*apply(parameters, x), y) for x, y in others)
    return probe, test


def judge(fused, alone_a, alone_b) -> Result:
    """Accuracies of a trained pair, and what it lost of each modality's own concept."""
    probe, test = fused

    def accuracy(logits):
        return jnp.mean((logits.argmax(-1) == test.labels).astype(jnp.float32))

    def strength(alone, modality: int):
        concepts = [outputs.responses[modality] for outputs in alone]
        return losses.competition_strength(
            probe.features, concepts[0], test.features, concepts[1]
        )

    return Result(
        accuracy(test.responses.sum(0)),
        *map(accuracy, test.responses),
        strength(alone_a, 0),
        strength(alone_b, 1),
    )


def main(fast: bool = False) -> dict[str, Result]:
    """Train each modality alone, both jointly, and both modulated."""
    steps, seeds = (5, 2) if fast else (1500, 10)
    keys = jax.random.split(jax.random.key(0), seeds)
    run = jax.jit(jax.vmap(partial(train, steps=steps), in_axes=(0, None, None)))
    compare = jax.jit(jax.vmap(judge))
    a, b = (run(keys, 0.0, present) for present in jnp.eye(2))
    trained = {"A alone": a, "B alone": b, "joint": run(keys, 0.0, jnp.ones(2))}
    for alpha in (0.5, 1.0, 2.0):
        trained[f"AGM, alpha {alpha:g}"] = run(keys, alpha, jnp.ones(2))
    results, rows = {}, []
    for name, outputs in trained.items():
        result = results[name] = compare(outputs, a, b)
        row = measured(accuracy=100 * result.accuracy)
        mean, error = row["accuracy"], row["accuracy_error"]
        text = f"{name:14} accuracy {mean:.2f} ± {error:.2f} %"
        if "alone" not in name:
            row |= measured(
                accuracy_a=100 * result.accuracy_a,
                accuracy_b=100 * result.accuracy_b,
                strength_a=result.strength_a,
                strength_b=result.strength_b,
            )
            for quantity, digits in (("accuracy", 2), ("strength", 3)):
                for m in MODALITY:
                    mean, error = (row[f"{quantity}_{m}{e}"] for e in ("", "_error"))
                    text += f", {quantity} {m.upper()} {mean:.{digits}f}"
                    text += f" ± {error:.{digits}f}"
        rows.append({"objective": name, **row})
        print(f"{text}  ({seeds} seeds)")
    if not fast:
        figure = points(
            rows,
            "objective",
            accuracy="test accuracy [%]",
            accuracy_b="of the response of B [%]",
            strength_a="competition strength, A",
            strength_b="competition strength, B",
        )
        write("modulation_digits", rows, figure)
    return results


if __name__ == "__main__":
    main()

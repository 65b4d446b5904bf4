"""Distil a digit classifier into a small one, by several objectives.

The teacher learns from every training label, the student from 15 % of them and, on all
training images, from the teacher's probabilities or its last hidden layer. Reports test
accuracy and the gain over no distillation, as mean and standard error over seeds.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import measured, points, write
from flax import nnx
from sklearn.datasets import load_digits

from infojax import critics, layers, losses

TEACHER, STUDENT, TRAIN, LABELLED = 256, 32, 1297, 195
BATCH, LABELLED_BATCH = 64, 39


class Classifier(nnx.Module):
    """64 pixels, two hidden layers of one width, 10 logits."""

    def __init__(self, width: int, rngs: nnx.Rngs):
        self.first = nnx.Linear(64, width, rngs=rngs)
        self.second = nnx.Linear(width, width, rngs=rngs)
        self.last = nnx.Linear(width, 10, rngs=rngs)

    def __call__(self, images):
        features = nnx.relu(self.second(nnx.relu(self.first(images))))
        return self.last(features), features


class Student(Classifier):
    """The small classifier, and the maps that compare its features with the teacher's.

    ``lift`` brings them to the teacher's width; ``critic`` and ``baseline`` score them.
    """

    def __init__(self, rngs: nnx.Rngs):
        super().__init__(STUDENT, rngs)
        self.lift = nnx.Linear(STUDENT, TEACHER, rngs=rngs)
        self.critic = critics.bilinear(STUDENT, TEACHER)(rngs)
        self.baseline = layers.MLP([TEACHER, 128, 1], rngs=rngs)


class Outputs(NamedTuple):
    """Logits and last hidden layer of some images."""

    logits: jax.Array
    features: jax.Array


class Result(NamedTuple):
    """Per seed: test accuracy, a fraction."""

    accuracy: jax.Array


def load(seed: int = 0):
    """Training and test images in [-1, 1] and labels, one fixed split."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    images = jnp.asarray(digits.data[order] / 8 - 1, jnp.float32)
    labels = jnp.asarray(digits.target[order], jnp.int32)
    return (images[:TRAIN], labels[:TRAIN]), (images[TRAIN:], labels[TRAIN:])


def soft_labels(network: Student, student: Outputs, teacher: Outputs):
    return losses.soft_label_loss(student.logits, teacher.logits, temperature=2.0)


def squared_error(network: Student, student: Outputs, teacher: Outputs):
    return losses.mse_loss(network.lift(student.features), teacher.features)


def cosine(network: Student, student: Outputs, teacher: Outputs):
    """Half of the PKD loss, which would need half the weight and train the same."""
    return losses.cosine_loss(network.lift(student.features), teacher.features)


def contrastive(network: Student, student: Outputs, teacher: Outputs):
    lifted = network.lift(student.features)
    return losses.crd_loss(lifted, teacher.features, dataset_size=TRAIN)


def mi_alpha(alpha: float):
    """Bilinear critic of layer-normalised features, scaled as in attention."""

    def loss(network: Student, student: Outputs, teacher: Outputs):
        return losses.mi_alpha_loss(
            jax.nn.standardize(student.features),
            jax.nn.standardize(teacher.features),
            lambda s, t: network.critic(s, t) / TEACHER**0.5,
            alpha=alpha,
            baseline=network.baseline,
        )

    return loss


# What is added to the cross-entropy, and its weight, chosen on another split.
OBJECTIVES = {
    "none": (None, 0.0),
    "soft labels": (soft_labels, 1.0),
    "squared error": (squared_error, 10.0),
    "cosine, PKD": (cosine, 10.0),
    "CRD": (contrastive, 0.01),
    "MI-alpha 0.1": (mi_alpha(0.1), 1.0),
    "MI-alpha 0.5": (mi_alpha(0.5), 1.0),
    "MI-alpha 0.9": (mi_alpha(0.9), 1.0),
}


def cross_entropy(logits, labels):
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def fit(key, network: nnx.Module, loss, steps: int) -> nnx.Module:
    """Minimise ``loss(key, network)`` in one ``scan``."""
    graph, parameters = nnx.split(network, nnx.Param)
    optimizer = optax.adam(optax.cosine_decay_schedule(1e-3, steps))

    def step(state, key):
        parameters, moments = state
        gradient = jax.grad(lambda p: loss(key, nnx.merge(graph, p)))(parameters)
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(parameters, updates), moments), None

    state = parameters, optimizer.init(parameters)
    (parameters, _), _ = jax.lax.scan(step, state, jax.random.split(key, steps))
    return nnx.merge(graph, parameters)


def accuracy(network: Classifier, images, labels):
    logits, _ = network(images)
    return jnp.mean((logits.argmax(-1) == labels).astype(jnp.float32))


def train_teacher(key, steps: int) -> tuple[Outputs, Result]:
    """What the teacher says about the training images, and how good it is."""
    (images, labels), test = load()

    def loss(key, network):
        rows = jax.random.choice(key, TRAIN, (BATCH,), replace=False)
        logits, _ = network(images[rows])
        return cross_entropy(logits, labels[rows])

    network = fit(key, Classifier(TEACHER, nnx.Rngs(key)), loss, steps)
    return Outputs(*network(images)), Result(accuracy(network, *test))


def train_student(key, teacher: Outputs, steps: int, objective, weight) -> Result:
    (images, labels), test = load()
    labelled = jax.random.choice(key, TRAIN, (LABELLED,), replace=False)

    def loss(key, network):
        first, second = jax.random.split(key)
        rows = jax.random.choice(first, labelled, (LABELLED_BATCH,), replace=False)
        total = cross_entropy(network(images[rows])[0], labels[rows])
        if objective is None:
            return total
        rows = jax.random.choice(second, TRAIN, (BATCH,), replace=False)
        seen = jax.tree.map(lambda values: values[rows], teacher)
        return total + weight * objective(
            network, Outputs(*network(images[rows])), seen
        )

    network = fit(key, Student(nnx.Rngs(key)), loss, steps)
    return Result(accuracy(network, *test))


def main(fast: bool = False) -> dict[str, Result]:
    """Train a teacher and every student from every seed, and print accuracies."""
    steps, seeds = (5, 2) if fast else (1000, 10)
    keys = jax.random.split(jax.random.key(0), seeds)
    teacher, result = jax.jit(jax.vmap(lambda key: train_teacher(key, steps)))(keys)
    results = {"teacher": result}
    for name, (objective, weight) in OBJECTIVES.items():

        def student(key, teacher, objective=objective, weight=weight):
            return train_student(key, teacher, steps, objective, weight)

        results[name] = jax.jit(jax.vmap(student))(keys, teacher)
    baseline = 100 * results["none"].accuracy
    rows = []
    for name, result in results.items():
        percent = 100 * result.accuracy
        row = measured(accuracy=percent, gain=percent - baseline)
        rows.append({"objective": name, **row})
        print(
            f"{name:13} test accuracy {row['accuracy']:.2f} % "
            f"± {row['accuracy_error']:.2f}, gain {row['gain']:+.2f} "
            f"± {row['gain_error']:.2f}  ({seeds} seeds)"
        )
    if not fast:
        panels = {"accuracy": "test accuracy [%]", "gain": "gain [% points]"}
        figure = points(rows, "objective", **panels)
        write("mi_alpha_distillation_digits", rows, figure)
    return results


if __name__ == "__main__":
    main()

"""Teachers fine-tuned to say more inside a class, and students of a few images.

A digit classifier is trained and then fine-tuned by ``losses.mcmi_loss`` at several
weights, its class centroids refreshed before each pass. A small classifier learns from
5 % or 10 % of the training images, from their labels and the teacher's probabilities at
temperature 1 or 4. Reports the conditional mutual information of the teacher on the
training images, and test accuracies, as mean and standard error over splits.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from _record import measured, points, write
from flax import nnx
from sklearn.datasets import load_digits

from infojax import layers, losses

TEACHER, STUDENT = [64, 256, 256, 10], [64, 32, 32, 10]
TRAIN, BATCH = 1297, 64
WEIGHTS = (0.0, 0.15, 0.25, 0.35, 0.5)
# The images a student has, and the temperature of what the teacher says about them.
STUDENTS = {
    f"{share} %, T = {temperature:g}": (TRAIN * share // 100, temperature)
    for share in (5, 10)
    for temperature in (1.0, 4.0)
}


class Result(NamedTuple):
    """Per split: information in nats, accuracies as fractions, by kind of student."""

    information: jax.Array
    teacher: jax.Array
    students: dict[str, jax.Array]


def load(key):
    """Training and test images in [-1, 1] and labels, split at random."""
    digits = load_digits()
    order = jax.random.permutation(key, len(digits.target))
    images = jnp.asarray(digits.data / 8 - 1, jnp.float32)[order]
    labels = jnp.asarray(digits.target, jnp.int32)[order]
    return (images[:TRAIN], labels[:TRAIN]), (images[TRAIN:], labels[TRAIN:])


def cross_entropy(logits, labels):
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def accuracy(network, images, labels):
    return jnp.mean((network(images).argmax(-1) == labels).astype(jnp.float32))


def fit(key, network, images, labels, objective, rule, epochs: int):
    """Passes through the images in batches; ``objective`` knows a pass's centroids."""
    graph, parameters = nnx.split(network)
    steps = len(labels) // BATCH

    def epoch(state, key):
        logits = nnx.merge(graph, state[0])(images)
        centroids = losses.class_centroids(logits, labels)

        def step(state, rows):
            def loss(parameters):
                logits = nnx.merge(graph, parameters)(images[rows])
                return objective(logits, labels[rows], centroids)

            updates, moments = rule.update(jax.grad(loss)(state[0]), state[1])
            return (optax.apply_updates(state[0], updates), moments), None

        order = jax.random.permutation(key, len(labels))[: steps * BATCH]
        return jax.lax.scan(step, state, order.reshape(steps, BATCH))

    state = parameters, rule.init(parameters)
    (parameters, _), _ = jax.lax.scan(epoch, state, jax.random.split(key, epochs))
    return nnx.merge(graph, parameters)


def prediction(logits, labels, centroids):
    return cross_entropy(logits, labels)


def train_student(key, teacher, images, labels, temperature: float, steps: int):
    """A small network that learns from all the images it has at every step."""
    graph, parameters = nnx.split(layers.MLP(STUDENT, rngs=nnx.Rngs(key)))
    rule = optax.adam(optax.cosine_decay_schedule(5e-3, steps))
    said = teacher(images)

    def loss(parameters):
        logits = nnx.merge(graph, parameters)(images)
        soft = losses.soft_label_loss(logits, said, temperature=temperature)
        return cross_entropy(logits, labels) + soft

    def step(state, _):
        updates, moments = rule.update(jax.grad(loss)(state[0]), state[1])
        return (optax.apply_updates(state[0], updates), moments), None

    state = parameters, rule.init(parameters)
    (parameters, _), _ = jax.lax.scan(step, state, length=steps)
    return nnx.merge(graph, parameters)


def examine(key, teacher, data, test, steps: int) -> Result:
    """What a teacher says about the training images, and how its students do."""
    images, labels = data
    logits = teacher(images)
    centroids = losses.class_centroids(logits, labels)
    information = losses.mcmi_terms(logits, labels, centroids).information
    good = {}
    for name, (few, temperature) in STUDENTS.items():
        some = images[:few], labels[:few]
        student = train_student(key, teacher, *some, temperature, steps)
        good[name] = accuracy(student, *test)
    return Result(information, accuracy(teacher, *test), good)


def run(key, epochs: int, steps: int) -> dict[str, Result]:
    """One split: a teacher, what each weight makes of it, and the students of all."""
    data, test = load(key)
    first, second, third = jax.random.split(key, 3)
    teacher = layers.MLP(TEACHER, rngs=nnx.Rngs(key))
    teacher = fit(first, teacher, *data, prediction, optax.adam(1e-3), epochs)
    results = {"before": examine(third, teacher, data, test, steps)}
    schedule = optax.cosine_decay_schedule(0.05, epochs * (TRAIN // BATCH))
    rule = optax.sgd(schedule, momentum=0.9)
    for weight in WEIGHTS:

        def objective(logits, labels, centroids, weight=weight):
            return losses.mcmi_loss(logits, labels, centroids, weight=weight)

        tuned = fit(second, teacher, *data, objective, rule, epochs)
        results[f"weight {weight:g}"] = examine(third, tuned, data, test, steps)
    return results


def main(fast: bool = False) -> dict[str, Result]:
    """Train on every split, and print what came of every weight."""
    epochs, steps, seeds = (1, 2, 2) if fast else (20, 400, 16)
    keys = jax.random.split(jax.random.key(0), seeds)
    results = jax.jit(jax.vmap(lambda key: run(key, epochs, steps)))(keys)
    base, rows = results["weight 0"], []
    for name, result in results.items():
        row = measured(information=result.information, teacher=100 * result.teacher)
        print(
            f"{name:11} I(X; Y^ | Y) {row['information']:.4f} nats, teacher "
            f"{row['teacher']:.2f} % ± {row['teacher_error']:.2f}  ({seeds} splits)"
        )
        for student in STUDENTS:
            accuracies = 100 * result.students[student]
            gain = accuracies - 100 * base.students[student]
            found = measured(accuracy=accuracies, gain=gain)
            row |= {f"{student}: {key}": value for key, value in found.items()}
            print(
                f"  student of {student:11} {found['accuracy']:.2f} %, gain "
                f"{found['gain']:+.2f} ± {found['gain_error']:.2f}"
            )
        rows.append({"teacher_is": name, **row})
    if not fast:
        panels = {
            "information": "information inside a class [nats]",
            "teacher": "teacher's test accuracy [%]",
        }
        panels |= {f"{name}: accuracy": f"student, {name} [%]" for name in STUDENTS}
        write("mcmi_digits", rows, points(rows, "teacher_is", **panels))
    return results


if __name__ == "__main__":
    main()

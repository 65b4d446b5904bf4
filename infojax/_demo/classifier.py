"""A digits classifier trained with and without information in its objective."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from infojax import kernels, losses, mi
from infojax._demo.settings import Advance, Settings
from infojax._demo.table import Table
from infojax.types import Array, PRNGKey

__all__ = ["Curves", "summary", "train_all"]

TRAIN, BATCH, PROBE = 1000, 100, 256
CODE, CLASSES = 16, 10
LEARNING_RATE = 3e-3


class Curves(NamedTuple):
    """One row a seed, one column an epoch, all on test images; information in nats.

    ``code_label`` is the lower bound H(Y) - cross-entropy on I(Z; Y); ``input_code``
    and ``code_label_cs`` are Cauchy-Schwarz quantities of 256 images; ``rate`` is the
    upper bound on I(X; Z) of a Gaussian encoder, infinite for a deterministic one.
    """

    error: Array
    code_label: Array
    code_label_cs: Array
    input_code: Array
    rate: Array


class Batch(NamedTuple):
    """Rows of images, labels, and the teacher's codes of the same images."""

    images: Array
    labels: Array
    teacher: Array


class Encoding(NamedTuple):
    """Mean and scale of the code of each image."""

    mean: Array
    scale: Array


class Classifier(nnx.Module):
    """64 pixels, one hidden layer, a code of 16 numbers, 10 logits.

    ``project`` is the trainable half of a bilinear critic, for objectives with one.
    """

    def __init__(self, rngs: nnx.Rngs, *, hidden: int, noisy: bool, partner: int):
        self.noisy = noisy
        self.hidden = nnx.Linear(64, hidden, rngs=rngs)
        self.code = nnx.Linear(hidden, 2 * CODE if noisy else CODE, rngs=rngs)
        self.decode = nnx.Linear(CODE, CLASSES, rngs=rngs)
        self.project = nnx.Linear(CODE, partner, rngs=rngs)

    def encode(self, images: Array) -> Encoding:
        code = self.code(nnx.relu(self.hidden(images)))
        if not self.noisy:
            return Encoding(code, jnp.zeros_like(code))
        # The shift starts the noise small, so that the first epochs can learn.
        return Encoding(code[:, :CODE], nnx.softplus(code[:, CODE:] - 2))

    def critic(self, codes: Array, partners: Array) -> Array:
        return self.project(codes) @ partners.T


Objective = Callable[[Classifier, PRNGKey, Batch], Array]


class Recipe(NamedTuple):
    """How one network is trained."""

    objective: Objective
    hidden: int = 64
    noisy: bool = False
    partner: int = CLASSES


def cross_entropy(model: Classifier, key: PRNGKey, batch: Batch) -> Array:
    logits = model.decode(model.encode(batch.images).mean)
    return _cross_entropy(logits, batch.labels)


def variational_bottleneck(model: Classifier, key: PRNGKey, batch: Batch) -> Array:
    mean, scale = model.encode(batch.images)
    logits = model.decode(losses.reparameterize(key, mean, scale))
    return losses.vib_loss(logits, batch.labels, mean, scale, beta=1e-3)


def cs_bottleneck(model: Classifier, key: PRNGKey, batch: Batch) -> Array:
    codes = model.encode(batch.images).mean
    targets = jax.nn.one_hot(batch.labels, CLASSES, dtype=codes.dtype)
    terms = losses.cs_bottleneck_terms(
        jax.nn.softmax(model.decode(codes)),
        targets,
        codes,
        batch.images,
        kernel_x=kernels.gaussian(2.0),
        kernel_z=kernels.gaussian(4.0),
    )
    # Published for regression; for classes the cross-entropy steadies the prediction.
    return cross_entropy(model, key, batch) + terms.prediction + 0.1 * terms.rate


def wasserstein_dependency(model: Classifier, key: PRNGKey, batch: Batch) -> Array:
    codes = model.encode(batch.images).mean
    labels = jax.nn.one_hot(batch.labels, CLASSES, dtype=codes.dtype)
    dependency = losses.wasserstein_dependency_loss(
        key, codes, labels, model.critic, penalty_weight=1.0
    )
    return cross_entropy(model, key, batch) + 0.1 * dependency


def distillation(model: Classifier, key: PRNGKey, batch: Batch) -> Array:
    codes = model.encode(batch.images).mean
    information = losses.mi_alpha_loss(
        _unit(codes), _unit(batch.teacher), model.critic, alpha=0.9
    )
    return cross_entropy(model, key, batch) + 0.3 * information


RECIPES = {
    "cross-entropy": Recipe(cross_entropy),
    "+ variational bottleneck": Recipe(variational_bottleneck, noisy=True),
    "+ Cauchy-Schwarz bottleneck": Recipe(cs_bottleneck),
    "+ Wasserstein dependency": Recipe(wasserstein_dependency),
    "small: cross-entropy": Recipe(cross_entropy, hidden=8),
    "small: + MI-alpha": Recipe(distillation, hidden=8, partner=CODE),
}


def train_all(key: PRNGKey, settings: Settings, advance: Advance) -> dict[str, Curves]:
    """Train every recipe from the same seeds; the first network is the teacher."""
    from sklearn.datasets import load_digits

    digits: Any = load_digits()
    order = np.asarray(jax.random.permutation(key, len(digits.target)))
    images = jnp.asarray(digits.data[order] / 16, jnp.float32)
    labels = jnp.asarray(digits.target[order], jnp.int32)
    keys = jax.random.split(key, settings.seeds)
    teacher = jnp.zeros((settings.seeds, len(labels), CODE), jnp.float32)
    curves = {}
    for name, recipe in RECIPES.items():
        advance(f"Training: {name}")

        def one(key: PRNGKey, teacher: Array, recipe: Recipe = recipe):
            data = Batch(images, labels, teacher)
            return _train(recipe, settings.epochs, key, data)

        curves[name], codes = jax.block_until_ready(
            jax.jit(jax.vmap(one))(keys, teacher)
        )
        if name == "cross-entropy":
            teacher = codes
    return curves


def _train(
    recipe: Recipe, epochs: int, key: PRNGKey, data: Batch
) -> tuple[Curves, Array]:
    """All epochs of one network in one scan: its curves, and its codes at the end."""
    train: Batch = jax.tree.map(lambda array: array[:TRAIN], data)
    test: Batch = jax.tree.map(lambda array: array[TRAIN:], data)
    rngs = nnx.Rngs(jax.random.fold_in(key, 0))
    options = {"hidden": recipe.hidden, "noisy": recipe.noisy}
    model = Classifier(rngs, **options, partner=recipe.partner)
    graph, parameters = nnx.split(model, nnx.Param)
    optimizer = optax.adam(LEARNING_RATE)

    def step(state, inputs):
        parameters, moments = state
        key, rows = inputs
        batch = jax.tree.map(lambda array: array[rows], train)

        def loss(parameters):
            return recipe.objective(nnx.merge(graph, parameters), key, batch)

        updates, moments = optimizer.update(jax.grad(loss)(parameters), moments)
        return (optax.apply_updates(parameters, updates), moments), None

    def epoch(state, key):
        order = jax.random.permutation(key, TRAIN).reshape(-1, BATCH)
        keys = jax.random.split(key, len(order))
        state, _ = jax.lax.scan(step, state, (keys, order))
        return state, _measure(nnx.merge(graph, state[0]), key, test)

    state = parameters, optimizer.init(parameters)
    keys = jax.random.split(jax.random.fold_in(key, 1), epochs)
    (parameters, _), curves = jax.lax.scan(epoch, state, keys)
    return curves, nnx.merge(graph, parameters).encode(data.images).mean


def _measure(model: Classifier, key: PRNGKey, test: Batch) -> Curves:
    mean, scale = model.encode(test.images)
    logits = model.decode(mean)
    codes = losses.reparameterize(key, mean, scale)[:PROBE]
    codes = (codes - codes.mean(0)) / (codes.std(0) + 1e-6)
    labels = jax.nn.one_hot(test.labels[:PROBE], CLASSES, dtype=codes.dtype)
    kernel_z = kernels.gaussian(CODE**0.5)
    drawn = model.decode(losses.reparameterize(key, mean, scale))
    return Curves(
        error=jnp.mean((logits.argmax(1) != test.labels).astype(jnp.float32)),
        code_label=_entropy(test.labels) - _cross_entropy(drawn, test.labels),
        code_label_cs=mi.cs_qmi(
            codes, labels, kernel_x=kernel_z, kernel_y=kernels.gaussian(0.5)
        ),
        input_code=mi.cs_qmi(
            test.images[:PROBE],
            codes,
            kernel_x=kernels.gaussian(2.0),
            kernel_y=kernel_z,
        ),
        rate=losses.gaussian_rate(mean, scale)
        if model.noisy
        else jnp.asarray(jnp.inf, mean.dtype),
    )


def _cross_entropy(logits: Array, labels: Array) -> Array:
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def _entropy(labels: Array) -> Array:
    share = jnp.mean(jax.nn.one_hot(labels, CLASSES, dtype=jnp.float32), axis=0)
    return -jnp.sum(share * jnp.log(share))


def _unit(x: Array) -> Array:
    return x / jnp.sqrt(jnp.sum(x**2, axis=1, keepdims=True) + 1e-6)


def summary(curves: dict[str, Curves]) -> Table:
    def cells(name: str, curve: Curves) -> tuple[str, ...]:
        last = [np.asarray(values)[:, -1] for values in curve]
        error, bound, label_cs, input_cs, rate = last
        return (
            name,
            f"{100 * error.mean():.1f} ± {100 * error.std():.1f}",
            f"{bound.mean():.2f}",
            f"{label_cs.mean():.3f}",
            f"{input_cs.mean():.3f}",
            f"{rate.mean():.1f}" if math.isfinite(rate.mean()) else "",
        )

    return Table(
        "Digits, last epoch, test images, mean over seeds; information in nats",
        ("objective", "error [%]", "I(Z;Y)>", "CS(Z;Y)", "CS(X;Z)", "I(X;Z)<"),
        [cells(name, curve) for name, curve in curves.items()],
    )

"""Rows of leakage: audits, limits of attacks, and losses of attack and defence."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from contracts.row import PAIRED, Case, N, gram, paired
from infojax import dependence, leakage

KEY = jax.random.key(0)


def between(low: float, high: float, count: int = 1):
    return lambda rng: tuple(rng.uniform(low, high, 5) for _ in range(count))


def elementwise(name: str, call, inputs, *arguments: str) -> Case:
    smooth = tuple(range(len(arguments)))
    return Case(
        f"leakage.{name}",
        call,
        inputs,
        smooth=smooth,
        bad=("integer",),
        arguments=arguments,
    )


def law(rng):
    """Rows and columns whose order no small step changes."""
    mass = 0.2 + rng.random((3, 4)) + 2 * np.arange(3)[:, None]
    mass[[0, 1], [1, 2]] += 9
    return (mass / mass.sum(),)


def codes(rng):
    return rng.integers(0, 2, N), rng.integers(0, 3, N), 0.5 + rng.random(N)


def encoder(rng):
    mean, scale = rng.normal(size=(N, 2)), 0.5 + rng.random((N, 2))
    labels = np.array([0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 5])
    return mean + scale * rng.normal(size=(N, 2)), mean, scale, labels


def attack(rng):
    labels = rng.integers(0, 4, N)
    return 2 * rng.normal(size=(N, 4)), labels, rng.normal(size=(N, 3))


def answers(name: str) -> Case:
    return Case(
        f"leakage.{name}",
        getattr(leakage, name),
        lambda rng: attack(rng)[:2],
        smooth=(0,),
        masks={"where": (0, 1)},
        joint=((0, 1),),
        bad=("integer", "empty", "labels", "mismatch", "mask"),
        arguments=("logits", "labels"),
    )


def inversion(kind: str) -> Case:
    call = getattr(leakage, f"inversion_{kind}")
    return Case(
        f"leakage.inversion_{kind}",
        lambda logits, labels, features, **options: call(
            logits, labels, features, features[0] * 0 + 1, **options
        ),
        attack,
        smooth=(0, 2),
        masks={"where": (0, 1, 2)},
        joint=((0, 1, 2),),
        bad=("integer", "empty", "labels", "mismatch", "mask"),
        arguments=("logits", "labels", "features"),
    )


def game(rng):
    logits, labels, _ = attack(rng)
    return rng.normal(size=N), logits, labels, rng.normal(size=N - 3)


def bilateral(kind: str) -> Case:
    call = getattr(leakage, f"bilateral_{kind}")
    return Case(
        f"leakage.bilateral_{kind}",
        lambda first, second, x, y, **options: call(
            (first, second), x, y, measure=dependence.normalized_hsic, **options
        ),
        lambda rng: tuple(rng.normal(size=(N, d)) for d in (2, 3, 2, 2)),
        smooth=(0, 1, 2, 3),
        masks={"where": (0, 1, 2, 3)},
        joint=((0, 1, 2, 3),),
        bad=PAIRED,
        arguments=("codes[0]", "codes[1]", "inputs", "targets"),
    )


def images(rng):
    x, labels = 0.1 + 0.8 * rng.random((6, 2, 2, 2)), np.arange(6) % 3
    return x, labels, 0.01 * rng.normal(size=x.shape), 1.0 * (rng.random(x.shape) < 0.7)


WEIGHT = np.random.default_rng(0).normal(size=(8, 3))


def predict(weight, x):
    return x.reshape(len(x), 8) @ jnp.asarray(weight, x.dtype)


def noise(x, labels, start, mask):
    def loss(x, labels):
        logs = jax.nn.log_softmax(predict(WEIGHT, x))
        return -jnp.sum(jnp.where(labels[:, None] == jnp.arange(3), logs, 0), axis=1)

    return leakage.error_minimising_noise(loss, x, labels, start, mask, steps=2)


def protected(x, labels):
    def train(key, weight, x, labels):
        del key

        def loss(weight):
            return leakage.cross_entropy_loss(predict(weight, x), labels)

        return weight - jax.grad(loss)(weight)

    return leakage.protect(
        KEY,
        jnp.asarray(WEIGHT, jnp.float32),
        x,
        labels,
        train=train,
        predict=predict,
        ratio=0.5,
        steps=2,
        tolerance=0.0,
        max_rounds=2,
    )


ROWS = [
    elementwise(
        "fano_error",
        lambda h: leakage.fano_error(h, classes=6),
        between(0.3, 1.5),
        "conditional_entropy",
    ),
    elementwise(
        "weak_fano_error",
        lambda h: leakage.weak_fano_error(h, classes=6),
        between(0.9, 1.5),
        "conditional_entropy",
    ),
    elementwise(
        "bayes_error_upper",
        leakage.bayes_error_upper,
        between(0.8, 1.5),
        "conditional_entropy",
    ),
    elementwise(
        "accuracy_ceiling",
        lambda told, whole: leakage.accuracy_ceiling(told, 1 + whole, classes=6),
        between(0.1, 0.6, 2),
        "information",
        "entropy",
    ),
    elementwise("non_saturating", leakage.non_saturating, between(-1.0, 1.0), "scores"),
    Case(
        "leakage.audit",
        leakage.audit,
        law,
        smooth=(0,),
        bad=("vector", "empty"),
        arguments=("pso",),
    ),
    Case(
        "leakage.plugin",
        lambda s, o, w, **options: leakage.plugin(
            s, o, shape=(2, 3), weights=w, **options
        ),
        codes,
        smooth=(2,),
        masks={"where": (0, 1, 2)},
        joint=((0, 1, 2),),
        bad=("empty", "mismatch", "mask"),
        arguments=("s", "o", "weights"),
    ),
    Case(
        "leakage.conditional_leave_one_out",
        leakage.conditional_leave_one_out,
        encoder,
        smooth=(0, 1, 2),
        masks={"where": (0, 1, 2, 3)},
        joint=((0, 1, 2, 3),),
        plan=True,
        bad=(*PAIRED, "width"),
        arguments=("codes", "mean", "scale", "labels"),
    ),
    *map(
        answers,
        (
            "cross_entropy_loss",
            "logit_loss",
            "max_margin_loss",
            "usable_information",
        ),
    ),
    *map(inversion, ("terms", "loss")),
    Case(
        "leakage.transfer_discriminator_loss",
        leakage.transfer_discriminator_loss,
        game,
        smooth=(0, 1, 3),
        masks={"where": (0, 1, 2), "where_real": (3,)},
        joint=((0, 1, 2), (3,)),
        bad=("integer", "rank", "empty", "mask"),
        arguments=("fake", "class_logits", "labels", "real"),
    ),
    Case(
        "leakage.transfer_generator_loss",
        leakage.transfer_generator_loss,
        lambda rng: game(rng)[:3],
        smooth=(0, 1),
        masks={"where": (0, 1, 2)},
        joint=((0, 1, 2),),
        bad=("integer", "rank", "empty", "mismatch", "mask"),
        arguments=("fake", "class_logits", "labels"),
    ),
    paired("leakage.coco", leakage.coco, smooth=(0, 1), symmetric=True),
    *map(bilateral, ("terms", "penalty")),
    gram("leakage.scaled_gaussian", leakage.scaled_gaussian(1.5)),
    Case(
        "leakage.pixel_mask",
        lambda gradients: leakage.pixel_mask(gradients, ratio=0.4),
        lambda rng: (rng.normal(size=(6, 3, 2, 2)),),
        bad=("integer", "rank", "empty"),
        arguments=("gradients",),
    ),
    Case(
        "leakage.error_minimising_noise",
        noise,
        images,
        bad=("integer", "rank", "empty"),
        arguments=("images", "labels", "noise", "mask"),
    ),
    Case(
        "leakage.protect",
        protected,
        lambda rng: images(rng)[:2],
        bad=("integer", "rank", "empty", "labels", "mismatch"),
        arguments=("images", "labels"),
    ),
]

TYPES = {
    f"leakage.{name}"
    for name in (
        "Audit",
        "BilateralTerms",
        "InversionTerms",
        "Perturbation",
        "Protected",
    )
}

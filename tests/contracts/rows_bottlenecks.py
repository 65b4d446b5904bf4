"""Rows of bottlenecks and of what classifiers keep."""

from __future__ import annotations

from functools import partial

import jax.numpy as jnp
import numpy as np

from contracts.row import PAIRED, WHERE2, Case, N
from infojax import dependence, losses

CLASSES = 3
WHERE3 = {"where": (0, 1, 2)}
CLASSIFIER = ("logits", "labels", "log_centroids")
BAD = ("integer", "rank", "empty", "labels", "mismatch", "mask")


def classifier(rng):
    return rng.normal(size=(N, CLASSES)), rng.integers(0, CLASSES, N)


def with_centroids(rng):
    """Log-centroids are probabilities: rows that sum to one."""
    logits = rng.normal(size=(CLASSES, CLASSES))
    return *classifier(rng), logits


def of_classifier(name: str, call, **more) -> Case:
    defaults = {
        "smooth": (0,),
        "masks": WHERE2,
        "joint": ((0, 1),),
        "bad": BAD,
        "arguments": CLASSIFIER[:2],
    }
    return Case(f"losses.{name}", call, **({"inputs": classifier} | defaults | more))


def levels(rng):
    """Two levels: mean, scale, reconstruction and target of each."""
    return tuple(
        np.exp(array) if i == 1 else array
        for d, dt in ((2, 3), (1, 2))
        for i, array in enumerate(rng.normal(size=(N, w)) for w in (d, d, dt, dt))
    )


def stacked(name: str, call) -> Case:
    """Row of a loss of two levels of bottlenecks."""
    every = tuple(range(8))

    def of_levels(*arrays, **options):
        pair = arrays[:4], arrays[4:]
        return call([losses.BottleneckLevel(*four) for four in pair], **options)

    return Case(
        f"losses.{name}",
        of_levels,
        levels,
        smooth=every,
        masks={"where": every},
        joint=(every,),
        bad=PAIRED,
        arguments=tuple(
            f"levels[{k}].{field}"
            for k in (0, 1)
            for field in losses.BottleneckLevel._fields
        ),
    )


def survivors(rng):
    return rng.normal(size=(N, 4)), rng.integers(0, 4, N), rng.uniform(size=N) < 0.4


def ranked(rng):
    return rng.normal(size=N), rng.uniform(size=N), rng.uniform(size=N) < 0.7


def bags(rng):
    features, prototypes = rng.normal(size=(N, 5, 3)), rng.normal(size=(4, 3))
    return features, rng.integers(0, 4, N), prototypes


def best_two(call):
    return lambda x, index, p, **options: call(x, p, index, top_k=2, **options)


def conditional(x, y):
    """A smooth log-density, up to a constant."""
    return -jnp.sum((jnp.tanh(x[:, None, :2]) - y[None]) ** 2, axis=-1) / 2


def disentangled(name: str, call, **more) -> Case:
    """Row of a loss of two specific codes and a common one."""
    return Case(
        f"losses.{name}",
        lambda *codes, **options: call(*codes, conditional, conditional, **options),
        lambda rng: tuple(rng.normal(size=(3, N, 2))),
        masks=WHERE3,
        joint=((0, 1, 2),),
        plan=True,
        bad=PAIRED,
        arguments=("first", "second", "common"),
        **more,
    )


def three_sides(rng):
    """Codes and inputs, and targets that depend on them."""
    x = rng.normal(size=(N, 3))
    return np.tanh(x[:, :2]), x, x[:, :1] + 0.3 * rng.normal(size=(N, 1))


def hsic_bottleneck(kind: str, variant: str = "", **options) -> Case:
    call = getattr(losses, f"hsic_bottleneck_{kind}")
    return Case(
        f"losses.hsic_bottleneck_{kind}",
        lambda *sides, **masked: call(*sides, **options, **masked),
        three_sides,
        variant=variant,
        smooth=(0, 1, 2),
        masks=WHERE3,
        joint=((0, 1, 2),),
        bad=PAIRED,
        arguments=("codes", "inputs", "targets"),
    )


def read_out(rng):
    codes, inputs, _ = three_sides(rng)
    return *classifier(rng), codes, inputs


def renyi_bottleneck(kind: str, variant: str = "", **options) -> Case:
    call = getattr(losses, f"renyi_bottleneck_{kind}")
    return Case(
        f"losses.renyi_bottleneck_{kind}",
        lambda *arrays, **more: call(*arrays, **options, **more),
        read_out,
        variant=variant,
        smooth=(0, 2, 3),
        masks={"where": (0, 1, 2, 3)},
        joint=((0, 1, 2, 3),),
        plan=True,
        bad=("integer", "empty", "labels", "mismatch", "mask"),
        arguments=("logits", "labels", "codes", "inputs"),
    )


# At the default, small directions of float32 are worth more than the tolerance.
SMOOTH = partial(dependence.nocco, epsilon=1e-2)
GIVEN = {"inputs": with_centroids, "arguments": CLASSIFIER}

ROWS = [
    # Without rows every class is uniform, and an average stays where it was.
    of_classifier("class_centroids", losses.class_centroids, zero_when_empty=False),
    of_classifier(
        "centroid_average",
        lambda logits, labels, q, **o: losses.centroid_average(
            CLASSES, decay=0.9
        ).update(q, logits, labels, **o),
        smooth=(),
        zero_when_empty=False,
        **GIVEN,
    ),
    of_classifier("class_information", losses.class_information, **GIVEN),
    of_classifier("mcmi_terms", losses.mcmi_terms, **GIVEN),
    of_classifier("mcmi_loss", losses.mcmi_loss, **GIVEN),
    of_classifier("class_separation", losses.class_separation),
    of_classifier("normalized_cmi", losses.normalized_cmi),
    *(
        stacked(f"hierarchical_bottleneck_{kind}", call)
        for kind, call in (
            ("terms", losses.hierarchical_bottleneck_terms),
            ("loss", losses.hierarchical_bottleneck_loss),
        )
    ),
    *(
        Case(
            f"losses.survival_{kind}",
            call,
            survivors,
            smooth=(0,),
            masks=WHERE3,
            joint=((0, 1, 2),),
            bad=("integer", "rank", "empty", "mismatch", "mask"),
            arguments=("logits", "bins", "censored"),
        )
        for kind, call in (
            ("terms", losses.survival_terms),
            ("loss", losses.survival_loss),
        )
    ),
    Case(
        "losses.survival_risk",
        losses.survival_risk,
        lambda rng: (rng.normal(size=(N, 4)),),
        smooth=(0,),
        bad=("integer", "rank", "empty"),
        arguments=("logits",),
    ),
    Case(
        "losses.concordance_index",
        losses.concordance_index,
        ranked,
        masks=WHERE3,
        joint=((0, 1, 2),),
        plan=True,
        zero_when_empty=False,
        bad=("integer", "rank", "empty", "mismatch", "mask"),
        arguments=("risk", "time", "event"),
    ),
    *(
        Case(
            f"losses.prototype_{kind}",
            best_two(call),
            bags,
            smooth=(0, 2),
            masks=WHERE2,
            joint=((0, 1),),
            bad=("integer", "empty", "mask"),
            arguments=("features", "index", "prototypes"),
        )
        for kind, call in (
            ("terms", losses.prototype_terms),
            ("loss", losses.prototype_loss),
        )
    ),
    Case(
        "losses.expert_product",
        lambda means, scales, w: losses.expert_product(means, scales, log_weights=w),
        lambda rng: (
            rng.normal(size=(3, N, 2)),
            np.exp(rng.normal(size=(3, N, 2))),
            rng.normal(size=3),
        ),
        smooth=(0, 1, 2),
        joint=((0, 1, 2),),
        bad=("integer", "mismatch"),
        arguments=("means", "scales", "log_weights"),
    ),
    disentangled("disentangling_terms", losses.disentangling_terms, smooth=(0, 1, 2)),
    disentangled("disentangling_loss", losses.disentangling_loss, smooth=(0, 1, 2)),
    disentangled("disentangling_fit_loss", losses.disentangling_fit_loss),
    *(hsic_bottleneck(kind, measure=SMOOTH) for kind in ("terms", "loss")),
    hsic_bottleneck("terms", "CKA", measure=dependence.normalized_hsic),
    *(renyi_bottleneck(kind) for kind in ("terms", "loss")),
    renyi_bottleneck("terms", "order 1.01", alpha=1.01),
]

TYPES = {
    f"losses.{name}"
    for name in (
        "BottleneckLevel",
        "CentroidAverage",
        "ClassSeparation",
        "DisentanglingTerms",
        "ExpertProduct",
        "HSICBottleneckTerms",
        "HierarchicalTerms",
        "MCMITerms",
        "PrototypeTerms",
        "RenyiBottleneckTerms",
        "SurvivalTerms",
    )
} | {"layers.GaussianPrototypes"}

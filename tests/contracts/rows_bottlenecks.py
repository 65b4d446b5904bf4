"""Rows of bottlenecks and of what classifiers keep."""

from __future__ import annotations

from contracts.row import WHERE2, Case, N
from infojax import losses

CLASSES = 3
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
]

TYPES = {
    f"losses.{name}" for name in ("CentroidAverage", "ClassSeparation", "MCMITerms")
}

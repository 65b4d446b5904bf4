"""The four sections of the demonstration: what is computed, and how it is told."""

from __future__ import annotations

import jax

from infojax._demo import classifier, features, figures, selfcheck, timing
from infojax._demo.report import Section
from infojax._demo.settings import Advance, Settings
from infojax.types import PRNGKey

__all__ = ["compute", "steps"]


def steps(settings: Settings) -> int:
    """How many times ``compute`` reports progress."""
    trained, timed = len(classifier.RECIPES), len(timing.ESTIMATORS)
    return 1 + trained + len(settings.tasks) + timed


def compute(key: PRNGKey, settings: Settings, advance: Advance) -> list[Section]:
    """All sections; ``advance`` hears what begins."""
    keys = jax.random.split(key, 4)
    return [
        _features(keys[0], settings, advance),
        _training(keys[1], settings, advance),
        _checks(keys[2], settings, advance),
        _timings(keys[3], settings, advance),
    ]


def _features(key: PRNGKey, settings: Settings, advance: Advance) -> Section:
    found = features.rank(key, settings, advance)
    sure = [f.name for f in found if f.p_value <= 0.05]
    text = (
        "Ten measurements of 442 patients, and how far their diabetes had progressed a "
        "year later. Mutual information, by nearest neighbours "
        "(<code>mi.ksg</code>), sees dependence of any shape; correlation only lines. "
        f"Each p-value compares with {settings.permutations} shuffles of the target, "
        "all estimated in one <code>jax.vmap</code>. "
        f"{len(sure)} columns tell something at the 5 % level: {', '.join(sure)}. "
        "Recorded values are spread over their rounding interval first, which changes "
        "no information and removes ties. A value below zero is noise around zero."
    )
    title = "1. Which columns tell about the disease?"
    return Section(
        "features", title, text, figures.features(found), features.summary(found)
    )


def _training(key: PRNGKey, settings: Settings, advance: Advance) -> Section:
    curves = classifier.train_all(key, settings, advance)
    text = (
        "A small network (64 pixels, a code Z of 16 numbers, 10 classes) learns 1000 "
        "digit images by cross-entropy alone, and with each loss of "
        "<code>infojax.losses</code> added; a narrow student also learns from the "
        "first network by MI-alpha distillation. Curves are means over "
        f"{settings.seeds} seeds, trained together by <code>jax.vmap</code>; bands "
        "span the seeds. H(Y) minus the cross-entropy bounds I(Z; Y) from below, and "
        "log 10 is all there is to know. The Cauchy-Schwarz quantity compares what the "
        "codes keep of the images, for deterministic codes too; it is not Shannon's. "
        "I(X; Z) &lt; in the table is the variational upper bound, which only a noisy "
        "code has. With a few hundred test images, differences of one standard "
        "deviation (after the ±) are no differences."
    )
    title = "2. What does a network keep while it learns?"
    return Section(
        "training", title, text, figures.training(curves), classifier.summary(curves)
    )


def _checks(key: PRNGKey, settings: Settings, advance: Advance) -> Section:
    found = selfcheck.check(key, settings, advance)
    text = (
        f"Laws with known mutual information, {settings.samples} samples each. "
        "<code>mi.ksg</code> assumes nothing but a density, and fails slowly as "
        "dimension and information grow; <code>mi.gaussian</code> is exact for normal "
        "laws; <code>mi.gaussian_copula</code> for those and any rescaling of single "
        "columns. Where an assumption is broken (Student tails, the spiral) they miss, "
        "and the table says by how much."
    )
    title = "3. Can the numbers be trusted?"
    return Section(
        "checks", title, text, figures.checks(found), selfcheck.summary(found)
    )


def _timings(key: PRNGKey, settings: Settings, advance: Advance) -> Section:
    found = timing.measure(key, settings, advance)
    text = (
        "Median time of one call. Compilation happens once for each shape of the data; "
        "inside a training loop the estimator is compiled with everything else."
    )
    title = "4. How long does it take here?"
    return Section(
        "timings", title, text, figures.timings(found), timing.summary(found)
    )

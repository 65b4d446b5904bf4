"""Rows of losses."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from contracts.row import PAIRED, SAMPLES, WHERE2, Case, N, one, pair
from infojax import losses

CLASSES, WIDTH = 3, 2
STUDENT = ("student", "teacher")
WHERE3, WHERE4 = {"where": (0, 1, 2)}, {"where": (0, 1, 2, 3)}


def _product(x, y):
    return x @ y.T


def _log_normal(codes):
    return jnp.sum(jax.scipy.stats.norm.logpdf(codes), axis=-1)


def encoder(rng):
    return rng.normal(size=(N, WIDTH)), np.exp(0.5 * rng.normal(size=(N, WIDTH)))


def classifier(rng):
    logits = rng.normal(size=(N, CLASSES))
    return logits, rng.integers(0, CLASSES, N), *encoder(rng)


def class_encoder(rng):
    law = rng.normal(size=(CLASSES, WIDTH)), np.exp(rng.normal(size=(CLASSES, WIDTH)))
    return *classifier(rng), *law


def sampled_classifier(rng):
    """Logits with rows first, as the contracts mask and permute them."""
    logits, *rest = classifier(rng)
    return np.stack([logits, np.roll(logits, 1, axis=1)], axis=1), *rest


def _samples_first(logits, *rest, **options):
    return losses.vib_terms(jnp.swapaxes(logits, 0, 1), *rest, **options)


def bottleneck(name: str, call, inputs=classifier, *, width: int = 4, **more) -> Case:
    """Row of a classification bottleneck: logits, labels and a Gaussian encoder."""
    arguments = ("logits", "labels", "mean", "scale", "class_mean", "class_scale")
    defaults = {
        "smooth": (0, *range(2, width)),
        "masks": WHERE4,
        "joint": ((0, 1, 2, 3),),
        "arguments": arguments[:width],
    }
    return Case(name, call, inputs, **(defaults | more))


def distillation(name: str, call, **more) -> Case:
    """Row of a loss of student and teacher: the teacher is a constant."""
    defaults = {
        "smooth": (0,),
        "masks": WHERE2,
        "joint": ((0, 1),),
        "bad": (*PAIRED, "width"),
        "arguments": STUDENT,
    }
    return Case(name, call, pair(2, 2), **(defaults | more))


def bottleneck_rows(family: str, inputs=classifier, *, width: int = 4, **more):
    """The terms and the loss of one bottleneck."""
    terms, loss = (getattr(losses, f"{family}_{kind}") for kind in ("terms", "loss"))
    bad = ("integer", "empty", "labels", "mismatch", "mask")
    more = {"width": width, "bad": bad} | more
    yield bottleneck(f"losses.{family}_terms", terms, inputs, **more)
    yield bottleneck(
        f"losses.{family}_loss",
        lambda *a, **o: loss(*a, beta=0.3, **o),
        inputs,
        **more,
    )


def cauchy_schwarz(name: str, call) -> Case:
    return Case(
        name,
        call,
        lambda rng: tuple(rng.normal(size=(N, d)) for d in (1, 1, 2, 2)),
        smooth=(0, 1, 2, 3),
        masks=WHERE4,
        joint=((0, 1, 2, 3),),
        plan=True,
        bad=PAIRED,
        arguments=("predictions", "targets", "codes", "inputs"),
    )


def dependency(name: str, loss) -> Case:
    """A fixed key draws the same for the rows that a mask leaves as without it."""
    return Case(
        name,
        lambda x, y, **o: loss(jax.random.key(3), x, y, _product, **o),
        pair(2, 2),
        smooth=(0, 1),
        masks=WHERE2,
        plan=True,
        bad=PAIRED,
        arguments=("x", "y"),
    )


def schedule(name: str, **more) -> Case:
    make = getattr(losses, name)
    call = make(0.1, 0.9, anneal=2, **more)
    return Case(
        f"losses.{name}", call, lambda rng: (rng.uniform(0, 5, N),), smooth=(0,)
    )


ROWS = [
    *bottleneck_rows("vib"),
    bottleneck("losses.vib_terms", _samples_first, sampled_classifier, variant="draws"),
    *bottleneck_rows("ceb", class_encoder, width=6),
    *bottleneck_rows("nonlinear_ib", plan=True),
    Case(
        "losses.gaussian_rate",
        lambda m, s, a, w, **o: losses.gaussian_rate(
            m, s, prior_mean=a, prior_scale=w, **o
        ),
        lambda rng: (*encoder(rng), *encoder(rng)),
        smooth=(0, 1, 2, 3),
        masks=WHERE4,
        joint=((0, 1, 2, 3),),
        bad=(*SAMPLES, "mask"),
        arguments=("mean",),
    ),
    Case(
        "losses.sampled_rate",
        lambda z, m, s, **o: losses.sampled_rate(z, m, s, _log_normal, **o),
        lambda rng: (rng.normal(size=(N, WIDTH)), *encoder(rng)),
        smooth=(0, 1, 2),
        masks=WHERE3,
        joint=((0, 1, 2),),
        bad=PAIRED,
        arguments=("codes", "mean", "scale"),
    ),
    *(
        Case(
            f"losses.pairwise_rate_{side}",
            getattr(losses, f"pairwise_rate_{side}"),
            encoder,
            smooth=(0, 1),
            masks=WHERE2,
            joint=((0, 1),),
            plan=True,
            bad=PAIRED,
            arguments=("mean", "scale"),
        )
        for side in ("lower", "upper")
    ),
    Case(
        "losses.reparameterize",
        lambda m, s: losses.reparameterize(jax.random.key(0), m, s),
        encoder,
        smooth=(0, 1),
        bad=(*SAMPLES, "mismatch"),
        arguments=("mean", "scale"),
    ),
    *(
        Case(
            f"losses.{name}",
            getattr(losses, name)(0.5),
            one(),
            smooth=(0,),
            bad=("integer",),
            arguments=("rate",),
        )
        for name in ("power_penalty", "exponential_penalty")
    ),
    schedule("linear_beta", warmup=1),
    schedule("cosine_beta", warmup=1),
    schedule("cyclical_beta", period=6),
    cauchy_schwarz("losses.cs_bottleneck_terms", losses.cs_bottleneck_terms),
    cauchy_schwarz("losses.cs_bottleneck_loss", losses.cs_bottleneck_loss),
    dependency(
        "losses.wasserstein_dependency_terms", losses.wasserstein_dependency_terms
    ),
    dependency(
        "losses.wasserstein_dependency_loss", losses.wasserstein_dependency_loss
    ),
    Case(
        "losses.gradient_penalty",
        lambda x, y, e, **o: losses.gradient_penalty(
            x, y, _product, epsilon=e, partner=jnp.zeros(len(x), int), **o
        ),
        lambda rng: (*pair(2, 2)(rng), rng.uniform(size=N)),
        smooth=(0, 1, 2),
        masks=WHERE3,
        bad=PAIRED,
        arguments=("x", "y", "epsilon"),
    ),
    *(
        distillation(f"losses.{name}_loss", getattr(losses, f"{name}_loss"))
        for name in ("cosine", "l2", "mse", "pkd", "soft_label", "vid")
    ),
    distillation(
        "losses.crd_loss",
        lambda s, t, **o: losses.crd_loss(s, t, dataset_size=100, temperature=0.5, **o),
        plan=True,
    ),
    *(
        distillation(
            f"losses.mi_alpha_{kind}",
            lambda s, t, f=getattr(losses, f"mi_alpha_{kind}"), **o: f(
                s, t, _product, **o
            ),
            plan=True,
            bad=PAIRED,
        )
        for kind in ("terms", "loss")
    ),
    Case(
        "losses.emd_mapping",
        losses.emd_mapping,
        lambda rng: (rng.normal(size=(2, 3)),),
        bad=("integer", "rank", "empty"),
        arguments=("cost",),
    ),
]

TYPES = {
    "losses.CEBTerms",
    "losses.CSBottleneckTerms",
    "losses.MIAlphaTerms",
    "losses.NonlinearIBTerms",
    "losses.VIBTerms",
    "losses.WassersteinDependencyTerms",
    # Constants of two numbers of layers.
    "losses.last_mapping",
    "losses.skip_mapping",
}

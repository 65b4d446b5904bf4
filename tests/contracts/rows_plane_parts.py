"""Rows of what information planes are made of: images, components, noise, encoders."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from contracts.row import PAIRED, SAMPLES, WHERE1, Case, N, X, one, paired
from infojax import closed_form, entropy, mi, tasks, transforms
from infojax.infoplane import _generalization as generalization
from infojax.infoplane import _gradients as gradients

DATA_SETS, DRAWS, PARAMETERS = 3, 4, 2


def encoder(rng: np.random.Generator):
    """Codes, means and scales, ``[n, 2]`` each."""
    mean, scale = rng.normal(size=(N, 2)), 0.5 + rng.random((N, 2))
    return mean + scale * rng.normal(size=(N, 2)), mean, scale


def labelled_encoder(rng: np.random.Generator):
    return *encoder(rng), rng.integers(0, 3, N)


def labelled(rng: np.random.Generator):
    return rng.normal(size=(N, 2)), rng.integers(0, 2, N)


def posteriors(rng: np.random.Generator):
    mean = rng.normal(size=(DATA_SETS, PARAMETERS))
    theta = mean[:, None] + rng.normal(size=(DATA_SETS, DRAWS, PARAMETERS))
    return theta, mean, 0.5 + rng.random(mean.shape)


def log_densities(rng: np.random.Generator):
    return (rng.normal(size=(DATA_SETS, DRAWS, DATA_SETS)),)


def spectrum(rng: np.random.Generator):
    return 0.2 + rng.random(4), 0.3 + rng.random(1)


def _scores(x, mean, components, **options):
    fit = transforms.PrincipalComponents(mean, components, jnp.ones(len(components)))
    # Columns are summed, as masked rows stay in the result.
    return transforms.principal_scores(x, fit, **options).sum(axis=0)


def _streamed(x):
    moments = gradients.running_gradient_snr(x[0])

    def step(state, gradient):
        return moments.update(state, gradient), None

    return moments.read(jax.lax.scan(step, moments.init(), x)[0])


ROWS = [
    Case(
        "tasks.gaussian_images",
        lambda z: tasks.gaussian_images(z, height=4, width=3),
        one(d=2, n=5),
        smooth=(0,),
        bad=SAMPLES,
        arguments=("z",),
    ),
    Case(
        "tasks.rectangle_images",
        lambda z: tasks.rectangle_images(z, height=5, width=4),
        one(d=4, n=5),
        smooth=(0,),
        bad=SAMPLES,
        arguments=("z",),
    ),
    Case(
        "closed_form.bivariate_normal_correlation",
        closed_form.bivariate_normal_correlation,
        lambda rng: (0.1 + rng.random(5),),
        smooth=(0,),
        bad=("integer",),
        arguments=("information",),
    ),
    Case(
        "closed_form.pca_information_loss_bound",
        lambda values, noise: closed_form.pca_information_loss_bound(
            values, kept=1, noise_variance=noise[0]
        ),
        spectrum,
        smooth=(0, 1),
        infinite=True,
        bad=("integer", "rank", "empty"),
        arguments=("eigenvalues",),
    ),
    Case(
        "transforms.principal_components",
        transforms.principal_components,
        one(),
        masks=WHERE1,
        joint=((0,),),
        # Nothing has directions too.
        zero_when_empty=False,
        bad=(*SAMPLES, "mask"),
        arguments=X,
    ),
    Case(
        "transforms.principal_scores",
        _scores,
        lambda rng: (rng.normal(size=(N, 3)), rng.normal(size=3), np.eye(3)[:2]),
        smooth=(0, 1, 2),
        masks=WHERE1,
        bad=(*SAMPLES, "mask"),
        arguments=X,
    ),
    Case(
        "transforms.inject_noise",
        lambda t, **options: transforms.inject_noise(
            jax.random.key(0), t, 0.1, scale=transforms.root_mean_square, **options
        ),
        one(),
        smooth=(0,),
        bad=("integer", "empty", "mask"),
        arguments=("t",),
    ),
    Case(
        "transforms.root_mean_square",
        transforms.root_mean_square,
        one(),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("integer", "empty", "mask"),
        arguments=("t",),
    ),
    *(
        Case(
            f"mi.{name}",
            getattr(mi, name),
            encoder,
            smooth=(0, 1, 2),
            masks={"where": (0, 1, 2)},
            joint=((0, 1, 2),),
            plan=True,
            bad=(*PAIRED, "width"),
            arguments=("codes", "mean", "scale"),
        )
        for name in ("encoder_contrastive", "encoder_jensen")
    ),
    *(
        Case(
            f"mi.{name}",
            getattr(mi, name),
            labelled_encoder,
            smooth=(0, 1, 2),
            masks={"where": (0, 1, 2, 3)},
            joint=((0, 1, 2, 3),),
            plan=True,
            bad=(*PAIRED, "width"),
            arguments=("codes", "mean", "scale", "labels"),
        )
        for name in ("conditional_encoder_contrastive", "conditional_encoder_jensen")
    ),
    paired(
        "mi.from_entropies_discrete",
        lambda x, labels, **options: mi.from_entropies_discrete(
            x, labels, classes=2, estimator=entropy.kde, **options
        ),
        inputs=labelled,
        # The bandwidth is a constant for differentiation, and not for differences.
        plan=True,
        bad=(*PAIRED, "labels"),
        arguments=("x", "labels"),
    ),
    Case(
        "infoplane.gradient_snr",
        gradients.gradient_snr,
        one(d=5),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("integer", "empty", "mask"),
        arguments=("gradients",),
    ),
    Case("infoplane.running_gradient_snr", _streamed, one(d=5), joint=((0,),)),
    Case(
        "infoplane.posterior_log_densities",
        generalization.posterior_log_densities,
        posteriors,
        smooth=(0, 1, 2),
        bad=("integer", "empty", "width"),
        arguments=("theta", "mean", "scale"),
    ),
    *(
        Case(
            f"infoplane.{name}",
            getattr(generalization, name),
            log_densities,
            smooth=(0,),
            bad=("integer", "rank", "empty", "vector"),
            arguments=("log_densities",),
        )
        for name in (
            "weight_data_information_jensen",
            "weight_data_information_mixture",
        )
    ),
    Case(
        "infoplane.combined_information",
        generalization.combined_information,
        lambda rng: (0.5 + rng.random(5), 3 + rng.random(5)),
        smooth=(0, 1),
        joint=(),
        bad=("integer", "rank", "empty", "mismatch"),
        arguments=("conditional_information", "weight_information"),
    ),
    Case(
        "infoplane.generalization_g3",
        generalization.generalization_g3,
        lambda rng: (rng.random((3, 4)), 0.1 + rng.random((3, 4))),
        smooth=(0, 1),
        bad=("integer", "rank", "empty", "mismatch"),
        arguments=("losses", "probabilities"),
    ),
]

TYPES = {
    "infoplane.CombinedInformation",
    "infoplane.GeneralizationG3",
    "infoplane.GradientMoments",
    "infoplane.GradientSNR",
    "infoplane.RunningGradientSNR",
    "tasks.TwelveBit",
    "tasks.correlated_gaussian",
    "tasks.image_pairs",
    "tasks.twelve_bit",
    "transforms.PrincipalComponents",
}

"""Trainable estimation: most of it is tested beside its code, and named here."""

from __future__ import annotations

import jax

from contracts.row import paired
from infojax import fit


def _product(x, y):
    return x[:, :1] @ y.T


def _distance(x, y):
    return -((x[:, :1] - y.T) ** 2)


def _stack(x, y, **options):
    members = _product, _distance
    return fit.stack(jax.random.key(0), x, y, members=members, **options)


ROWS = [paired("fit.stack", _stack, joint=())]

TYPES = {
    f"fit.{name}"
    for name in (
        "Autoencoder",
        "FitInfo",
        "FitState",
        "NeuralEstimator",
        "Progress",
        "Stack",
        "TrainedAuto",
        "TrainRun",
        "Training",
        "auto",
        "autoencoder",
        "bridge_mi",
        "critic_estimator",
        "denoising_mi",
        "direct_denoising_mi",
        "encoder_estimator",
        "entropy_difference",
        "flow_matching_mi",
        "flow_mi",
        "latent_mi",
        "mine_estimator",
        "progress_bar",
        "restore",
        "save",
        "train",
    )
}

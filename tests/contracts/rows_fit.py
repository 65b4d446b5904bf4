"""Names of trainable estimation, whose behaviour is tested beside their code."""

from __future__ import annotations

from contracts.row import Case

ROWS: list[Case] = []

TYPES = {
    f"fit.{name}"
    for name in (
        "FitInfo",
        "FitState",
        "NeuralEstimator",
        "Progress",
        "TrainedAuto",
        "TrainRun",
        "Training",
        "auto",
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

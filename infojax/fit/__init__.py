"""Trainable estimation: modules fitted to samples, as pure functions of a state."""

from infojax.fit._auto import TrainedAuto, auto
from infojax.fit._autoencoder import Autoencoder, autoencoder
from infojax.fit._bridge_mi import bridge_mi
from infojax.fit._checkpoint import restore, save
from infojax.fit._critic_estimator import critic_estimator, mine_estimator
from infojax.fit._denoising_mi import denoising_mi, direct_denoising_mi
from infojax.fit._encoder_estimator import encoder_estimator, entropy_difference
from infojax.fit._estimator import FitInfo, FitState, NeuralEstimator
from infojax.fit._flow_matching_mi import flow_matching_mi
from infojax.fit._flow_mi import flow_mi
from infojax.fit._latent_mi import latent_mi
from infojax.fit._modulation import adaptive_gradient_modulation
from infojax.fit._progress import Progress, progress_bar
from infojax.fit._stack import Stack, stack
from infojax.fit._train import Training, TrainRun, train

__all__ = [
    "Autoencoder",
    "FitInfo",
    "FitState",
    "NeuralEstimator",
    "Progress",
    "Stack",
    "TrainRun",
    "TrainedAuto",
    "Training",
    "adaptive_gradient_modulation",
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
    "stack",
    "train",
]

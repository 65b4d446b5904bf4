"""Trainable estimation: critics fitted to a bound, as pure functions of a state."""

from infojax.fit._critic_estimator import (
    FitInfo,
    FitState,
    NeuralEstimator,
    critic_estimator,
)
from infojax.fit._train import train

__all__ = ["FitInfo", "FitState", "NeuralEstimator", "critic_estimator", "train"]

"""Fairness among clients: disparities, what they share, and what fairness costs.

An attribute Z should not show in predictions, neither overall, I(Z; prediction), nor
within a client S, I(Z; prediction | S). ``disparities`` of a law, or ``plugin`` of
samples, says how much of both is one and the same; ``fair_predictor`` and ``frontier``
how accurate a predictor can be within budgets of both. All in nats.
"""

from infojax.fairness._disparities import Disparities, disparities, plugin
from infojax.fairness._frontier import Frontier, frontier
from infojax.fairness._plot import plot_frontier
from infojax.fairness._predictor import FairPredictor, fair_predictor

__all__ = [
    "Disparities",
    "FairPredictor",
    "Frontier",
    "disparities",
    "fair_predictor",
    "frontier",
    "plot_frontier",
    "plugin",
]

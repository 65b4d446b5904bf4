"""Mutual information as what knowing y spares a denoiser of x."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from infojax._base import checks
from infojax.critics._perceptrons import inputs
from infojax.fit._estimator import NeuralEstimator, from_module
from infojax.fit._levels import Levels, guesser, waves
from infojax.types import Array, PRNGKey

__all__ = ["denoising_mi", "direct_denoising_mi"]

Gain = Callable[[Array, Array, Array], Array]


def denoising_mi(
    x_dim: int,
    y_dim: int,
    optimizer: optax.GradientTransformation,
    *,
    width: int = 256,
    depth: int = 4,
    log_snr: tuple[float, float] = (-8.0, 10.0),
) -> NeuralEstimator:
    r"""Mutual information from how much a denoiser of x changes its mind on seeing y.

    For :math:`x_\lambda` a mixture of x and normal noise :math:`\epsilon` with
    signal-to-noise ratio :math:`e^\lambda`, it is :math:`\frac12 \int E \|
    E[\epsilon | x_\lambda, y] - E[\epsilon | x_\lambda] \|^2 d\lambda`. One network
    learns both means, the second with y hidden.

    Args:
        x_dim, y_dim: columns of x and y; exchange the sides for a second opinion.
        optimizer: an Optax transformation of the network's parameters.
        width, depth: units of a hidden layer, and how many of those.
        log_snr: range of :math:`\lambda`, static. Beyond its upper end are details
            finer than :math:`e^{-\lambda / 2}` standard deviations.

    Returns: ``NeuralEstimator`` of ``[n, x_dim]`` and ``[n, y_dim]``, best as normal
        scores (``transforms.normal_scores`` of all rows) or at least standardised. Its
        objective is minus the squared errors, integrated, in nats. The estimate is
        >= 0, and of low variance; too low where it is large, as the network learns only
        part of what y tells, and too high near independence, where what it imagines
        counts. Noise in ``estimate`` is the same at each call.
    Gradients: exact in state and samples.
    Cost: 2 networks a row and update, 128 a row and estimate.
    Example:
        >>> estimator = denoising_mi(1, 1, optax.adam(1e-3), width=16, depth=1)
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 64, 1))
        >>> state = estimator.init(jax.random.key(1))
        >>> float(estimator.estimate(state, x, x + noise))  # before it is trained
        0.0
    References: Guo, Shamai and Verdu (2005), mutual information and minimum mean-square
        error; Franzese et al. (2024), MINDE; Kong et al. (2023), information-theoretic
        diffusion.
    """

    def gain(noise: Array, guess: Array, informed: Array) -> Array:
        return (informed - guess) ** 2

    return _denoising(
        "denoising_mi", x_dim, y_dim, optimizer, width, depth, log_snr, gain
    )


def direct_denoising_mi(
    x_dim: int,
    y_dim: int,
    optimizer: optax.GradientTransformation,
    *,
    width: int = 256,
    depth: int = 4,
    log_snr: tuple[float, float] = (-8.0, 10.0),
) -> NeuralEstimator:
    r"""Mutual information from how much smaller the error of a denoiser is with y.

    The training is that of ``denoising_mi``; the estimate :math:`\frac12 \int E \|
    \epsilon - E[\epsilon | x_\lambda] \|^2 - E \| \epsilon - E[\epsilon | x_\lambda, y]
    \|^2 d\lambda`.

    Args:
        x_dim, y_dim, optimizer, width, depth, log_snr: as in ``denoising_mi``.

    Returns: ``NeuralEstimator``, whose states serve ``denoising_mi`` as well. Less bias
        and more variance than that; errors of the two means cancel in part.
    Gradients: exact in state and samples.
    Cost: that of ``denoising_mi``.
    Example:
        >>> estimator = direct_denoising_mi(1, 1, optax.adam(1e-3), width=16, depth=1)
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 64, 1))
        >>> state = estimator.init(jax.random.key(1))
        >>> bool(abs(estimator.estimate(state, x, x + noise)) < 1e-5)  # untrained
        True
    References: Guo, Shamai and Verdu (2005), mutual information and minimum mean-square
        error.
    """

    def gain(noise: Array, guess: Array, informed: Array) -> Array:
        return (noise - guess) ** 2 - (noise - informed) ** 2

    name = "direct_denoising_mi"
    return _denoising(name, x_dim, y_dim, optimizer, width, depth, log_snr, gain)


class _Denoiser(nnx.Module):
    """Guesses of the noise in x, without y and with it.

    Before training both are those of a normal x that y tells nothing about.
    """

    def __init__(
        self, name: str, x_dim: int, y_dim: int, hidden: list[int], rngs: nnx.Rngs
    ) -> None:
        self.name, self.widths = name, (x_dim, y_dim)
        self.network = guesser(x_dim + y_dim + 1, hidden, x_dim, rngs)

    def open(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Samples as ``[n, d]``."""
        return inputs(self.name, x, y, *self.widths)[0]

    def __call__(
        self, x: Array, y: Array, level: Array, noise: Array
    ) -> tuple[Array, Array]:
        signal = jnp.sqrt(jax.nn.sigmoid(level))[:, None]
        rest = jnp.sqrt(jax.nn.sigmoid(-level))[:, None]
        mixed, time = signal * x + rest * noise, waves(level)
        seen = jnp.concatenate([y, jnp.ones_like(signal)], axis=1)

        def guess(told: Array) -> Array:
            found = self.network(jnp.concatenate([mixed, told, time], axis=1))
            return rest * mixed + signal * found

        return guess(jnp.zeros_like(seen)), guess(seen)


def _denoising(
    name: str,
    x_dim: int,
    y_dim: int,
    optimizer: optax.GradientTransformation,
    width: int,
    depth: int,
    log_snr: tuple[float, float],
    gain: Gain,
) -> NeuralEstimator:
    checks.sizes(name, x_dim=x_dim, y_dim=y_dim, width=width, depth=depth)
    levels = Levels.of(name, "log_snr", log_snr)

    def objective(
        denoiser: _Denoiser, key: PRNGKey, x: Array, y: Array, where, memory
    ) -> tuple[Array, Any]:
        x, y = denoiser.open(x, y)
        level, noise = levels.draw(key, x)
        guess, informed = denoiser(x, y, level, noise)
        errors = (noise - guess) ** 2 + (noise - informed) ** 2
        mask = checks.row_mask(name, where, len(x))
        return -levels.integral(errors, mask) / 2, memory

    def evaluate(denoiser: _Denoiser, x: Array, y: Array, where: Array | None) -> Array:
        x, y = denoiser.open(x, y)

        def integrand(level: Array, noise: Array) -> Array:
            return gain(noise, *denoiser(x, y, level, noise))

        return levels.average(integrand, x, checks.row_mask(name, where, len(x))) / 2

    return from_module(
        name,
        lambda rngs: _Denoiser(name, x_dim, y_dim, [width] * depth, rngs),
        optimizer,
        objective=objective,
        evaluate=evaluate,
    )

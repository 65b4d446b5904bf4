"""Laws outside the forty tasks, whose information is known by formula or integral.

One default was chosen on those of 1 + 1 continuous columns too: that `mi.auto` leaves
neighbours in few columns uncorrected. Each is a name, a sampler
``(rng, n) -> x, y`` in NumPy, and the information in nats. Integer sides are labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import integrate, special, stats

__all__ = ["LAWS", "Law"]

Sampler = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]
_DRAWS = 1_000_000  # of the Monte Carlo integrals; their error is below 0.003 nats


@dataclass(frozen=True)
class Law:
    """A kind of data, a sampler, and the information of a pair in nats."""

    kind: str
    name: str
    sample: Sampler
    information: Callable[[], float]


def _noisy(function, noise: float) -> tuple[Sampler, Callable[[], float]]:
    """y = function(x) + normal noise, for standard normal x; by quadrature."""

    def sample(rng, n):
        x = rng.normal(size=n)
        return x, function(x) + noise * rng.normal(size=n)

    def information():
        x = np.linspace(-7, 7, 4001)
        weight = stats.norm.pdf(x)
        weight /= weight.sum()
        centre = function(x)
        y = np.linspace(centre.min() - 8 * noise, centre.max() + 8 * noise, 4001)
        density = stats.norm.pdf(y[:, None], centre, noise) @ weight
        entropy = -integrate.trapezoid(special.xlogy(density, density), y)
        return entropy - 0.5 * np.log(2 * np.pi * np.e * noise**2)

    return sample, information


def _mixture(weights, means, covariances, dx: int):
    """Normal mixture of (x, y); the information by Monte Carlo from its densities."""
    weights = np.asarray(weights, float)
    means = [np.asarray(m, float) for m in means]
    covariances = [np.asarray(c, float) for c in covariances]

    def joint(rng, n):
        which = rng.choice(len(weights), n, p=weights)
        z = np.empty((n, len(means[0])))
        for i, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
            rows = which == i
            z[rows] = rng.multivariate_normal(mean, covariance, rows.sum())
        return z

    def log_density(z, columns):
        parts = [
            np.log(w)
            + stats.multivariate_normal.logpdf(
                z[:, columns], m[columns], c[columns, columns]
            )
            for w, m, c in zip(weights, means, covariances, strict=True)
        ]
        return special.logsumexp(parts, axis=0)

    def sample(rng, n):
        z = joint(rng, n)
        return z[:, :dx], z[:, dx:]

    def information():
        z = joint(np.random.default_rng(0), _DRAWS)
        whole, x, y = slice(None), slice(dx), slice(dx, None)
        return np.mean(log_density(z, whole) - log_density(z, x) - log_density(z, y))

    return sample, information


def _normal(information: float, d: int):
    """d pairs of normal columns that share the information equally."""
    rho = np.sqrt(-np.expm1(-2 * information / d))

    def sample(rng, n):
        x, noise = rng.normal(size=(2, n, d))
        return x, rho * x + np.sqrt(1 - rho**2) * noise

    return sample, lambda: information


def _smoothed_uniform(epsilon: float, d: int):
    """Uniform columns plus uniform noise up to epsilon <= 1/2."""

    def sample(rng, n):
        x = rng.uniform(size=(n, d))
        return x, x + rng.uniform(-epsilon, epsilon, (n, d))

    return sample, lambda: d * (epsilon - np.log(2 * epsilon))


def _gamma_exponential(shape: float):
    """A gamma rate and an exponential time (Kraskov et al., 2004, appendix)."""

    def sample(rng, n):
        rate = rng.gamma(shape, size=n)
        return rate, rng.exponential(size=n) / rate

    return sample, lambda: special.digamma(shape + 1) - np.log(shape)


def _gao(m: int):
    """An integer plus uniform noise on [0, 2] (Gao et al., 2017)."""

    def sample(rng, n):
        x = rng.integers(0, m, n).astype(float)
        return x, x + rng.uniform(0, 2, n)

    return sample, lambda: np.log(m) - (m - 1) * np.log(2) / m


def _quantised(step: float, noise: float):
    """A normal x and the rounded sum of x and noise, as a number."""

    def sample(rng, n):
        x = rng.normal(size=n)
        return x, step * np.round((x + noise * rng.normal(size=n)) / step)

    def information():
        x = np.linspace(-8, 8, 8001)
        weight = stats.norm.pdf(x) / stats.norm.pdf(x).sum()
        edges = step * (np.arange(-200, 202) - 0.5)
        cells = np.diff(stats.norm.cdf((edges[:, None] - x) / noise), axis=0)
        marginal = cells @ weight
        entropy = special.entr(marginal).sum()
        return entropy - special.entr(cells).sum(axis=0) @ weight

    return sample, information


def _labelled(prior, means, d: int, as_label: bool):
    """Normal columns around the mean of a class."""
    prior, means = np.asarray(prior, float), np.asarray(means, float)

    def sample(rng, n):
        which = rng.choice(len(prior), n, p=prior)
        x = rng.normal(size=(n, d))
        x[:, 0] += means[which]
        return x, which if as_label else which.astype(float)

    def information():
        x = np.linspace(means.min() - 8, means.max() + 8, 8001)
        density = stats.norm.pdf(x[:, None], means, 1)
        mixed = density @ prior
        entropy = -integrate.trapezoid(special.xlogy(mixed, mixed), x)
        return entropy - 0.5 * np.log(2 * np.pi * np.e)

    return sample, information


def _zero_inflated(share: float, rate: float):
    """Counts that are zero for a share of rows, Poisson of the rate x otherwise."""

    def sample(rng, n):
        x = rng.exponential(size=n)
        return x, np.where(rng.random(n) < share, 0, rng.poisson(rate * x)).astype(
            float
        )

    def information():
        x = (np.arange(20000) + 0.5) / 500
        weight = np.exp(-x) / np.exp(-x).sum()
        counts = np.arange(400)
        given = (1 - share) * stats.poisson.pmf(counts[:, None], rate * x)
        given[0] += share
        return special.entr(given @ weight).sum() - special.entr(given).sum(0) @ weight

    return sample, information


def _channel(k: int, error: float):
    """Labels through a symmetric channel."""

    def sample(rng, n):
        x = rng.integers(0, k, n)
        other = (x + rng.integers(1, k, n)) % k
        return x, np.where(rng.random(n) < error, other, x)

    def information():
        return (
            np.log(k)
            - special.entr([1 - error]).sum()
            - (special.entr(error / (k - 1)) * (k - 1))
        )

    return sample, information


def _pair(rho: float, scale: float = 1.0):
    return scale * np.array([[1, rho], [rho, 1]])


_GRID = [(2.0 * i, 2.0 * ((2 * i) % 5)) for i in range(5)]
_SHIFT = [np.r_[m, np.zeros(2), -np.array(m) / 2, 0] for m in ((0, 0), (3, 0), (0, 3))]

_ROWS = {
    "mixture": {
        "cross": _mixture([0.5, 0.5], [(0, 0)] * 2, [_pair(0.9), _pair(-0.9)], 1),
        "clusters": _mixture([0.2] * 5, _GRID, [_pair(0, 0.3)] * 5, 1),
        "outliers": _mixture([0.8, 0.2], [(0, 0)] * 2, [_pair(0.9), _pair(0, 4)], 1),
        "three modes, 4 + 3": _mixture([1 / 3] * 3, _SHIFT, [np.eye(7)] * 3, 4),
    },
    "additive noise": {
        "parabola": _noisy(lambda x: x**2, 0.5),
        "sine": _noisy(lambda x: np.sin(4 * x), 0.3),
        "steps": _noisy(lambda x: np.floor(2 * x), 0.2),
        "gamma and exponential": _gamma_exponential(1.0),
        "heavy: gamma and exponential": _gamma_exponential(0.3),
    },
    "smoothed uniform": {
        "1 + 1": _smoothed_uniform(0.2, 1),
        "3 + 3": _smoothed_uniform(0.2, 3),
        "5 + 5": _smoothed_uniform(0.3, 5),
    },
    "high information": {
        "5 nats, 1 + 1": _normal(5.0, 1),
        "10 nats, 3 + 3": _normal(10.0, 3),
        "20 nats, 10 + 10": _normal(20.0, 10),
    },
    "quantised": {
        "step 0.5": _quantised(0.5, 0.5),
        "step 2": _quantised(2.0, 0.5),
        "integer plus uniform": _gao(5),
        "zero-inflated counts": _zero_inflated(0.3, 5.0),
    },
    "labels": {
        "three classes": _labelled([0.3, 0.3, 0.4], [0, 2, 5], 2, True),
        "rare class": _labelled([0.98, 0.02], [0, 3], 1, True),
        "rare class as a number": _labelled([0.98, 0.02], [0, 3], 1, False),
        "channel of 4": _channel(4, 0.2),
        "channel of 50": _channel(50, 0.3),
    },
    "independent": {
        "1 + 1": _normal(0.0, 1),
        "5 + 5": _normal(0.0, 5),
        "25 + 25": _normal(0.0, 25),
    },
}

LAWS = [
    Law(kind, name, *law) for kind, rows in _ROWS.items() for name, law in rows.items()
]

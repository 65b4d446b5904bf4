"""Three hidden sources whose signals add up, weaker with distance."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import i0e

from infojax._base import numerics
from infojax.design._environments._common import (
    Environment,
    interval,
    normal_log_prob,
    real,
    reported,
)
from infojax.design._model import Guide, Model
from infojax.types import Array, PRNGKey

__all__ = ["intensity", "location_finding"]

_SOURCES, _BASE, _SOFT, _NOISE = 3, 0.1, 1e-4, 0.5
_RANGE, _FINE, _COARSE = 2.0**15, 1 << 20, 1 << 18


def location_finding() -> Environment:
    """Where three sources in the plane are, from their joint signal at a point.

    Parameters ``[3, 2]``, design ``[2]``, outcome a number.
    """

    def sample_outcome(key: PRNGKey, theta: Array, xi: Array) -> Array:
        mean = intensity(theta, xi)
        return mean + _NOISE * jax.random.normal(key, (), mean.dtype)

    def log_prob(y: Array, theta: Array, xi: Array) -> Array:
        return normal_log_prob(real(y), intensity(theta, xi), _NOISE)

    def log_prior(theta: Array) -> Array:
        return jnp.sum(normal_log_prob(real(theta), 0.0, 1.0))

    def sample_design(key: PRNGKey) -> Array:
        return jax.random.uniform(key, (2,), minval=-2.0, maxval=2.0)

    model = Model(_sample_prior, sample_outcome, log_prob, log_prior)
    return Environment(model, sample_design, _eig, guide=_guide)


def _sample_prior(key: PRNGKey) -> Array:
    return jax.random.normal(key, (_SOURCES, 2))


def intensity(theta: Array, xi: Array) -> Array:
    """The signal at a point without noise."""
    return _BASE + jnp.sum(_signals(theta, xi))


def _signals(theta: Array, xi: Array) -> Array:
    """What each source adds."""
    theta, xi = real(theta, xi)
    return 1 / (_SOFT + jnp.sum((theta - xi) ** 2, axis=-1))


def _guide(xi: Array) -> Guide:
    """Half of the draws are the prior's; in the others one source explains the outcome.

    Its signal is what the others leave, with noise, reflected at 0 and at the most
    there is; its direction is random.
    """
    most = 1 / _SOFT

    def of_others(values: Array) -> Array:
        """For each source, the sum over all but itself."""
        return jnp.sum(jnp.where(np.eye(_SOURCES, dtype=bool), 0, values), axis=1)

    def rest(signals: Array, y: Array) -> Array:
        """What the outcome leaves to each source."""
        return jnp.clip(real(y) - _BASE - of_others(signals), 0, most)

    def sample(key: PRNGKey, y: Array) -> Array:
        keys = jax.random.split(key, 5)
        theta = _sample_prior(keys[0])
        which = jax.random.randint(keys[1], (), 0, _SOURCES)
        aim = rest(_signals(theta, xi), y)[which]
        signal = jnp.abs(aim + _NOISE * jax.random.normal(keys[2], (), aim.dtype))
        signal = jnp.where(signal > most, 2 * most - signal, signal)
        signal = jnp.maximum(signal, 1e-6)  # a thousand away, where the prior is 0
        distance = numerics.sqrt(jnp.maximum(1 / signal - _SOFT, 0))
        angle = jax.random.uniform(keys[3], (), aim.dtype, 0, 2 * math.pi)
        place = real(xi) + distance * jnp.stack([jnp.cos(angle), jnp.sin(angle)])
        close = theta.at[which].set(place.astype(theta.dtype))
        return jnp.where(jax.random.bernoulli(keys[4]), close, theta)

    def log_prob(theta: Array, y: Array) -> Array:
        signals = _signals(theta, xi)
        aim = rest(signals, y)
        images = jnp.stack([signals, -signals, 2 * most - signals])
        law = numerics.logsumexp(normal_log_prob(images, aim, _NOISE), axis=0)
        # A ring of squared radii between r and r + d r has the area pi d r.
        law = law + 2 * jnp.log(signals) - math.log(math.pi)
        each = jnp.sum(normal_log_prob(real(theta), 0.0, 1.0), axis=1)
        explained = of_others(each) + law - math.log(_SOURCES)
        mixture = jnp.concatenate([jnp.sum(each)[None], explained])
        return numerics.logsumexp(mixture) - math.log(2)

    return Guide(sample, log_prob)


def _eig(xi: Array) -> Array:
    """Entropy of the outcome less that of the noise.

    The squared distance of a source is noncentral chi-squared of two degrees, which
    gives the law of its signal; that of the sum of three in noise follows from
    characteristic functions. Signals end at 1e4, so that nothing wraps around.
    """
    point = real(xi)
    spectrum = _spectrum(point)[: _COARSE // 2 + 1] ** _SOURCES
    frequency = real(_FREQUENCY[: len(spectrum)])
    damped = jnp.exp(-((_NOISE * frequency) ** 2) / 2)
    cells = jnp.fft.irfft(spectrum * damped.astype(spectrum.dtype), _COARSE)
    entropy = -jnp.sum(numerics.xlogx(cells)) + math.log(_RANGE / _COARSE)
    noise = math.log(2 * math.pi * math.e * _NOISE**2) / 2
    return reported(numerics.unless_nan(entropy - noise, point), xi)


_STEP = _RANGE / _FINE
_FREQUENCY = 2 * np.pi / _RANGE * np.arange(_FINE // 2 + 1)


def _panels(low: float, high: float, width: float, n: int) -> list[np.ndarray]:
    """Gauss-Legendre nodes and weights, n in each of many equal panels."""
    nodes, weights = interval(0.0, width, n)
    edges = low + width * np.arange(int((high - low) / width))
    return [(edges[:, None] + nodes).ravel(), np.tile(weights, len(edges))]


def _spectrum(point: Array) -> Array:
    """Characteristic function of the signal of one source.

    By quadrature over the distance down to 1 and over the signal from there. Nodes are
    spread over a grid by cubic splines, which is undone after the transform.
    """
    shift = numerics.sqrt(jnp.sum(point**2))

    def density(r: Array) -> Array:
        """Of the distance r of a source, divided by r."""
        return jnp.exp(-((r - shift) ** 2) / 2) * i0e(r * shift)

    r, width = real(*_panels(1.0, 40.0, 0.5, 10))
    far = density(r) * r * width
    w, part = real(*_panels(1 / (1 + _SOFT), 1 / _SOFT - 1, 0.25, 4))
    close = density(numerics.sqrt(1 / w - _SOFT)) * part / (2 * w**2)
    signal = jnp.concatenate([1 / (_SOFT + r**2), w])
    mass = jnp.concatenate([far, close])

    place = signal / _STEP
    left = jnp.floor(place)
    f = place - left
    splines = (
        (1 - f) ** 3 / 6,
        2 / 3 - f**2 + f**3 / 2,
        1 / 6 + (f + f**2 - f**3) / 2,
        f**3 / 6,
    )
    cells = left.astype(jnp.int32)
    grid = jnp.zeros(_FINE, mass.dtype)
    for offset, spline in enumerate(splines):
        grid = grid.at[(cells + offset - 1) % _FINE].add(mass * spline)
    undo = real(np.sinc(_FREQUENCY * _STEP / (2 * np.pi)) ** -4)
    spectrum = jnp.fft.rfft(grid)
    return spectrum * undo.astype(spectrum.dtype)

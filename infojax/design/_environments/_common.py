"""What the environments are made of: their type, log-densities and nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfc

from infojax._base import numerics
from infojax.design._enumerate import eig_enumerate
from infojax.design._model import Guide, Model
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = [
    "COIN",
    "Environment",
    "coin",
    "coin_log_prob",
    "discrete_gain",
    "half_normal_log_prob",
    "interval",
    "normal_cdf",
    "normal_log_prob",
    "normal_nodes",
    "real",
    "reported",
]

COIN = np.arange(2, dtype=np.int32)


class Environment(NamedTuple):
    """A known experiment: its model, a law of random designs, and the exact answer.

    ``sample_design(key)`` draws a design; ``eig(design)`` is the expected information
    gain under the prior in nats, by quadrature or a sum; ``outcomes`` are all values of
    y, for ``eig_enumerate``, or None where they are too many; ``guide(design)`` draws
    parameters for ``eig_bounds`` where p(y | theta) / p(y) has no variance, so that
    with draws of the prior bounds close in slower than 1 / draws. Elsewhere it is None.
    """

    model: Model
    sample_design: Callable[[PRNGKey], Any]
    eig: Callable[[Any], Array]
    outcomes: np.ndarray | None = None
    guide: Callable[[Any], Guide] | None = None


def real(*values: Any) -> Any:
    """The values in the floating dtype that JAX runs in, one or as many as given."""
    found = [jnp.asarray(value).astype(jnp.result_type(float)) for value in values]
    return found[0] if len(found) == 1 else found


def reported(value: Array, design: ArrayLike) -> Array:
    """The value in the dtype of the design, if that is floating."""
    dtype = jnp.asarray(design).dtype
    return value.astype(dtype) if jnp.issubdtype(dtype, jnp.floating) else value


def normal_log_prob(x: Array, mean: ArrayLike, scale: ArrayLike) -> Array:
    """Log-density of a normal law; the scale is held above 0."""
    scale = numerics.positive(jnp.asarray(scale, x.dtype))
    z = (x - mean) / scale
    return -(z**2) / 2 - jnp.log(scale) - np.log(2 * np.pi).item() / 2


def half_normal_log_prob(x: Array, scale: float) -> Array:
    """Log-density of the size of a normal number."""
    inside = normal_log_prob(x, 0.0, scale) + np.log(2).item()
    return jnp.where(x < 0, -jnp.inf, inside)


def normal_cdf(x: Array) -> Array:
    """Probability below x, without loss far on the left."""
    return erfc(-x / np.sqrt(2).item()) / 2


def coin(key: PRNGKey, p: Array) -> Array:
    """1 with probability p, else 0."""
    return (jax.random.uniform(key, p.shape, p.dtype) < p).astype(jnp.int32)


def coin_log_prob(y: ArrayLike, logit: Array) -> Array:
    """Log-probability of a coin of these log-odds."""
    return jax.nn.log_sigmoid(jnp.where(jnp.asarray(y) > 0, logit, -logit))


def interval(low: float, high: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights, float64."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (low + high + (high - low) * nodes) / 2, weights * (high - low) / 2


def normal_nodes(n: int, reach: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of a standard normal law, of total mass 1, float64."""
    nodes, weights = interval(-reach, reach, n)
    weights = weights * np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()


def discrete_gain(
    log_prob: Callable[[Any, Any], Array],
    nodes: Any,
    weights: np.ndarray,
    outcomes: np.ndarray,
) -> Array:
    """Information of a law on nodes, by the exact sum over outcomes."""
    nodes = jax.tree.map(lambda a: real(a).reshape(-1), nodes)
    return eig_enumerate(
        lambda y, theta, _: log_prob(y, theta),
        nodes,
        outcomes,
        None,
        weights=real(weights).reshape(-1),
    )

"""A code of few columns from which samples can be rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jax.tree_util import Partial

from infojax._base import checks
from infojax.layers import MLP
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["Autoencoder", "autoencoder"]


class Autoencoder(NamedTuple):
    """Two maps that were trained to undo each other, a pytree.

    Attributes:
        encode: samples ``[m, d]`` to codes ``[m, columns]``.
        decode: codes ``[m, columns]`` to samples ``[m, d]``.
        error: share of the variance of the samples trained on that is not rebuilt.
    """

    encode: Callable[[ArrayLike], Array]
    decode: Callable[[ArrayLike], Array]
    error: Array


def autoencoder(
    key: PRNGKey,
    x: ArrayLike,
    optimizer: optax.GradientTransformation,
    *,
    columns: int,
    width: int = 256,
    depth: int = 2,
    steps: int = 2000,
    batch_size: int = 256,
) -> Autoencoder:
    """Train perceptrons to compress samples to few columns and to rebuild them.

    For ``mi`` of images and layers: codes cannot tell more than what they are codes of,
    and neighbours see few columns better than many.

    Args:
        key: of the initial weights and the batches.
        x: samples, ``[n, d]``, best apart from those that are estimated from.
        optimizer: an Optax transformation of the parameters.
        columns: of the code, static. The dimension of the surface that samples lie on.
        width, depth: units of a hidden layer, and how many of those, static.
        steps, batch_size: of training, static.

    Returns: ``Autoencoder``. A small ``error`` does not bound what information is lost:
        directions of little variance can carry it.
    Gradients: ``encode`` and ``decode`` have those of the networks; training has none.
    Cost: ``steps`` steps of two perceptrons on a batch.
    Example:
        >>> angle = jax.random.uniform(jax.random.key(0), (512,), maxval=3.0)
        >>> x = jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1)
        >>> made = autoencoder(
        ...     jax.random.key(1), x, optax.adam(1e-2), columns=1, width=16, steps=200
        ... )
        >>> made.encode(x).shape, bool(made.error < 0.1)
        ((512, 1), True)
    References: Butakov et al. (2024), information bottleneck analysis of deep neural
        networks via lossy compression.
    """
    name = "autoencoder"
    (x,), _ = checks.samples(name, x=x)
    n, d = x.shape
    shape = {"columns": columns, "width": width, "depth": depth}
    checks.sizes(name, steps=steps, batch_size=batch_size, **shape)
    middle = jnp.mean(x, axis=0)
    variance = jnp.mean(jnp.var(x, axis=0))
    scale = jnp.sqrt(jnp.where(variance > 0, variance, 1))
    weights, batches = jax.random.split(key)
    hidden = [width] * depth

    def make(rngs: nnx.Rngs) -> nnx.Dict:
        encoder = MLP([d, *hidden, columns], rngs=rngs)
        decoder = MLP([columns, *hidden, d], rngs=rngs)
        return nnx.Dict(encoder=encoder, decoder=decoder)

    graph, parameters = nnx.split(make(nnx.Rngs(weights)))

    def encode(parameters, middle: Array, scale: Array, x: ArrayLike) -> Array:
        (x,), _ = checks.samples("encode", x=x)
        return nnx.merge(graph, parameters)["encoder"]((x - middle) / scale)

    def decode(parameters, middle: Array, scale: Array, code: ArrayLike) -> Array:
        (code,), _ = checks.samples("decode", code=code)
        return nnx.merge(graph, parameters)["decoder"](code) * scale + middle

    def loss(parameters, rows: Array) -> Array:
        law = parameters, middle, scale
        rebuilt = decode(*law, encode(*law, rows))
        return jnp.mean(((rows - rebuilt) / scale) ** 2)

    def step(state, key: PRNGKey):
        parameters, moments = state
        rows = x[jax.random.randint(key, (min(batch_size, n),), 0, n)]
        gradient = jax.grad(loss)(parameters, rows)
        updates, moments = optimizer.update(gradient, moments, parameters)
        return (optax.apply_updates(parameters, updates), moments), None

    @jax.jit
    def train(parameters, keys):
        state = parameters, optimizer.init(parameters)
        parameters = jax.lax.scan(step, state, keys)[0][0]
        return parameters, loss(parameters, x)

    parameters = nnx.as_pure(parameters)
    parameters, error = train(parameters, jax.random.split(batches, steps))
    law = parameters, middle, scale
    return Autoencoder(Partial(encode, *law), Partial(decode, *law), error)

"""Affine maps: plain, spectrally normalised, and with the lengths set apart."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from infojax._base import checks, numerics
from infojax.layers._spectral import spectral_normalise
from infojax.types import Array

__all__ = ["Linear", "SpectralLinear", "WeightNormLinear", "advance"]

_INITIAL = nnx.initializers.lecun_uniform()
_WARM_UP = 30  # iterations at construction, when the singular vector is unknown


class Linear(nnx.Module):
    """Affine map ``x @ weight + bias`` in the dtype of its input."""

    def __init__(self, d_in: int, d_out: int, *, rngs: nnx.Rngs) -> None:
        self.kernel = nnx.Param(_INITIAL(rngs.params(), (d_in, d_out)))
        self.bias = nnx.Param(jnp.zeros(d_out))

    def weight(self) -> Array:
        """The matrix that multiplies, ``[d_in, d_out]``."""
        return self.kernel[...]

    def __call__(self, x: Array) -> Array:
        return x @ self.weight().astype(x.dtype) + self.bias[...].astype(x.dtype)


class SpectralLinear(Linear):
    """Affine map whose matrix is divided by its largest singular value.

    Its slope is at most one, as far as the singular vector it keeps has converged.
    ``advance`` moves that vector one power iteration; evaluation never changes it.
    """

    def __init__(self, d_in: int, d_out: int, *, rngs: nnx.Rngs) -> None:
        super().__init__(d_in, d_out, rngs=rngs)
        start = jax.random.normal(rngs.params(), (d_in,))
        self.left = nnx.BatchStat(start)
        self.advance(_WARM_UP)

    def weight(self) -> Array:
        return spectral_normalise(self.kernel[...], self.left[...], steps=0).matrix

    def advance(self, steps: int = 1) -> None:
        """Take power iterations from the singular vector kept."""

        def step(_: int, left: Array) -> Array:
            return spectral_normalise(self.kernel[...], left).left

        self.left[...] = lax.fori_loop(0, steps, step, self.left[...])


class WeightNormLinear(Linear):
    """Affine map whose columns have directions and lengths of their own.

    The column of each output is ``gain * v / |v|``, with ``v`` a column of ``kernel``;
    at the start it is that of ``Linear``. A column of zeros stays zero. It stabilises
    networks without normalised activations (Salimans and Kingma 2016).
    """

    def __init__(self, d_in: int, d_out: int, *, rngs: nnx.Rngs) -> None:
        super().__init__(d_in, d_out, rngs=rngs)
        self.gain = nnx.Param(_lengths(self.kernel[...]))

    def weight(self) -> Array:
        columns = self.kernel[...]
        return self.gain[...] * numerics.ratio(columns, _lengths(columns))


def _lengths(columns: Array) -> Array:
    return numerics.sqrt(jnp.sum(columns**2, axis=0))


def advance(module: nnx.Module) -> None:
    """Move every spectrally normalised layer one power iteration, in place.

    Call it once a training step, outside of the differentiated function;
    ``fit.critic_estimator`` does.

    Args:
        module: any NNX module; layers of other kinds are left alone.

    Returns: nothing; the singular vectors the layers keep are updated.
    Gradients: none.
    Cost: two matrix-vector products a layer.
    Example:
        >>> model = MLP([2, 8, 1], layer=SpectralLinear, rngs=nnx.Rngs(0))
        >>> advance(model)
        >>> bool(jnp.linalg.norm(model.layers[0].weight(), 2) < 1.001)
        True
    References: Miyato et al. (2018), spectral normalization for GANs.
    """
    if not isinstance(module, nnx.Module):
        received = type(module).__name__
        raise checks.fail(TypeError, "advance", "module", "an NNX module", received)
    for _, node in nnx.iter_graph(module):
        if isinstance(node, SpectralLinear):
            node.advance()

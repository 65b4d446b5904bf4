"""Linear layers, plain and spectrally normalised, and networks made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from infojax._base import checks
from infojax.critics._spectral import spectral_normalise
from infojax.types import Array

__all__ = ["MLP", "Linear", "ResidualMLP", "SpectralLinear", "advance"]

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


class MLP(nnx.Module):
    """Perceptron with the given layer widths; the last layer is affine.

    Args:
        sizes: widths from input to output, at least two.
        activation: between layers; 1-Lipschitz (the default is) for a Lipschitz critic.
        layer: ``Linear`` or ``SpectralLinear``.
        rngs: initialises the layers.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Callable[[Array], Array] = jax.nn.relu,
        layer: type[Linear] = Linear,
        rngs: nnx.Rngs,
    ) -> None:
        self.layers = nnx.List([layer(a, b, rngs=rngs) for a, b in pairwise(sizes)])
        self.activation = activation

    def __call__(self, x: Array) -> Array:
        return self.above(self.layers[0](x))

    def above(self, x: Array) -> Array:
        """Everything after the first affine map."""
        for layer in list(self.layers)[1:]:
            x = layer(self.activation(x))
        return x


class ResidualMLP(MLP):
    """Perceptron whose hidden maps are blocks ``scale * (x + layer(activation(x)))``.

    The first and the last layer are as in ``MLP``, whose parameters it has.

    Args:
        sizes: widths from input to output; those between the ends are equal.
        activation: before each layer but the first.
        layer: ``Linear`` or ``SpectralLinear``. With the latter and a 1-Lipschitz
            activation the slope of a block is at most ``2 * scale``.
        scale: multiplies every block, a Python float; 0.5 keeps a network of
            ``SpectralLinear`` 1-Lipschitz, however deep.
        rngs: initialises the layers.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Callable[[Array], Array] = jax.nn.relu,
        layer: type[Linear] = Linear,
        scale: float = 1.0,
        rngs: nnx.Rngs,
    ) -> None:
        if len(set(sizes[1:-1])) > 1:
            raise checks.fail(
                ValueError,
                "ResidualMLP",
                "sizes",
                "equal between the first and the last",
                str(list(sizes)),
            )
        super().__init__(sizes, activation=activation, layer=layer, rngs=rngs)
        self.scale = scale

    def above(self, x: Array) -> Array:
        *blocks, last = self.layers
        if not blocks:  # the only layer is the first
            return x
        for block in blocks[1:]:
            x = self.scale * (x + block(self.activation(x)))
        return last(self.activation(x))


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

"""What constructors of critics share: perceptrons that know their caller, and sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

from flax import nnx

from infojax._base import checks
from infojax.layers import MLP, Linear
from infojax.types import Array, ArrayLike

__all__ = [
    "Activation",
    "Encoder",
    "Network",
    "check_limit",
    "check_width",
    "inputs",
    "quiet",
]

Activation = Callable[[Array], Array]
Network = Callable[..., MLP]
Module = TypeVar("Module", bound=nnx.Module)


class Encoder(nnx.Module):
    """A perceptron that names its caller when the width is wrong."""

    def __init__(self, where: str, argument: str, network: MLP) -> None:
        self.where, self.argument, self.network = where, argument, network

    def __call__(self, x: Array) -> Array:
        (x,), dtype = checks.samples(self.where, **{self.argument: x})
        width = self.network.layers[0].kernel.shape[0]
        check_width(self.where, self.argument, x, width)
        return self.network(x).astype(dtype)


def quiet(critic: Module) -> Module:
    """The critic with plain weights divided by the root of three, in place.

    Scores then start near zero, from where bounds that take their exponential climb
    farther.
    """
    for _, node in nnx.iter_graph(critic):
        if type(node) is Linear:
            node.kernel[...] = node.kernel[...] / math.sqrt(3)
    return critic


def inputs(
    where: str, x: ArrayLike, y: ArrayLike, x_dim: int, y_dim: int
) -> tuple[tuple[Array, Array], Any]:
    """Both sides as samples of the given widths, and the dtype to return."""
    (x, y), dtype = checks.samples(where, x=x, y=y)
    check_width(where, "x", x, x_dim)
    check_width(where, "y", y, y_dim)
    return (x, y), dtype


def check_width(where: str, argument: str, x: Array, width: int) -> None:
    """An error when there are more or fewer columns."""
    if x.shape[1] != width:
        expected = f"{width} columns wide"
        raise checks.fail(ValueError, where, argument, expected, f"{x.shape[1]}")


def check_limit(where: str, limit: float) -> None:
    """An error when the bound of log-variances is not a positive number."""
    if not limit > 0:
        raise checks.fail(ValueError, where, "limit", "positive", repr(limit))

"""Figures of the curves of capacity, rate-distortion and bottleneck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from infojax import closed_form
from infojax._base import checks
from infojax.theory._bottleneck_terms import BottleneckTerms
from infojax.theory._capacity import CapacityCost
from infojax.theory._equations import open_joint
from infojax.theory._information_bottleneck import InformationBottleneck
from infojax.theory._rate_distortion import RateDistortion
from infojax.types import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_bottleneck", "plot_capacity_cost", "plot_rate_distortion"]

_BITS = 1 / np.log(2)
_MARKS = "os^Dv*"
Points = Mapping[str, tuple[ArrayLike, ArrayLike]]
Curve = TypeVar("Curve", bound=tuple)


def plot_capacity_cost(
    curves: CapacityCost | Mapping[str, CapacityCost], *, points: Points | None = None
) -> Figure:
    """Capacity against the mean cost of the input, a line a channel.

    Args:
        curves: of ``capacity_cost`` or ``capacity_within`` over many prices or budgets,
            fields ``[n]``; one, or several by name.
        points: to mark, by name: cost and capacity in nats, numbers or arrays.

    Returns: a matplotlib ``Figure``, capacity in bits; ``figure.savefig(path)``.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> channel, costs = jnp.eye(2), jnp.array([0.0, 1.0])
        >>> curve = jax.vmap(lambda s: capacity_cost(channel, costs, price=s))(
        ...     jnp.array([0.0, 1.0, 4.0])
        ... )
        >>> plot_capacity_cost(curve, points={"free": (0, 0)}).axes[0].get_ylabel()
        'capacity [bits]'
    References: Blahut (1972), computation of channel capacity and rate-distortion
        functions, for the curve.
    """
    named = _named("plot_capacity_cost", curves, CapacityCost)
    figure, axis = _panel("mean cost", "capacity [bits]")
    for name, curve in named.items():
        _line(axis, curve.cost, curve.capacity, name)
    _mark(axis, points)
    return figure


def plot_rate_distortion(
    curves: RateDistortion | Mapping[str, RateDistortion],
    *,
    points: Points | None = None,
) -> Figure:
    """Rate against mean distortion, a line a source.

    Args:
        curves: of ``rate_distortion`` or ``rate_within`` over many trade-offs or
            budgets, fields ``[n]``; one, or several by name.
        points: to mark, by name: distortion and rate in nats, numbers or arrays.

    Returns: a matplotlib ``Figure``, rate in bits.
    Gradients: none.
    Cost: a second or so.
    Example:
        >>> p, hamming = jnp.array([0.3, 0.7]), 1 - jnp.eye(2)
        >>> curve = jax.vmap(lambda b: rate_distortion(p, hamming, beta=b))(
        ...     jnp.array([1.0, 2.0, 4.0])
        ... )
        >>> plot_rate_distortion({"coin": curve}).axes[0].get_xlabel()
        'mean distortion'
    References: Shannon (1959), coding theorems for a discrete source with a fidelity
        criterion, for the curve.
    """
    named = _named("plot_rate_distortion", curves, RateDistortion)
    figure, axis = _panel("mean distortion", "rate [bits]")
    for name, curve in named.items():
        _line(axis, curve.distortion, curve.rate, name)
    _mark(axis, points)
    return figure


def plot_bottleneck(
    pxy: ArrayLike,
    curve: InformationBottleneck | BottleneckTerms,
    *,
    points: Points | None = None,
) -> Figure:
    """The information bottleneck: I(T; Y) against I(X; T), and where the curve ends.

    It ends in the origin and where the least sufficient statistic of x is, its entropy
    and I(X; Y): both are marked. Nothing lies above I(X; Y) or above the diagonal.

    Args:
        pxy: the joint law, ``[nx, ny]``, probabilities or counts, concrete.
        curve: of ``bottleneck_curve`` over many trade-offs, or values of encoders from
            ``bottleneck_terms``, fields ``[n]``.
        points: to mark, by name: I(X; T) and I(T; Y) in nats, such as ``entropy`` and
            ``relevance`` of ``agglomerative_bottleneck``.

    Returns: a matplotlib ``Figure``, axes in bits.
    Gradients: none.
    Cost: O(nx^2 ny), and a second or so.
    Example:
        >>> pxy = jnp.array([[0.4, 0.1], [0.1, 0.4]])
        >>> curve = bottleneck_curve(pxy, betas=[3.0, 5.0, 100.0])
        >>> tree = agglomerative_bottleneck(pxy)
        >>> figure = plot_bottleneck(
        ...     pxy, curve, points={"merges": (tree.entropy, tree.relevance)}
        ... )
        >>> figure.axes[0].get_xlabel()
        'I(X; T) [bits]'
    References: Tishby, Pereira and Bialek (1999), the information bottleneck method.
    """
    name = "plot_bottleneck"
    if not isinstance(curve, InformationBottleneck | BottleneckTerms):
        expected = "of `bottleneck_curve` or `bottleneck_terms`"
        raise checks.fail(TypeError, name, "curve", expected, f"{curve!r:.40}")
    joint = np.asarray(open_joint(name, pxy)[0], float)
    rate, relevance = _least_sufficient(joint)
    figure, axis = _panel("I(X; T) [bits]", "I(T; Y) [bits]")
    top, right = relevance * _BITS, rate * _BITS
    style = {"color": "0.6", "lw": 0.8, "ls": ":"}
    axis.plot([0, top, right], [0, top, top], **style, label="min{I(X; T), I(X; Y)}")
    _line(axis, curve.rate, curve.relevance, "bottleneck curve")
    ends = np.array([0, rate]), np.array([0, relevance])
    _mark(axis, {"ends of the curve": ends} | dict(points or {}))
    return figure


def _least_sufficient(joint: np.ndarray) -> tuple[float, float]:
    """Entropy and information of x up to equal laws of y."""
    joint = joint[joint.sum(axis=1) > 0]
    if not len(joint):
        return 0.0, 0.0
    given = joint / joint.sum(axis=1, keepdims=True)
    apart = np.abs(given[:, None] - given[None]).max(axis=-1)
    group = np.argmax(apart <= 1e-6, axis=1)  # the first that is alike
    mass = np.bincount(group, joint.sum(axis=1))
    information = closed_form.categorical_mi(joint)
    return float(closed_form.categorical_entropy(mass)), float(information)


def _named(
    name: str, curves: Curve | Mapping[str, Curve], kind: type[Curve]
) -> dict[str, Curve]:
    """Curves by name, one without a name as "computed"."""
    named = dict(curves) if isinstance(curves, Mapping) else {"computed": curves}
    if not named or not all(isinstance(curve, kind) for curve in named.values()):
        expected = f"a `{kind.__name__}`, or several by name"
        raise checks.fail(TypeError, name, "curves", expected, f"{curves!r:.40}")
    return named


def _panel(x: str, y: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.8), layout="constrained")
    axis = figure.subplots()
    axis.set(xlabel=x, ylabel=y)
    return figure, axis


def _line(axis: Axes, x: ArrayLike, nats: ArrayLike, name: str) -> None:
    """One curve in the order of its first axis; both in bits where it is a plane."""
    unit = _BITS if "[bits]" in axis.get_xlabel() else 1
    across, up = np.ravel(x) * unit, np.ravel(nats) * _BITS
    order = np.argsort(across)
    axis.plot(across[order], up[order], lw=1.5, label=name)
    axis.legend(fontsize=7)


def _mark(axis: Axes, points: Points | None) -> None:
    unit = _BITS if "[bits]" in axis.get_xlabel() else 1
    for i, (name, (x, nats)) in enumerate((points or {}).items()):
        across, up = np.ravel(x) * unit, np.ravel(nats) * _BITS
        mark = _MARKS[i % len(_MARKS)]
        axis.plot(across, up, mark, mfc="none", ms=6, color=f"C{i + 3}", label=name)
        axis.legend(fontsize=7)

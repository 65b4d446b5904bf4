"""Figures show every curve and point, in bits, on labelled axes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import theory

BITS = 1 / np.log(2)
PXY = np.array([[0.3, 0.1], [0.1, 0.3], [0.15, 0.05]])


def line(axis, name: str) -> np.ndarray:
    return next(l.get_xydata() for l in axis.lines if l.get_label() == name)


def test_capacity_against_cost():
    channel, costs = np.eye(2), np.array([0.0, 1.0])
    solve = jax.jit(jax.vmap(lambda s: theory.capacity_cost(channel, costs, price=s)))
    curve = solve(jnp.array([0.0, 1.0, 3.0]))
    figure = theory.plot_capacity_cost(
        {"a": curve, "b": curve}, points={"all": (0.5, np.log(2))}
    )
    (axis,) = figure.axes
    assert axis.get_xlabel() == "mean cost" and axis.get_ylabel() == "capacity [bits]"
    expected = np.stack([curve.cost, curve.capacity * BITS], axis=1)[::-1]
    for name in "ab":
        np.testing.assert_allclose(line(axis, name), expected)
    np.testing.assert_allclose(line(axis, "all"), [[0.5, 1.0]])
    names = [text.get_text() for text in axis.get_legend().get_texts()]
    assert names == ["a", "b", "all"]
    figure.canvas.draw()


def test_rate_against_distortion():
    curve = jax.vmap(
        lambda b: theory.rate_distortion(np.ones(2), 1 - np.eye(2), beta=b)
    )(jnp.array([1.0, 2.0]))
    (axis,) = theory.plot_rate_distortion(curve).axes
    assert axis.get_xlabel() == "mean distortion" and axis.get_ylabel() == "rate [bits]"
    expected = np.stack([curve.distortion, curve.rate * BITS], axis=1)[::-1]
    np.testing.assert_allclose(line(axis, "computed"), expected)


def test_the_bottleneck_ends_in_the_least_sufficient_statistic():
    curve = theory.bottleneck_curve(PXY, betas=np.array([6.0, 50.0]))
    tree = theory.agglomerative_bottleneck(PXY)
    points = {"merges": (tree.entropy, tree.relevance)}
    (axis,) = theory.plot_bottleneck(PXY, curve, points=points).axes
    # The first and the last row say the same about y: 0.6 and 0.4 of the mass.
    rate = -np.array([0.6, 0.4]) @ np.log2([0.6, 0.4])
    top = float(tree.relevance[0]) * BITS
    np.testing.assert_allclose(line(axis, "ends of the curve"), [[0, 0], [rate, top]])
    found = line(axis, "bottleneck curve")
    np.testing.assert_allclose(found[:, 0], np.sort(curve.rate) * BITS)
    assert np.all(found[:, 1] <= np.minimum(found[:, 0], top) + 1e-9)
    assert len(line(axis, "merges")) == 3
    assert axis.get_xlabel() == "I(X; T) [bits]"
    assert axis.get_ylabel() == "I(T; Y) [bits]"


def test_mistakes_are_explained():
    with pytest.raises(TypeError, match="plot_capacity_cost: `curves` must be a"):
        theory.plot_capacity_cost({})
    with pytest.raises(TypeError, match="plot_bottleneck: `curve` must be of"):
        theory.plot_bottleneck(PXY, 3.0)  # type: ignore[arg-type]

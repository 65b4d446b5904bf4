"""Figures show every layer and epoch, on labelled axes."""

from __future__ import annotations

import numpy as np
import pytest

from infojax import infoplane

EPOCHS = np.array([0, 1, 10])


def plane(seeds: int = 2) -> infoplane.Plane:
    xt = np.random.default_rng(0).uniform(1, 8, (seeds, 3, 3))
    return infoplane.Plane(("a", "b", "c"), EPOCHS, xt, xt / 9, 1000, 0.7)


def test_a_trajectory_for_each_layer_coloured_by_epoch():
    curve = np.array([0.0, 1.0]), np.array([0.0, 0.5])
    figure = infoplane.plot_plane(plane(), curve=curve)
    axis, bar = figure.axes
    bits = plane().xt.mean(0) / np.log(2)
    for layer, points in enumerate(axis.collections):
        np.testing.assert_allclose(points.get_offsets()[:, 0], bits[layer])
        np.testing.assert_array_equal(points.get_array(), 1 + EPOCHS)
    assert [text.get_text() for text in axis.texts] == ["a", "b", "c"]
    assert axis.get_xlabel() == "I(X; T) [bits]"
    assert axis.get_ylabel() == "I(T; Y) [bits]"
    assert bar.get_ylabel() == "1 + epoch"
    assert "bottleneck curve" in [line.get_label() for line in axis.lines]
    figure.canvas.draw()


def test_small_multiples_share_their_axes():
    names = ["tanh", "relu", "elu", "gelu"]
    figure = infoplane.plot_plane(dict.fromkeys(names, plane()))
    panels = [axis for axis in figure.axes if axis.get_title()]
    assert [axis.get_title() for axis in panels] == names
    assert len({axis.get_xlim() for axis in panels}) == 1


def test_lines_by_epoch_with_intervals():
    figure = infoplane.plot_epochs({"one": plane(), "two": plane(1)})
    assert len(figure.axes) == 4
    mean, low, _ = (part[1] / np.log(2) for part in infoplane.interval(plane().ty))
    axis = figure.axes[1]
    np.testing.assert_allclose(axis.lines[1].get_ydata(), mean)
    band = axis.collections[1].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(low.min())


def test_gradients_over_one_mean_drift():
    figure = infoplane.plot_gradients(EPOCHS, {"a": [3.0, 1.0, 0.1]})
    axis = figure.axes[0]
    assert axis.get_yscale() == "log"
    np.testing.assert_array_equal(axis.lines[0].get_xdata(), 1 + EPOCHS)


def test_mistakes_are_explained():
    with pytest.raises(TypeError, match="plot_plane: `planes` must be a `Plane`"):
        infoplane.plot_plane({})

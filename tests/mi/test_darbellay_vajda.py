"""The adaptive partition against a recursion in plain Python and known laws."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.stats import rankdata

from infojax import closed_form, entropy, mi

RNG = np.random.default_rng(0)
estimate = jax.jit(mi.darbellay_vajda)


def reference(x, y, threshold=7.81, forced=2):
    """The same partition, cell by cell."""
    n = len(x)
    u, v = ((rankdata(side) - 0.5) / n for side in (x, y))

    def inside(side, low, width):
        return (side >= low) & (side < low + width)

    def gain(a, b, level):
        width = 0.5**level
        in_x, in_y = inside(u, a, width), inside(v, b, width)
        count = np.sum(in_x & in_y)
        if count == 0:
            return 0.0
        corners = [
            (a + i * width / 2, b + j * width / 2) for i in (0, 1) for j in (0, 1)
        ]
        excess = -float(count)
        for c, d in corners:
            half_x, half_y = inside(u, c, width / 2), inside(v, d, width / 2)
            share = half_x.sum() / in_x.sum() * half_y.sum() / in_y.sum()
            if share > 0:
                excess += np.sum(half_x & half_y) ** 2 / (share * count)
        if level < 20 and (excess > threshold or level < forced):
            return sum(gain(c, d, level + 1) for c, d in corners)
        return count / n * np.log(count * n / (in_x.sum() * in_y.sum()))

    return gain(0.0, 0.0, 0)


@pytest.mark.parametrize("kind", ["normal", "strong", "square", "tied"])
def test_the_partition_of_the_recursion(kind: str):
    x, noise = RNG.normal(size=(2, 150))
    y = {
        "normal": 0.6 * x + 0.8 * noise,
        "strong": x + 0.05 * noise,
        "square": x**2 + 0.1 * noise,
        "tied": np.round(2 * x + noise),
    }[kind]
    np.testing.assert_allclose(estimate(x, y), reference(x, y), rtol=1e-10)


def test_options():
    x, noise = RNG.normal(size=(2, 150))
    y = 0.6 * x + 0.8 * noise
    got = mi.darbellay_vajda(x, y, threshold=11.3, forced=1)
    np.testing.assert_allclose(got, reference(x, y, 11.3, 1), rtol=1e-10)
    for wrong in (-1, 0.5):
        with pytest.raises(ValueError, match="`forced` must be an int >= 0"):
            mi.darbellay_vajda(x, y, forced=wrong)  # pyright: ignore
    with pytest.raises(ValueError, match="`y` must be one column"):
        mi.darbellay_vajda(x, np.stack([x, y], axis=1))


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_a_normal_law(rho: float):
    # Over 20 seeds the errors are 0.001, -0.001 and -0.008, the spread up to 0.014.
    x, noise = RNG.normal(size=(2, 5000))
    y = rho * x + (1 - rho**2) ** 0.5 * noise
    truth = closed_form.bivariate_normal_mi(rho)
    np.testing.assert_allclose(estimate(x, y), truth, atol=0.06)


def test_increasing_maps_do_not_matter():
    x, noise = RNG.normal(size=(2, 150))
    y = 0.6 * x + 0.8 * noise
    np.testing.assert_allclose(estimate(np.exp(x), y**3), estimate(x, y), rtol=1e-12)


def test_two_symbols():
    x = np.repeat([0.0, 1.0], 75)
    expected = entropy.plugin(np.ones(2))
    np.testing.assert_allclose(estimate(x, x), expected, rtol=1e-12)

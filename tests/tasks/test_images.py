"""Images from coordinates: goldens, the way back, and pairs of a known information."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy.special import ndtr, ndtri

from infojax import mi, tasks, transforms

GOLDEN = golden("lossy_compression_ib")


def cases(quantity: str):
    found = [c for c in GOLDEN if c["quantity"] == quantity]
    return pytest.mark.parametrize("case", found, ids=lambda c: c["name"])


@cases("gaussian_images")
def test_golden_spots(case: dict):
    draw = jax.jit(lambda z: tasks.gaussian_images(z, **case["params"]))
    images = draw(np.asarray(case["inputs"]["z"]))
    np.testing.assert_allclose(images[0], case["expected"]["image_0"], rtol=1e-8)
    sums = images.sum(axis=(1, 2))
    np.testing.assert_allclose(sums, case["expected"]["image_sums"], rtol=1e-8)


def edges_along(profile: np.ndarray) -> list[float]:
    """Start and end of a rectangle from how much it covers of the pixels of a line."""
    covered = np.flatnonzero(profile > 0)
    first, last = covered[0], covered[-1]
    return [first + 1 - profile[first], last + profile[last]]


@cases("rectangle_images")
def test_golden_rectangles_and_the_way_back_to_their_coordinates(case: dict):
    draw = jax.jit(lambda z: tasks.rectangle_images(z, **case["params"]))
    images = np.asarray(draw(np.asarray(case["inputs"]["z"])))
    expected = case["expected"]
    np.testing.assert_allclose(images[0], expected["image_0"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(
        images.sum(axis=(1, 2)), expected["image_sums"], rtol=1e-8
    )
    # A pixel is covered along its whole side, so a line through it is a profile.
    ends = [edges_along(i.max(axis=1)) + edges_along(i.max(axis=0)) for i in images]
    np.testing.assert_allclose(ends, expected["coords"], rtol=1e-8)


def test_sides_may_differ_and_edges_stay_inside():
    z = np.array([[9.0, 9.0, -9.0, 9.0], [-9.0, -9.0, 9.0, -9.0]])
    images = np.asarray(tasks.rectangle_images(z, height=6, width=9, min_size=3.0))
    assert images.shape == (2, 6, 9)
    # Last three rows and all columns; first three rows and last three columns.
    expected = np.zeros((2, 6, 9))
    expected[0, 3:] = 1
    expected[1, :3, 6:] = 1
    np.testing.assert_allclose(images, expected, atol=1e-8)
    spots = tasks.gaussian_images(z[:, :2], height=3, width=5)
    assert spots.shape == (2, 3, 5)
    assert spots[0].argmax() == 14 and spots[1].argmax() == 0


def test_coordinates_of_a_spot_can_be_read_off_and_have_the_correlation():
    nats = 1.5
    task = tasks.image_pairs(nats, images=tasks.gaussian_images, d=2)
    assert (task.dim_x, task.dim_y, task.mutual_information) == (256, 256, nats)
    with jax.enable_x64(True):
        pair = jax.jit(task.sampler, static_argnums=1)(jax.random.key(0), 1500)

    def coordinates(flat) -> np.ndarray:
        images = np.log(np.asarray(flat, float).reshape(-1, 16, 16))
        across = images[:, 0, -1] - images[:, 0, 0]  # 10 (2 u - 1)
        down = images[:, -1, 0] - images[:, 0, 0]
        return ndtri(
            np.clip((np.stack([across, down], 1) / 10 + 1) / 2, 1e-6, 1 - 1e-6)
        )

    z, w = map(coordinates, pair)
    rho = np.sqrt(1 - np.exp(-nats))
    for i in range(2):
        # The standard error of a correlation of 0.88 is 0.006.
        np.testing.assert_allclose(np.corrcoef(z[:, i], w[:, i])[0, 1], rho, atol=0.025)
    assert abs(np.corrcoef(z[:, 0], w[:, 1])[0, 1]) < 0.1
    np.testing.assert_allclose(ndtr(z).mean(axis=0), 0.5, atol=0.03)


@pytest.mark.parametrize("rotation", [None, 3])
def test_a_rotation_mixes_columns_and_keeps_the_information(rotation: int | None):
    key = None if rotation is None else jax.random.key(rotation)
    task = tasks.correlated_gaussian(2.0, d=3, rotation=key)
    x, y = task.sample(jax.random.key(0), 4000)
    joint = np.cov(np.hstack([x, y]).T)
    np.testing.assert_allclose(joint[:3, :3], np.eye(3), atol=0.1)
    np.testing.assert_allclose(joint[3:, 3:], np.eye(3), atol=0.1)
    rho = np.sqrt(1 - np.exp(-4 / 3))
    cross = joint[:3, 3:]
    np.testing.assert_allclose(cross @ cross.T, rho**2 * np.eye(3), atol=0.1)
    mixed = np.abs(cross - rho * np.eye(3)).max() > 0.3
    assert mixed == (rotation is not None)
    # Of the normal model, whose standard error is about 0.02 here.
    got = jax.jit(mi.gaussian)(x, y)
    np.testing.assert_allclose(got, task.mutual_information, atol=0.08)


def test_pairs_of_rectangles_under_vmap_and_a_map_of_ones_own():
    draw = tasks.image_pairs(
        1.0, d=4, images=lambda z: tasks.rectangle_images(z, height=8, width=6)
    )
    keys = jax.random.split(jax.random.key(0), 2)
    x, y = jax.vmap(lambda key: draw.sample(key, 3))(keys)
    assert x.shape == y.shape == (2, 3, 48)


@pytest.mark.slow
def test_a_few_components_of_the_images_keep_their_information():
    x, y = tasks.image_pairs(1.0).sample(jax.random.key(0), 2000)

    @jax.jit
    def estimate(x, y):
        sides = (
            transforms.principal_scores(
                side, transforms.principal_components(side), k=4
            )
            for side in (x, y)
        )
        return mi.ksg(*sides, k=5)

    # Over ten seeds a mean of 0.95 and a standard deviation of 0.02.
    np.testing.assert_allclose(estimate(x, y), 1.0, atol=0.15)


def test_mistakes_are_named():
    z = jnp.zeros((2, 4))
    with pytest.raises(ValueError, match="gaussian_images: `z` must be of shape"):
        tasks.gaussian_images(z)
    with pytest.raises(ValueError, match="gaussian_images: `width` must be >= 2"):
        tasks.gaussian_images(z[:, :2], width=1)
    with pytest.raises(ValueError, match="rectangle_images: `min_size` must be"):
        tasks.rectangle_images(z, min_size=1.0)
    with pytest.raises(ValueError, match="rectangle_images: `min_size` must be"):
        tasks.rectangle_images(z, height=4, min_size=4)
    with pytest.raises(ValueError, match="correlated_gaussian: `mutual_information`"):
        tasks.correlated_gaussian(-1.0)
    with pytest.raises(ValueError, match="image_pairs: `mutual_information` must be"):
        tasks.image_pairs(25.0, d=2)
    with pytest.raises(ValueError, match="correlated_gaussian: `d` must be"):
        tasks.correlated_gaussian(1.0, d=0)

"""Mixed sequences: balance, what comes back, and the information that mixing adds."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import entropy, mi, transforms

MIXED = [c for c in golden("mixed_ae") if c["name"].startswith("mix_unmix")]
INFORMATION = [c for c in golden("mixed_ae") if c["name"].startswith("mi_increase")]
TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}


@pytest.mark.parametrize("case", MIXED, ids=range(len(MIXED)))
def test_mixing_and_unmixing_of_reference(case: dict):
    patches = jnp.asarray(case["inputs"]["patches"])
    source, expected = jnp.asarray(case["inputs"]["source"]), case["expected"]
    mixed = transforms.mix_patches(patches, source)
    np.testing.assert_allclose(mixed, expected["mixed"], **TOLERANCE)
    apart = transforms.unmix_tokens(mixed, source, len(patches), 0.0)
    np.testing.assert_allclose(apart, expected["unmixed"], **TOLERANCE)
    for image, positions in enumerate(expected["masked_positions_per_image"]):
        np.testing.assert_array_equal(np.flatnonzero(source != image), positions)


def test_gradients_go_where_tokens_came_from():
    rng = np.random.default_rng(0)
    patches, weights = jnp.asarray(rng.normal(size=(2, 3, 6, 2)))
    source = jnp.array([2, 0, 1, 1, 0, 2])
    slope = jax.grad(lambda p: jnp.sum(weights[0] * transforms.mix_patches(p, source)))(
        patches
    )
    own = source == np.arange(3)[:, None]
    np.testing.assert_allclose(slope, jnp.where(own[..., None], weights[0], 0))

    def apart(tokens, blank):
        return jnp.sum(weights * transforms.unmix_tokens(tokens, source, 3, blank))

    tokens, blank = jax.grad(apart, (0, 1))(patches[0], jnp.ones(2))
    kept = jnp.where(own[..., None], weights, 0)
    np.testing.assert_allclose(tokens, kept.sum(axis=0))
    np.testing.assert_allclose(blank, (weights - kept).sum(axis=(0, 1)))


@pytest.mark.parametrize("n, g", [(16, 4), (6, 6), (5, 1), (12, 3)])
def test_every_source_is_used_equally_often(n: int, g: int):
    keys = jax.random.split(jax.random.key(0), 5)
    drawn = jax.vmap(lambda key: transforms.balanced_source(key, n, g))(keys)
    assert drawn.dtype == jnp.int32
    for source in drawn:
        np.testing.assert_array_equal(np.bincount(source), n // g)
    if g > 1:
        assert len({tuple(source.tolist()) for source in drawn}) > 1


def test_positions_are_equally_likely_to_hold_each_source():
    keys = jax.random.split(jax.random.key(0), 4000)
    drawn = jax.vmap(lambda key: transforms.balanced_source(key, 8, 4))(keys)
    share = np.mean(np.asarray(drawn)[..., None] == np.arange(4), axis=0)
    # Five standard errors.
    np.testing.assert_allclose(share, 1 / 4, atol=5 * (3 / 16 / 4000) ** 0.5)


@pytest.mark.parametrize("case", INFORMATION, ids=lambda c: c["name"])
def test_mixing_raises_the_information_unless_images_are_independent(case: dict):
    joint, expected = np.asarray(case["inputs"]["joint_x1_x2"]), case["expected"]
    mixed, masked = np.zeros((4, 4)), np.zeros((4, 2))
    for first in range(4):
        for second in range(4):
            kept, foreign = first // 2, second % 2
            mixed[first, 2 * kept + foreign] += joint[first, second]
            masked[first, kept] += joint[first, second]
    with_foreign, alone = mi.plugin(jnp.asarray(mixed)), mi.plugin(jnp.asarray(masked))
    np.testing.assert_allclose(with_foreign, expected["i_mixed"], **TOLERANCE)
    np.testing.assert_allclose(alone, expected["i_masked"], **TOLERANCE)
    own = entropy.plugin(jnp.asarray(joint.sum(axis=1)))
    np.testing.assert_allclose(own, expected["entropy_x1"], **TOLERANCE)
    gained = with_foreign - alone
    if case["name"].endswith("independent"):
        np.testing.assert_allclose(gained, 0, atol=1e-12)
    else:
        assert gained > 0.06


def test_sources_outside_the_images():
    patches = jnp.arange(6.0).reshape(2, 3)
    source = jnp.array([-4, 1, 9])
    np.testing.assert_array_equal(transforms.mix_patches(patches, source), [0, 4, 5])
    apart = transforms.unmix_tokens(jnp.ones(3), source, 2, 0.0)
    np.testing.assert_array_equal(apart, [[0, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: transforms.balanced_source(jax.random.key(0), 10, 4),
            "balanced_source: `n_tokens` must be a multiple",
        ),
        (
            lambda: transforms.mix_patches(jnp.ones(3), jnp.zeros(3, int)),
            r"mix_patches: `patches` must be non-empty, \[g, n, ...\]",
        ),
        (
            lambda: transforms.unmix_tokens(
                jnp.ones((3, 2)), jnp.zeros(3, int), 2, jnp.ones(3)
            ),
            "unmix_tokens: `mask_token` must be a scalar or of shape",
        ),
    ],
)
def test_mistakes_are_explained(call, message: str):
    with pytest.raises(ValueError, match=message):
        call()

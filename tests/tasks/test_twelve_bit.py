"""The twelve-bit task: labels, symmetries, and what bins of a layer say of it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import entropy, mi, quantize, tasks

GOLDEN = golden("information_plane")
(TASK,) = [c for c in GOLDEN if c["quantity"] == "twelve_bit_task"]
X, Y = (np.asarray(a) for a in tasks.twelve_bit())


def test_golden_labels():
    np.testing.assert_array_equal(X @ 2 ** np.arange(11, -1, -1), np.arange(4096))
    bits = np.packbits(Y.astype(bool)).tobytes().hex()
    assert bits == TASK["expected"]["labels_hex"]
    assert Y.sum() == TASK["expected"]["num_ones"] == 2118
    got = jax.jit(entropy.discrete)(Y)
    np.testing.assert_allclose(got, TASK["expected"]["h_y"], rtol=1e-8)


def symmetries(adjacent: np.ndarray):
    """All permutations of the vertices that keep neighbours, by search."""

    def grow(images: list[int]):
        here = len(images)
        if here == 12:
            yield images
            return
        for image in set(range(12)) - set(images):
            known = adjacent[here, :here] == adjacent[image, images]
            if known.all():
                yield from grow([*images, image])

    return np.array(list(grow([])))


def test_labels_are_invariant_under_the_icosahedral_group():
    adjacent = np.zeros((12, 12), bool)
    i, j = np.transpose(TASK["inputs"]["adjacent_pairs"])
    adjacent[i, j] = adjacent[j, i] = True
    group = symmetries(adjacent)
    assert group.shape == (120, 12)
    rows = X[:, group] @ 2 ** np.arange(11, -1, -1)  # [4096, 120]
    np.testing.assert_array_equal(Y[rows], np.broadcast_to(Y[:, None], rows.shape))
    # Patterns that a symmetry maps to each other: 82 orbits of the whole group.
    assert len(np.unique(rows.min(axis=1))) == 82


def test_labels_are_a_function_of_64_triples():
    adjacent, antipodal = (
        X[:, np.transpose(TASK["inputs"][f"{kind}_pairs"])].prod(axis=1).sum(axis=1)
        for kind in ("adjacent", "antipodal")
    )
    triples = np.stack([X.sum(axis=1), adjacent, antipodal], axis=1)
    found, index = np.unique(triples, axis=0, return_inverse=True)
    assert len(found) == 64
    ones = np.bincount(index.ravel(), Y) / np.bincount(index.ravel())
    assert set(ones) == {0.0, 1.0}


@pytest.mark.parametrize(
    "case",
    [c for c in GOLDEN if c["quantity"] == "uniform_binning"],
    ids=lambda c: c["name"],
)
def test_golden_information_of_binned_layers(case: dict):
    t, rows, labels = (
        np.asarray(case["inputs"][name])
        for name in ("activations", "input_ids", "labels")
    )
    edges = np.linspace(-1, 1, case["params"]["num_edges"])

    @jax.jit
    def plane(t):
        codes = quantize.digitize(t, edges)
        pair = mi.discrete(codes, rows), mi.discrete(codes, labels)
        return codes, entropy.discrete(codes), *pair

    codes, *got = plane(t)
    expected = case["expected"]
    np.testing.assert_array_equal(codes, expected["codes"])
    names = ("h_t", "mi_input", "mi_label")
    np.testing.assert_allclose(got, [expected[n] for n in names], rtol=1e-8, atol=1e-9)


def test_the_last_edge_has_a_bin_of_its_own():
    edges = jnp.linspace(-1.0, 1.0, 30)
    codes = quantize.digitize(jnp.array([-1.0, 0.999, 1.0, 7.0, -7.0]), edges)
    np.testing.assert_array_equal(codes, [0, 28, 29, 29, 0])


def test_a_layer_that_tells_patterns_apart_has_twelve_bits():
    weights = np.random.default_rng(0).normal(size=(12, 10)) / 12**0.5
    t = np.tanh(X @ weights)
    codes = quantize.digitize(t, np.linspace(-1, 1, 3000))
    assert len(np.unique(codes, axis=0)) == 4096
    f = jax.jit(lambda c: (entropy.discrete(c), mi.discrete(c, Y)))
    expected = [12 * np.log(2), TASK["expected"]["h_y"]]
    np.testing.assert_allclose(f(codes), expected, rtol=1e-8)

"""Attention of all keys and of the best: references, limits, what may not be seen."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax import attention

TOP_K = [c for c in golden("mixed_ae") if c["name"].startswith("topk_attention")]
TOLERANCE = {"rtol": 1e-8, "atol": 1e-9}
MASK = attention.modality_mutual_mask(6, [[1, 3]], [[4, 6]])


def drawn(*shape: int, seed: int = 0) -> tuple[jax.Array, ...]:
    rng = np.random.default_rng(seed)
    return tuple(jnp.asarray(rng.normal(size=shape)) for _ in range(3))


@pytest.mark.parametrize("case", TOP_K, ids=lambda c: c["name"])
def test_best_keys_of_reference(case: dict):
    q, k, v = (jnp.asarray(case["inputs"][name]) for name in "qkv")
    found = attention.attend_top_k(q, k, v, top_k=case["params"]["top_k"])
    expected = case["expected"]
    np.testing.assert_allclose(found.weights, expected["weights"], **TOLERANCE)
    np.testing.assert_allclose(found.output, expected["out"], **TOLERANCE)
    kept = np.count_nonzero(found.weights, axis=-1)
    np.testing.assert_array_equal(kept, expected["nonzero_per_row"])


def test_the_gradient_of_the_best_keys_is_that_of_the_rest_deleted():
    q, k, v = drawn(6, 4)
    chosen = attention.attend_top_k(q, k, v, top_k=2).weights > 0

    def best(*a):
        return jnp.sum(jnp.sin(attention.attend_top_k(*a, top_k=2).output))

    def masked(*a):
        return jnp.sum(jnp.sin(attention.attend(*a, mask=chosen).output))

    got, expected = (jax.grad(f, (0, 1, 2))(q, k, v) for f in (best, masked))
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_all_keys_as_the_best_ones_are_plain_attention():
    q, k, v = drawn(6, 4)
    plain = attention.attend(q, k, v, mask=MASK)
    best = attention.attend_top_k(q, k, v, top_k=6, mask=MASK)
    np.testing.assert_allclose(best.weights, plain.weights, rtol=1e-12)
    np.testing.assert_allclose(best.weights.sum(axis=-1), 1, rtol=1e-12)


def test_best_keys_are_chosen_among_those_allowed_and_ties_stay():
    v = jnp.eye(4)
    k = jnp.array([[9.0], [1.0], [2.0], [3.0]])
    mask = jnp.array([False, True, True, True])
    found = attention.attend_top_k(jnp.ones((1, 1)), k, v, top_k=2, mask=mask)
    np.testing.assert_array_equal(found.weights[0] > 0, [False, False, True, True])
    tied = attention.attend_top_k(jnp.ones((1, 1)), jnp.ones((4, 1)), v, top_k=2)
    np.testing.assert_allclose(tied.weights, 1 / 4)


@pytest.mark.parametrize("top_k", [7, 64])
def test_exactly_so_many_keys_are_kept_when_compiled(top_k: int):
    inputs = (x.astype(jnp.float32) for x in drawn(4, 200, 32))
    best = jax.jit(lambda q, k, v: attention.attend_top_k(q, k, v, top_k=top_k))
    kept = np.count_nonzero(best(*inputs).weights, axis=-1)
    np.testing.assert_array_equal(kept, top_k)


def test_heads_and_batches_broadcast():
    q, k, v = drawn(2, 3, 6, 4)
    mask = jnp.stack([MASK, attention.causal_mask(6)])[:, None]
    heat = jnp.array([0.5, 1.0, 2.0])[:, None, None]
    found = attention.attend(q, k[:, :1], v[0], mask=mask, temperature=heat)
    for batch in range(2):
        for head in range(3):
            alone = attention.attend(
                q[batch, head],
                k[batch, 0],
                v[0, head],
                mask=mask[batch, 0],
                temperature=heat[head, 0, 0],
            )
            np.testing.assert_allclose(found.output[batch, head], alone.output)
            np.testing.assert_allclose(found.weights[batch, head], alone.weights)


def test_entropy_rises_with_the_temperature():
    q, k, v = drawn(6, 4)
    spread = [
        attention.entropy(attention.attend(q, k, v, temperature=t).weights)
        for t in (1e-3, 0.5, 1.0, 2.0, 1e6)
    ]
    assert (np.diff(spread, axis=0) > 0).all()
    np.testing.assert_allclose(spread[0], 0, atol=1e-6)
    np.testing.assert_allclose(spread[-1], np.log(6), rtol=1e-9)
    slope = jax.grad(lambda t: attention.attend(q, k, v, temperature=t).weights.max())(
        1.0
    )
    assert slope < 0


def test_what_a_mask_hides_does_not_reach_the_output():
    q, k, v = drawn(6, 4)
    slopes = jax.jacobian(lambda v: attention.attend(q, k, v, mask=MASK).output)(v)
    reached = np.abs(slopes).sum(axis=(1, 3)) > 0
    np.testing.assert_array_equal(reached, MASK)
    # Keys as well; that of a query with one key is certain whatever its score.
    slopes = jax.jacobian(lambda k: attention.attend(q, k, v, mask=MASK).output)(k)
    reached = np.abs(slopes).sum(axis=(1, 3)) > 0
    expected = np.array(MASK)
    expected[0] = False
    np.testing.assert_array_equal(reached, expected)


def test_hidden_rows_may_hold_anything_and_a_query_without_keys_gets_zeros():
    q, k, v = drawn(6, 4)
    valid = jnp.arange(6) >= 2
    mask = attention.causal_mask(6, valid=valid)

    def f(q, k, v):
        found = attention.attend(q, k, v, mask=mask)
        return jnp.sum(jnp.sin(found.output)), found

    padding = ~valid[:, None]
    spoiled = [jnp.where(padding, jnp.nan, x) for x in (q, k, v)]
    both = jax.value_and_grad(f, (0, 1, 2), has_aux=True)
    (value, found), gradient = both(*spoiled)
    (expected, clean), slopes = both(q, k, v)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(found.weights, clean.weights, rtol=1e-12)
    for got, slope in zip(gradient, slopes, strict=True):
        np.testing.assert_allclose(got, slope, rtol=1e-12)
        np.testing.assert_array_equal(got[:2], 0)
    np.testing.assert_array_equal(found.output[:2], 0)
    np.testing.assert_array_equal(attention.entropy(found.weights)[:2], 0)


@pytest.mark.parametrize(
    "shapes, options, argument",
    [
        (((3, 2), (4, 5), (4, 2)), {}, "k"),
        (((3, 2), (4, 2), (5, 2)), {}, "v"),
        (((2, 3, 2), (3, 4, 2), (4, 2)), {}, "q"),
        (((2,), (4, 2), (4, 2)), {}, "q"),
        (((3, 2), (4, 2), (4, 2)), {"mask": np.ones((4, 3), bool)}, "mask"),
        (((3, 2), (4, 2), (4, 2)), {"temperature": np.ones(3)}, "temperature"),
        (((3, 2), (4, 2), (4, 2)), {"temperature": np.ones((2, 1, 1))}, "temperature"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(shapes, options, argument: str):
    arrays = (jnp.ones(shape) for shape in shapes)
    with pytest.raises(ValueError, match=f"attend: `{argument}` must be"):
        attention.attend(*arrays, **options)


def test_more_best_keys_than_keys_are_refused():
    with pytest.raises(ValueError, match="attend_top_k: `top_k` must be at most"):
        attention.attend_top_k(*drawn(3, 2), top_k=4)

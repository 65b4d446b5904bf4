"""Nodes masked at random."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import transforms

X, TOKEN = jnp.arange(20.0).reshape(10, 2), jnp.array([-1.0, -2.0])


@pytest.mark.parametrize("ratio, count", [(0.0, 1), (0.15, 2), (0.3, 3), (1.0, 10)])
def test_as_many_rows_as_asked_for_and_at_least_one(ratio: float, count: int):
    got, where = transforms.mask_nodes(jax.random.key(0), X, TOKEN, ratio=ratio)
    assert where.sum() == count
    np.testing.assert_array_equal(got[where], jnp.tile(TOKEN, (count, 1)))
    np.testing.assert_array_equal(got[~where], X[~where])


def test_every_node_is_masked_as_often():
    def one(key):
        return transforms.mask_nodes(key, X, TOKEN, ratio=0.3).where

    keys = jax.random.split(jax.random.key(1), 2000)
    share = jnp.mean(jax.vmap(one)(keys).astype(float), axis=0)
    # Five standard errors of a share of 0.3.
    np.testing.assert_allclose(share, 0.3, atol=5 * (0.3 * 0.7 / 2000) ** 0.5)


def test_masked_rows_pass_their_gradient_to_the_token():
    def f(x, token):
        return jnp.sum(transforms.mask_nodes(jax.random.key(0), x, token, ratio=0.4)[0])

    rows, token = jax.grad(f, argnums=(0, 1))(X, TOKEN)
    np.testing.assert_array_equal(token, [4.0, 4.0])
    assert rows.sum() == 6 * 2

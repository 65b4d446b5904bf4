"""The door: dtypes that come out, and mistakes that the contracts do not make."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import dependence, divergence, entropy, mi
from infojax._base import checks

X = jnp.linspace(0.0, 1.0, 8)


@pytest.mark.parametrize(
    "given, out, work",
    [
        (("float32", "float32"), "float32", "float32"),
        (("bfloat16", "bfloat16"), "bfloat16", "float32"),
        (("float16", "float16"), "float16", "float32"),
        (("float16", "bfloat16"), "float32", "float32"),
        (("bfloat16", "float32"), "float32", "float32"),
        (("float32", "float64"), "float64", "float64"),
    ],
)
def test_mixed_dtypes(given, out, work):
    a, b = (jnp.ones(3, dtype) for dtype in given)
    (x, y), dtype = checks.samples("f", x=a, y=b)
    assert dtype == out and x.dtype == y.dtype == work
    assert x.shape == (3, 1)


def test_lists_and_numpy_arrays_are_welcome():
    x = np.linspace(0, 1, 8)
    expected = mi.cs_qmi(jnp.asarray(x), jnp.asarray(x))
    np.testing.assert_allclose(mi.cs_qmi(x, list(x)), expected, rtol=1e-12)


MISTAKES = {
    "a mask of integers": (
        lambda: mi.cs_qmi(X, X, where=jnp.ones(8, int)),
        TypeError,
        r"cs_qmi: `where` must be Boolean; received int\d+\[8\]",
    ),
    "weights of another length": (
        lambda: dependence.hsic(X, X, weights=jnp.ones(7)),
        ValueError,
        r"hsic: `weights` must be of shape \[8\]; received float64\[7\]",
    ),
    "complex samples": (
        lambda: entropy.gaussian(X.astype(complex)),
        TypeError,
        r"entropy.gaussian: `x` must be real; received complex128",
    ),
    "Boolean samples": (
        lambda: mi.ksg(X > 0.5, X),
        TypeError,
        r"ksg: `x` must be floating .*; received bool\[8\]",
    ),
    "words": (
        lambda: mi.ksg(["a", "b"], X[:2]),
        TypeError,
        r"ksg: `x` must be floating",
    ),
    "no neighbours": (
        lambda: mi.ksg(X, X, k=0),
        ValueError,
        r"ksg: `k` must be in 1 <= k < n = 8; received 0",
    ),
    "a fractional neighbour": (
        lambda: entropy.kozachenko_leonenko(X, k=2.5),
        TypeError,
        r"kozachenko_leonenko: `k` must be a static Python int; received float 2.5",
    ),
    "two masks": (
        lambda: divergence.mmd(X, X, where_y=jnp.ones(3, bool)),
        ValueError,
        r"mmd: `where_y` must be of shape \[8\]; received bool\[3\]",
    ),
    "tables of other cells": (
        lambda: divergence.kl(jnp.ones(3), jnp.ones(4)),
        ValueError,
        r"kl: `q` must be broadcastable to \[3\]; received \[4\]",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained(mistake: str):
    call, error, message = MISTAKES[mistake]
    with pytest.raises(error, match=message):
        call()


def test_mistakes_are_found_while_tracing():
    with pytest.raises(ValueError, match="ksg: `y` must be as long as `x`"):
        jax.eval_shape(mi.ksg, X, X[1:])

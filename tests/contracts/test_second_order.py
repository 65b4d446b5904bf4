"""Hessian-vector products, forward over reverse, against differences of gradients."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from contracts.cases import CASES, Case, example

STEP = 1e-5
# One row of each kind of rule always; all of them with the slow tests.
ALWAYS = {
    "bounds.infonce",
    "dependence.hsic",
    "divergence.cauchy_schwarz",
    "divergence.sinkhorn",
    "entropy.matrix_renyi",
    "mi.cs_qmi",
}
SMOOTH = [
    pytest.param(c, id=c.id, marks=() if c.name in ALWAYS else pytest.mark.slow)
    for c in CASES
    if c.smooth
]


@pytest.mark.parametrize("case", SMOOTH)
def test_products_with_the_hessian_are_differences_of_gradients(case: Case):
    arrays = example(case)
    rng = np.random.default_rng(1)
    point = tuple(arrays[i] for i in case.smooth)
    direction = tuple(jnp.asarray(rng.normal(size=a.shape)) for a in point)

    def total(parts):
        full = dict(enumerate(arrays)) | dict(zip(case.smooth, parts, strict=True))
        return case.total(*full.values())

    gradient = jax.grad(total)
    product = jax.jit(lambda v: jax.jvp(gradient, (point,), (v,))[1])(direction)

    @jax.jit
    def moved(step):
        return gradient(
            tuple(a + step * v for a, v in zip(point, direction, strict=True))
        )

    after, before = moved(STEP), moved(-STEP)
    for got, high, low in zip(product, after, before, strict=True):
        expected = (high - low) / (2 * STEP)
        scale = 1e-4 * max(1.0, float(jnp.max(abs(expected))))
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=scale)

"""Quantiles of Student's t from the table, against SciPy."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax._base.student import quantile_table, student_quantile

TAILS = np.concatenate([np.logspace(-13, -0.31, 400), [0.5]])


@pytest.mark.parametrize("df", [1.0, 1.5, 3.0, 20.0, np.inf])
@pytest.mark.parametrize("dtype, rtol", [(jnp.float32, 2e-5), (jnp.float64, 1e-6)])
def test_quantiles_of_scipy(df, dtype, rtol):
    expected = stats.norm.isf(TAILS) if np.isinf(df) else stats.t.isf(TAILS, df)
    got = student_quantile(jnp.asarray(TAILS, dtype), quantile_table(df))
    assert got.dtype == dtype
    # Near the median a quantile is small: there the error is absolute.
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=2e-7)

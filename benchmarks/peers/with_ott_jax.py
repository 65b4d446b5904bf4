"""OTT-JAX: one compiled program."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
from ott.tools import sinkhorn_divergence

DISTRIBUTIONS = ("ott-jax", "jax", "jaxlib", "numpy")
PRECISION = "float32"


def sinkhorn(case: SimpleNamespace):
    """Its error is the sum of those of a margin, which the tolerance bounds."""
    options = {
        "threshold": case.tolerance,
        "max_iterations": 1000,
        "lse_mode": case.logarithms,
    }

    def solve(x, y):
        value, out = sinkhorn_divergence.sinkdiv(
            x, y, epsilon=case.epsilon, solve_kwargs=options
        )
        return jnp.where(jnp.array(out.converged).all(), value, jnp.nan)

    program, inputs = jax.jit(solve), jax.device_put((case.x, case.y))
    return lambda: np.asarray(program(*inputs))

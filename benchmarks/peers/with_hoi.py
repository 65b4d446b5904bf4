"""hoi, in JAX: columns first, in bits. Its neighbours take memory n^2 times columns."""

from __future__ import annotations

import math
from types import SimpleNamespace

import jax
import numpy as np
from hoi.core import get_entropy, get_mi

DISTRIBUTIONS = ("hoi", "jax", "jaxlib", "numpy")
PRECISION = "float32"


def ksg(case: SimpleNamespace):
    """Of one column a side; of several it takes Euclidean balls, another estimator.

    Its matrices of all pairs fill the memory from some 20,000 rows on.
    """
    if case.x.shape[1] + case.y.shape[1] > 2 or len(case.x) > 20_000:
        return None
    x, y = jax.device_put((case.x.T, case.y.T))
    estimate = get_mi("knn", k=case.k)
    return lambda: np.asarray(estimate(x, y)) * math.log(2)


def ksg_pairs(case: SimpleNamespace):
    x, y = jax.device_put((case.x[:, None], case.y[:, None]))
    estimate = get_mi("knn", k=case.k)
    every = jax.jit(
        lambda x, y: jax.lax.map(
            lambda pair: estimate(*pair), (x, y), batch_size=case.batch_size
        )
    )
    return lambda: np.asarray(every(x, y)) * math.log(2)


def copula_pairs(case: SimpleNamespace):
    x, y = jax.device_put((case.x[:, None], case.y[:, None]))
    estimate = get_mi("gc", biascorrect=True, copnorm=True)
    every = jax.jit(jax.vmap(estimate))
    return lambda: np.asarray(every(x, y)) * math.log(2)


def kernel_entropy(case: SimpleNamespace):
    x = jax.device_put(case.x.T)
    estimate = get_entropy("kernel", bw_method=case.bandwidth)
    return lambda: np.asarray(estimate(x)) * math.log(2)

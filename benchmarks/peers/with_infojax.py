"""infojax: every method is one compiled program."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from infojax import dependence, divergence, entropy, kernels, mi

DISTRIBUTIONS = ("jax", "jaxlib", "numpy", "scipy")
PRECISION = "float32, trees in float64"


def compiled(function: Callable[..., Any], *arrays: Any) -> Callable[[], np.ndarray]:
    program, inputs = jax.jit(function), jax.device_put(arrays)
    return lambda: np.asarray(program(*inputs))


def ksg(case: SimpleNamespace):
    return compiled(lambda x, y: mi.ksg(x, y, k=case.k), case.x, case.y)


def ksg_pairs(case: SimpleNamespace):
    def one(pair):
        return mi.ksg(*pair, k=case.k)

    def every(x, y):
        return jax.lax.map(one, (x, y), batch_size=case.batch_size)

    return compiled(every, case.x, case.y)


def ksg_features(case: SimpleNamespace):
    def every(x, y):
        return jax.lax.map(
            lambda column: mi.ksg(column, y, k=case.k), x.T, batch_size=case.batch_size
        )

    return compiled(every, case.x, case.y)


def hsic_pairs(case: SimpleNamespace):
    kernel = kernels.gaussian(case.bandwidth)

    def one(pair):
        return dependence.hsic(*pair, kernel_x=kernel, kernel_y=kernel)

    def every(x, y):
        return jax.lax.map(one, (x, y))

    return compiled(every, case.x, case.y)


def neighbour_entropy(case: SimpleNamespace):
    return compiled(
        lambda x: entropy.kozachenko_leonenko(x, k=case.k, max_norm=True), case.x
    )


def kernel_entropy(case: SimpleNamespace):
    return compiled(
        lambda x: entropy.kde_resubstitution(x, bandwidth=case.bandwidth), case.x
    )


def discrete(case: SimpleNamespace):
    return compiled(mi.discrete, case.x, case.y)


def binned_matrix(case: SimpleNamespace):
    return compiled(lambda x: mi.pairwise_binned(x, bins=case.bins), case.x)


def vendi(case: SimpleNamespace):
    kernel = kernels.gaussian(case.bandwidth)
    return compiled(lambda x: entropy.vendi(x, kernel=kernel), case.x)


def vendi_features(case: SimpleNamespace):
    return compiled(entropy.vendi_features, case.x)


def hsic(case: SimpleNamespace):
    kernel = kernels.gaussian(case.bandwidth)
    return compiled(
        lambda x, y: dependence.hsic(x, y, kernel_x=kernel, kernel_y=kernel),
        case.x,
        case.y,
    )


def normalized_hsic(case: SimpleNamespace):
    kernel = kernels.gaussian(case.bandwidth)
    return compiled(
        lambda x, y: dependence.normalized_hsic(x, y, kernel_x=kernel, kernel_y=kernel),
        case.x,
        case.y,
    )


def mmd(case: SimpleNamespace):
    kernel = kernels.gaussian(case.bandwidth)
    return compiled(lambda x, y: divergence.mmd(x, y, kernel=kernel), case.x, case.y)


def sinkhorn(case: SimpleNamespace):
    def solve(x, y):
        found = divergence.sinkhorn_solve(
            x, y, epsilon=case.epsilon, tolerance=case.tolerance
        )
        return jnp.where(found.converged, found.value, jnp.nan)

    return compiled(solve, case.x, case.y)


def copula_pairs(case: SimpleNamespace):
    return compiled(jax.vmap(mi.gaussian_copula), case.x, case.y)

"""Laws to start from: normal, Student, and a uniform variable with uniform noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from infojax import closed_form
from infojax._base import checks
from infojax.tasks._task import Task
from infojax.types import Array, PRNGKey

__all__ = [
    "additive_uniform",
    "dense_covariance",
    "gaussian",
    "paired_covariance",
    "student",
]


def gaussian(covariance: ArrayLike, *, dx: int, name: str = "gaussian") -> Task:
    """A normal law of mean zero.

    Args:
        covariance: joint covariance, ``[d, d]``, x first, positive definite, concrete.
        dx: number of leading columns that are x, ``1 <= dx < d``.
        name: of the task.

    Returns: a ``Task``; its information is ``closed_form.gaussian_mi``.
    Gradients: none; the covariance is a constant.
    Cost: O(n d^2) a sample of n.
    Example:
        >>> task = gaussian([[1.0, 0.6], [0.6, 1.0]], dx=1)
        >>> x, y = task.sample(jax.random.key(0), 100)
        >>> x.shape, y.shape, round(task.mutual_information, 4)
        ((100, 1), (100, 1), 0.2231)
    References: Cover and Thomas (2006), example 8.5.1.
    """
    matrix, root = _factorise("tasks.gaussian", "covariance", covariance)
    information = _exactly(lambda: closed_form.gaussian_mi(matrix, dx=dx))

    def sampler(key: PRNGKey, n: int) -> tuple[Array, Array]:
        joint = _normal(key, root, n)
        return joint[:, :dx], joint[:, dx:]

    return Task(name, dx, len(matrix) - dx, information, sampler)


def student(scale: ArrayLike, df: float, *, dx: int, name: str = "student") -> Task:
    """A multivariate Student law of location zero.

    Args:
        scale: joint dispersion matrix, ``[d, d]``, x first, positive definite and
            concrete. With the identity x and y are uncorrelated, yet not independent.
        df: degrees of freedom, positive and finite; 1 gives Cauchy margins.
        dx: number of leading columns that are x, ``1 <= dx < d``.
        name: of the task.

    Returns: a ``Task``; its information is ``closed_form.student_mi``. Samples are
        finite, though moments of order ``df`` and above do not exist.
    Gradients: none; the parameters are constants.
    Cost: O(n d^2) a sample of n.
    Example:
        >>> round(student(np.eye(2), 1, dx=1).mutual_information, 4)
        0.2242
    References: Kotz and Nadarajah (2004), multivariate t distributions.
    """
    df = float(df)
    if not 0 < df < math.inf:
        expected = "positive and finite (tasks.gaussian is the limit)"
        raise checks.fail(ValueError, "tasks.student", "df", expected, str(df))
    matrix, root = _factorise("tasks.student", "scale", scale)
    information = _exactly(lambda: closed_form.student_mi(matrix, df, dx=dx))

    def sampler(key: PRNGKey, n: int) -> tuple[Array, Array]:
        key_normal, key_gamma = jax.random.split(key)
        # In logs, since the gamma variable of a heavy tail underflows.
        logs = jax.random.loggamma(key_gamma, df / 2, (n, 1))
        stretch = jnp.exp((math.log(df / 2) - logs) / 2)
        joint = stretch * _normal(key_normal, root, n)
        return joint[:, :dx], joint[:, dx:]

    return Task(name, dx, len(matrix) - dx, information, sampler)


def additive_uniform(epsilon: float, *, name: str = "additive-uniform") -> Task:
    r"""A uniform variable on [0, 1] and its sum with uniform noise.

    :math:`Y = X + N` with N uniform on :math:`[-\epsilon, \epsilon]`: information
    :math:`\epsilon - \log 2\epsilon` up to 1/2, :math:`1 / (4 \epsilon)` beyond.

    Args:
        epsilon: half width of the noise, positive.
        name: of the task.

    Returns: a ``Task`` of one column each side, with sharp edges.
    Gradients: none; the width is a constant.
    Cost: O(n) a sample of n.
    Example:
        >>> additive_uniform(0.75).mutual_information == 1 / 3
        True
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    epsilon = float(epsilon)
    if not 0 < epsilon < math.inf:
        received = str(epsilon)
        expected = "positive and finite"
        raise checks.fail(
            ValueError, "tasks.additive_uniform", "epsilon", expected, received
        )
    wide = epsilon > 0.5
    information = 0.25 / epsilon if wide else epsilon - math.log(2 * epsilon)

    def sampler(key: PRNGKey, n: int) -> tuple[Array, Array]:
        key_x, key_noise = jax.random.split(key)
        x = jax.random.uniform(key_x, (n, 1))
        noise = jax.random.uniform(key_noise, (n, 1), minval=-epsilon, maxval=epsilon)
        return x, x + noise

    return Task(name, 1, 1, information, sampler)


def dense_covariance(d: int, correlation: float) -> np.ndarray:
    """Unit variances and one correlation between all columns.

    Args:
        d: columns of x and y together.
        correlation: above ``-1 / (d - 1)`` and below 1.

    Returns: ``[d, d]``, a NumPy array in float64.
    Gradients: none; a constant.
    Cost: O(d^2).
    Example:
        >>> dense_covariance(2, 0.5).tolist()
        [[1.0, 0.5], [0.5, 1.0]]
    References: Czyz et al. (2023), arXiv 2306.11078.
    """
    lowest = -1 / (d - 1) if d > 1 else -np.inf
    if not lowest < correlation < 1:
        expected = f"above {lowest:.3g} and below 1"
        received = f"{correlation}"
        raise checks.fail(
            ValueError, "dense_covariance", "correlation", expected, received
        )
    return np.full((d, d), float(correlation)) + (1 - correlation) * np.eye(d)


def paired_covariance(correlations: Sequence[float], *, dx: int, dy: int) -> np.ndarray:
    r"""Unit variances, and correlations of the first columns of x with those of y.

    Column i of x meets column i of y only, so that the information of a normal law is
    :math:`-\frac12 \sum_i \log(1 - \rho_i^2)`, however many columns are idle.

    Args:
        correlations: one for each pair, at most ``min(dx, dy)``, inside (-1, 1).
        dx, dy: columns of x and y.

    Returns: ``[dx + dy, dx + dy]``, a NumPy array in float64.
    Gradients: none; a constant.
    Cost: O(d^2).
    Example:
        >>> task = gaussian(paired_covariance([0.8, 0.8], dx=3, dy=5), dx=3)
        >>> round(task.mutual_information, 4)  # -log 0.36
        1.0217
    References: Hotelling (1936), relations between two sets of variates.
    """
    rho = np.asarray(correlations, float)
    if rho.ndim != 1 or len(rho) > min(dx, dy):
        expected = f"a list of at most min(dx, dy) = {min(dx, dy)}"
        received = f"shape {list(rho.shape)}"
        raise checks.fail(
            ValueError, "paired_covariance", "correlations", expected, received
        )
    matrix = np.eye(dx + dy)
    pair = np.arange(len(rho))
    matrix[pair, dx + pair] = matrix[dx + pair, pair] = rho
    return matrix


def _factorise(
    name: str, argument: str, covariance: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """The matrix in float64 and its Cholesky factor; an error when it has none."""
    matrix = np.asarray(covariance, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        received = str(list(matrix.shape))
        raise checks.fail(ValueError, name, argument, "square, [d, d]", received)
    symmetric = np.allclose(matrix, matrix.T, rtol=1e-12, atol=0)
    try:
        root = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        root = None
    if root is None or not symmetric:
        expected = "symmetric and positive definite"
        received = "a matrix that is not"
        raise checks.fail(ValueError, name, argument, expected, received)
    return matrix, root


def _exactly(formula: Callable[[], Array]) -> float:
    """A closed form in float64, whatever precision JAX runs in, even under ``jit``."""
    with jax.ensure_compile_time_eval(), jax.enable_x64(True):
        return float(formula())


def _normal(key: PRNGKey, root: np.ndarray, n: int) -> Array:
    standard = jax.random.normal(key, (n, len(root)))
    factor = jnp.asarray(root, standard.dtype)
    return jnp.matmul(standard, factor.T, precision="highest")

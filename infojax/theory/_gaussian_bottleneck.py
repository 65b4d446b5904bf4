"""The information bottleneck of a normal law, exact: what the others are checked on."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular

from infojax._base import numerics
from infojax.closed_form._covariance import factorise, open_covariance, split
from infojax.theory._equations import open_beta
from infojax.types import Array, ArrayLike

__all__ = ["GaussianBottleneck", "gaussian_bottleneck"]


class GaussianBottleneck(NamedTuple):
    """A point of the bottleneck curve of a normal law, and where the curve bends.

    ``rate`` is I(X; T) and ``relevance`` I(T; Y), in nats. ``eigenvalues [dx]`` are
    those of :math:`\\Sigma_{x|y} \\Sigma_x^{-1}`, 1 less a squared canonical
    correlation, the most relevant first. Above ``critical_betas [dx]`` the direction of
    an eigenvalue is kept.
    """

    rate: Array
    relevance: Array
    eigenvalues: Array
    critical_betas: Array


def gaussian_bottleneck(
    covariance: ArrayLike, *, dx: int, beta: ArrayLike
) -> GaussianBottleneck:
    r"""Information bottleneck of a normal vector, in closed form.

    With eigenvalues :math:`\lambda_i` of :math:`\Sigma_{x|y} \Sigma_x^{-1}`, over those
    with :math:`\beta (1 - \lambda_i) > 1`: :math:`I(X; T) = \frac12 \sum \log[(\beta -
    1)(1 - \lambda_i) / \lambda_i]` and :math:`I(T; Y) = I(X; T) - \frac12 \sum
    \log[\beta (1 - \lambda_i)]`.

    Args:
        covariance: joint covariance, ``[d, d]``, x first; only its symmetric part is
            used.
        dx: static number of leading columns that are x, ``1 <= dx < d``.
        beta: trade-off, a positive scalar; may be traced. ``jax.vmap`` over many gives
            the curve.

    Returns: ``GaussianBottleneck(rate, relevance, eigenvalues, critical_betas)``; an
        independent direction has eigenvalue 1 and critical trade-off +inf. Where the
        joint correlation is not positive definite, eigenvalues are 0, and so rate and
        relevance +inf above ``beta = 1``.
    Gradients: exact in ``covariance`` and ``beta``; one-sided at critical trade-offs;
        zero where the value is infinite. Of ``eigenvalues`` exact where they differ.
    Cost: O(d^3).
    Example:
        >>> covariance = jnp.array([[1.0, 0.8], [0.8, 1.0]])
        >>> found = gaussian_bottleneck(covariance, dx=1, beta=5.0)
        >>> round(float(found.rate), 4), round(float(found.relevance), 4)
        (0.9808, 0.3993)
    References: Chechik, Globerson, Tishby and Weiss (2005), information bottleneck for
        Gaussian variables.
    """
    name = "gaussian_bottleneck"
    matrix, dtype = open_covariance(name, "covariance", covariance)
    dx = split(name, dx, len(matrix))
    trade_off = open_beta(name, beta, matrix.dtype)
    squares, regular = _squared_canonical_correlations(matrix, dx)

    related = squares > 0
    critical = jnp.where(related, 1 / jnp.where(related, squares, 1), jnp.inf)
    active = regular & (trade_off * squares > 1)
    s, b = jnp.where(active, squares, 0.5), jnp.where(active, trade_off, 2)
    apart = jnp.log(b - 1) - jnp.log1p(-s)
    rate = jnp.sum(jnp.where(active, apart + jnp.log(s), 0)) / 2
    relevance = jnp.sum(jnp.where(active, apart - jnp.log(b), 0)) / 2
    endless = ~regular & (trade_off > 1)
    rate, relevance = (jnp.where(endless, jnp.inf, a) for a in (rate, relevance))
    fields = (rate, relevance, 1 - squares, critical)
    return GaussianBottleneck(
        *(
            numerics.unless_nan(field, matrix, trade_off).astype(dtype)
            for field in fields
        )
    )


def _squared_canonical_correlations(matrix: Array, dx: int) -> tuple[Array, Array]:
    """Largest first, ``[dx]``, 0 where lost in rounding; 1 where there are none."""
    factor = factorise(matrix)
    y = factor.lower[dx:]
    root = jnp.linalg.cholesky(jnp.matmul(y, y.T, precision="highest"))
    cross = solve_triangular(root, y[:, :dx], lower=True)
    squares = jnp.linalg.eigvalsh(jnp.matmul(cross.T, cross, precision="highest"))
    eps = float(jnp.finfo(matrix.dtype).eps)
    squares = jnp.where(squares > len(matrix) * eps, squares, 0)[::-1]
    squares = jnp.minimum(squares, 1 - eps)
    return jnp.where(factor.regular, squares, 1), factor.regular

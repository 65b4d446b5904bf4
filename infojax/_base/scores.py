"""What every bound does first: scores or pairs, checked, with the row count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from infojax._base import checks, numerics
from infojax._base.grams import FusedRows
from infojax._base.pairs import Pairs, score_pairs
from infojax._base.rows import LogSum, Rows
from infojax.types import Array, ArrayLike

__all__ = [
    "JointProduct",
    "TwoSamples",
    "off_diagonal_logsumexp",
    "open_matrix",
    "open_samples",
    "open_scores",
    "row_logsumexp",
    "row_values",
    "scalar",
    "with_gradient_of",
]


class JointProduct(NamedTuple):
    """Scores of n pairs that belong together and of n that do not.

    Stands in for a score matrix where a bound needs no more than that, at the price of
    n negatives in place of n (n - 1): 2 n evaluations of a critic, and more variance.

    Args:
        joint: ``[n]``, ``f(x_i, y_i)``.
        product: ``[n]``, ``f(x_i, y_j)`` for the j of a ``bounds.derangement``. With a
            plain permutation some pairs belong together, which caps what can be shown
            near log n.

    Example:
        >>> x = jnp.linspace(0.0, 1.0, 4)[:, None]
        >>> order = derangement(jax.random.key(0), 4)
        >>> critic = lambda a, b: a @ b.T
        >>> scores = JointProduct(
        ...     infojax.Pairs(critic, x, x).diagonal(),
        ...     infojax.Pairs(critic, x, x[order]).diagonal(),
        ... )
        >>> donsker_varadhan(scores).shape
        ()
    References: Letizia, Novello and Tonello (2024), data derangements.
    """

    joint: ArrayLike
    product: ArrayLike


class TwoSamples(NamedTuple):
    """Scores under the joint law and under the product of the marginals.

    ``joint`` is ``[n]``; of the product each row of ``pairs`` holds ``others`` scores,
    those that ``keep`` marks.
    """

    pairs: Pairs
    joint: Array
    n: Array
    others: Array
    keep: Callable[[Rows], Array]
    dtype: Any

    def rows(self, reduce: Callable[[Rows, Array, Array], Any]) -> Any:
        """``reduce(rows, scores [b, m], keep [b, m])`` of the product's scores."""
        return self.pairs.map_rows(
            lambda rows: reduce(rows, rows.values, self.keep(rows))
        )

    def mean_joint(self, values: Array) -> Array:
        """Mean over the joint sample of one value a row."""
        return self.pairs.mean(values)

    def mean_product(self, sums: Array) -> Array:
        """Mean over the product sample, from its sum in each row."""
        return numerics.ratio(self.pairs.mean(sums), self.others)

    def log_mean_product(self, log_sums: Array) -> Array:
        """Log of the mean of exponentials, from their log-sum in each row."""
        return self.pairs.log_mean(log_sums) - jnp.log(jnp.maximum(self.others, 1))

    def result(self, value: Array) -> Array:
        """The value to return, 0 when fewer than two rows remain."""
        return jnp.where(self.n > 1, value, 0).astype(self.dtype)


def open_scores(
    name: str,
    scores: ArrayLike | Pairs,
    where: ArrayLike | None,
    argument: str = "scores",
) -> tuple[Pairs, Array, Array, Any]:
    """Pairs, their diagonal ``[n]``, the number of rows and the dtype to return."""
    if isinstance(scores, JointProduct):
        raise checks.fail(
            TypeError, name, argument, "[n, n] or `Pairs`", "`JointProduct`"
        )
    if isinstance(scores, Pairs):
        if where is not None:
            raise checks.fail(
                ValueError, name, "where", "given to `Pairs` itself", "a mask here"
            )
        return _opened_pairs(name, scores, argument)
    (matrix,), dtype = checks.common_float(name, **{argument: scores})
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise checks.fail(
            ValueError, name, argument, "square, [n, n]", str(list(matrix.shape))
        )
    if matrix.shape[0] < 2:
        raise checks.fail(
            ValueError, name, argument, "at least 2 x 2", str(list(matrix.shape))
        )
    mask = checks.row_mask(name, where, matrix.shape[0])
    both = mask[:, None] & mask[None]
    pairs = score_pairs(jnp.where(both, matrix, 0), mask)
    diagonal = pairs.diagonal()
    return pairs, diagonal, pairs.count(diagonal.dtype), dtype


def _opened_pairs(
    name: str, pairs: Pairs, argument: str
) -> tuple[Pairs, Array, Array, Any]:
    columns = jax.tree.leaves(pairs.y)[0].shape[0]
    if columns != pairs.rows:
        shape = str([pairs.rows, columns])
        raise checks.fail(ValueError, name, argument, "square, [n, n]", shape)
    diagonal = pairs.diagonal()
    dtype = diagonal.dtype
    if not jnp.issubdtype(dtype, jnp.floating):
        raise checks.fail(TypeError, name, argument, "floating", str(dtype))
    work = checks.working_dtype(dtype)
    if work != dtype:
        fn = pairs.fn
        pairs = replace(pairs, fn=lambda x, y: fn(x, y).astype(work))
    diagonal = checks.column_mask(diagonal.astype(work), pairs.mask)
    return pairs, diagonal, pairs.count(work), dtype


def open_matrix(
    name: str, scores: ArrayLike | Pairs, where: ArrayLike | None
) -> TwoSamples:
    """Joint and product scores of a matrix or of pairs."""
    pairs, diagonal, n, dtype = open_scores(name, scores, where)
    return TwoSamples(pairs, diagonal, n, n - 1, attrgetter("off_diagonal"), dtype)


def open_samples(
    name: str, scores: ArrayLike | Pairs | JointProduct, where: ArrayLike | None
) -> TwoSamples:
    """Joint and product scores of a matrix, of pairs or of two vectors."""
    if not isinstance(scores, JointProduct):
        return open_matrix(name, scores, where)
    (joint, product), dtype = checks.common_float(name, **scores._asdict())
    for argument, vector in (("joint", joint), ("product", product)):
        if vector.ndim != 1 or len(vector) < 2:
            received = str(list(vector.shape))
            raise checks.fail(ValueError, name, argument, "[n], n >= 2", received)
    mask = checks.row_mask(name, where, checks.same_length(name, **scores._asdict()))
    joint, product = (checks.column_mask(v, mask) for v in (joint, product))
    pairs = Pairs(lambda x, _: x[:, None], product, jnp.zeros(1), where_x=mask)
    n = pairs.count(joint.dtype)
    return TwoSamples(pairs, joint, n, jnp.ones_like(n), attrgetter("where"), dtype)


def row_values(
    name: str, argument: str, values: ArrayLike, like: Array, mask: Array
) -> Array:
    """One value a row, ``[n]``, in the dtype of the scores; 0 where masked."""
    values = checks.as_float(name, argument, values)
    if values.shape != like.shape:
        received = str(list(values.shape))
        raise checks.fail(ValueError, name, argument, str(list(like.shape)), received)
    return checks.column_mask(values.astype(like.dtype), mask)


def scalar(name: str, argument: str, value: ArrayLike, dtype: Any) -> Array:
    """An option of rank 0, a number or traced, in the dtype that is computed in."""
    array = jnp.asarray(value)
    if array.ndim:
        received = str(list(array.shape))
        raise checks.fail(ValueError, name, argument, "a scalar", received)
    return array.astype(dtype)


def row_logsumexp(pairs: Pairs) -> Array:
    """Log of each row's sum of exponentials, by a fused kernel if the plan says so."""
    sides = (pairs.fn,), (pairs.x,), (pairs.y,)
    found = FusedRows(*sides, ((0,),), pairs.plan, pairs.where_y).log_sums()
    return pairs.map_rows(Rows.logsumexp) if found is None else found[0]


def off_diagonal_logsumexp(rows: Rows) -> LogSum:
    """Log of each row's sum of exponentials without the positive."""
    return rows.logsumexp(keep=rows.off_diagonal)


@jax.custom_jvp
def with_gradient_of(report: Array, objective: Array) -> Array:
    """The first value with the gradient of the second.

    Both exact: no difference of the two is taken, of which one may be huge.
    """
    del objective
    return report


@with_gradient_of.defjvp
def _with_gradient_of_jvp(primals: tuple[Array, Array], tangents: tuple[Array, Array]):
    return with_gradient_of(*primals), tangents[1]

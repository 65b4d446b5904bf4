"""Several log-ratios combined into one, and judged, on rows that trained none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax import bounds
from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax.types import Array, ArrayLike, Critic, PRNGKey

__all__ = ["Stack", "stack"]

_RIDGE = 1e-4  # of weights of standardised members: the optimum exists
_CEILING = 30.0  # nats a score may say: the bound holds for any, and squares fit
_NEWTON = 16
_LENGTHS = (1.0, 0.5, 0.25, 0.125, 0.0625, 0.0)  # of a step: the first that helps


class Stack(NamedTuple):
    """A combination ``weights @ members + bias``, and what held-out rows say of it.

    ``value`` is its lower bound on mutual information in nats, ``standard_error`` that
    of the value; both are scalars. ``weights`` are ``[members]``, ``bias`` a scalar.
    ``risk`` is the cross-entropy, in nats, of telling pairs from strangers by the
    combination, and ``member_risks`` ``[members]`` by each member alone: 2 log 2 is
    what knowing nothing costs.
    """

    value: Array
    standard_error: Array
    weights: Array
    bias: Array
    risk: Array
    member_risks: Array


def stack(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    *,
    members: Sequence[Critic],
    draws: int = 8,
    where: ArrayLike | None = None,
) -> Stack:
    r"""Combine critics by held-out likelihood, and bound the information by the result.

    Every second row learns, by logistic regression of pairs against strangers, the
    weights of :math:`t = \sum_m a_m t_m + b`; the others evaluate
    :math:`\overline{t(x_i, y_i)} + 1 - \overline{e^{t(x_i, y_j)}}`. A combination costs
    at most O(members / n) more than its best member, and its scale is right even where
    that of a member is not: scores of ``bounds.infonce`` lack a function of x, those of
    f-DIME critics are transformed ratios.

    Args:
        key: draws the strangers.
        x: samples that trained no member, ``[n, dx]`` or ``[n]``, in random order.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        members: ``(x [n, dx], y [m, dy]) -> [n, m]``, estimates of the log density
            ratio up to an affine map, such as trained critics, or ``lambda x, y: q(x,
            y) - r(x, y)`` of an encoder and a density. Only n of the scores are used.
        draws: strangers of each row, static.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: ``Stack``. In the limit of many rows ``value - 1.645 * standard_error`` is
        below I(X; Y) with 95 % probability, whatever the members are worth; near log n
        nats the error itself cannot be trusted, and above 30 the combination is cut
        off. 0 where all pairs are masked.
    Gradients: exact in the rows that evaluate, with the combination held constant; zero
        in those that learn it.
    Cost: ``draws + 1`` scores of each member a row, and a regression of that many rows.
    Example:
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 4000, 1))
        >>> y = 0.8 * x + 0.6 * noise
        >>> product, guess = lambda x, y: x @ y.T, lambda x, y: -((x - y.T) ** 2)
        >>> found = stack(jax.random.key(1), x, y, members=[product, guess])
        >>> bool(abs(found.value + jnp.log(0.6)) < 4 * found.standard_error)
        True
    References: Nguyen, Wainwright and Jordan (2010), estimating divergence functionals
        by convex risk minimisation; McAllester and Stratos (2020), formal limitations
        on the measurement of mutual information.
    """
    name = "fit.stack"
    (x, y), dtype = checks.samples(name, x=x, y=y)
    n = checks.same_length(name, x=x, y=y)
    checks.sizes(name, draws=draws)
    if not members:
        raise checks.fail(ValueError, name, "members", "at least one critic", "none")
    mask = checks.row_mask(name, where, n)
    x, y = checks.column_mask(x, mask), checks.column_mask(y, mask)
    second = (jnp.cumsum(mask, dtype=jnp.int32) % 2).astype(bool)
    learning, testing = mask & second, mask & ~second
    keys = jax.random.split(key, 2)
    _, together, apart = _scores(keys[0], x, y, members, draws, learning)
    combine = _regression(together, apart, learning)
    orders, together, apart = _scores(keys[1], x, y, members, draws, testing)
    weights, bias = lax.stop_gradient(combine)
    pair, strangers = (
        jnp.minimum(scores @ weights + bias, _CEILING) for scores in (together, apart)
    )
    value, error = _bound(orders, pair, strangers, testing)
    alone = jax.vmap(_risk, in_axes=(-1, -1, None))(together, apart, testing)
    risk = _risk(pair, strangers, testing)
    found = Stack(value, error, weights, bias, risk, alone)
    return jax.tree.map(lambda leaf: leaf.astype(dtype), found)


def _scores(
    key: PRNGKey,
    x: Array,
    y: Array,
    members: Sequence[Critic],
    draws: int,
    mask: Array,
) -> tuple[Array, Array, Array]:
    """Strangers ``[draws, n]``, scores of pairs ``[n, M]`` and of strangers."""
    keys = jax.random.split(key, draws)
    orders = jax.vmap(lambda k: bounds.derangement(k, len(x), where=mask))(keys)

    def scores(order: Array) -> Array:
        sides = x, y[order]
        found = [Pairs(member, *sides).diagonal() for member in members]
        kept = (checks.column_mask(each, mask).astype(x.dtype) for each in found)
        return jnp.stack(list(kept), axis=-1)

    return orders, scores(jnp.arange(len(x))), lax.map(scores, orders)


def _regression(together: Array, apart: Array, mask: Array) -> tuple[Array, Array]:
    """Weights and bias of least risk, by Newton's method with halved steps."""
    together, apart = lax.stop_gradient((together, apart))
    both = jnp.concatenate([together, *apart])
    keep = jnp.tile(mask, 1 + len(apart))[:, None]
    centre = numerics.mean(both, keep, axis=0)
    scale = numerics.sqrt(numerics.mean((both - centre) ** 2, keep, axis=0))
    pair, strangers = (numerics.ratio(z - centre, scale) for z in (together, apart))

    def loss(theta: Array) -> Array:
        weights, bias = theta[:-1], theta[-1]
        risk = _risk(pair @ weights + bias, strangers @ weights + bias, mask)
        return risk + _RIDGE * jnp.sum(theta**2) / 2

    lengths = jnp.array(_LENGTHS, pair.dtype)

    def step(_: int, theta: Array) -> Array:
        way = jnp.linalg.solve(jax.hessian(loss)(theta), jax.grad(loss)(theta))
        options = theta - lengths[:, None] * way
        losses = jax.vmap(loss)(options)
        # At the optimum rounding decides, and a whole step is right.
        limit = losses[-1] * (1 + 8 * jnp.finfo(losses.dtype).eps)
        return options[jnp.argmax(losses <= limit)]

    theta = jnp.zeros(pair.shape[-1] + 1, pair.dtype)
    theta = lax.fori_loop(0, _NEWTON, step, theta)
    weights = numerics.ratio(theta[:-1], scale)
    return weights, theta[-1] - weights @ centre


def _risk(pair: Array, strangers: Array, mask: Array) -> Array:
    """Mean cross-entropies of pairs and of strangers, added."""
    missed = numerics.mean(jax.nn.softplus(-pair), mask)
    return missed + numerics.mean(
        jax.nn.softplus(strangers), jnp.broadcast_to(mask, strangers.shape)
    )


def _bound(
    orders: Array, pair: Array, strangers: Array, mask: Array
) -> tuple[Array, Array]:
    """The bound of Nguyen, Wainwright and Jordan, and its standard error."""
    excess = jnp.where(mask, jnp.expm1(strangers), 0)
    # First-order terms of a row as x and as y: the variance of a U-statistic.
    as_y = jax.vmap(lambda e, order: jnp.zeros_like(e).at[order].set(e))(excess, orders)
    terms = pair - jnp.mean(excess, axis=0) - jnp.mean(as_y, axis=0)
    count = jnp.sum(mask.astype(pair.dtype))
    centred = terms - numerics.mean(terms, mask)
    variance = numerics.ratio(
        numerics.total(centred**2, mask), count * jnp.maximum(count - 1, 1)
    )
    value = numerics.mean(pair - jnp.mean(excess, axis=0), mask)
    return value, numerics.sqrt(variance)

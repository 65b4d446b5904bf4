"""Vendi scores of many items, from products with the Gram matrix alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from infojax._base import checks, numerics
from infojax._base.pairs import Pairs
from infojax._base.plan import PairPlan
from infojax._base.rows import Rows, Sum
from infojax.entropy._lanczos import lanczos
from infojax.entropy._spectrum import entropies, rounding
from infojax.types import Array, ArrayLike, Kernel, PRNGKey

__all__ = ["VendiEstimate", "vendi_lanczos"]


class VendiEstimate(NamedTuple):
    """A Vendi score and the standard error that its random probes leave."""

    value: Array
    stderr: Array


def vendi_lanczos(
    key: PRNGKey,
    x: ArrayLike,
    *,
    kernel: Kernel,
    q: float = 1.0,
    probes: int = 16,
    steps: int = 32,
    where: ArrayLike | None = None,
    plan: PairPlan = PairPlan(),
) -> VendiEstimate:
    r"""Vendi score of order q by stochastic Lanczos quadrature, without a spectrum.

    ``entropy.vendi`` with :math:`\mathrm{tr} f(A)`, :math:`A = K / \mathrm{tr} K`,
    replaced by :math:`a + b\, \mathrm{tr} A^2`, which is exact, and the mean of
    :math:`z^\top (f(A) - a A - b A^2) z` over random signs z; a and b make the latter
    small.

    Args:
        key: draws the signs.
        x: items, ``[n, d]`` or ``[n]``.
        kernel: similarity, a positive semi-definite Gram callable with k(x, x) = 1.
        q: order, a static finite float > 0.
        probes: vectors of signs, static, >= 2; the error falls with the root of their
            number.
        steps: products with A, static; few suffice where few eigenvalues matter.
        where: ``[n]`` Boolean; items marked False are as if absent.
        plan: how the kernel is evaluated; never changes the value.

    Returns: ``VendiEstimate(value, stderr)``, both without unit; 0 when there are no
        items. ``stderr`` is that of the probes alone: too few steps err upwards for
        q < 2, and doubling them shows by how much. Order 2 is exact.
    Gradients: of ``value`` exact for the signs drawn, a and b held fixed, given enough
        steps; noisier than the value. None through eigenvalues lost in rounding.
        ``stderr`` is a constant.
    Cost: O(steps n^2 (d + probes)) time, kernel evaluated anew; memory
        n probes steps, and n x block with a plan.
    Example:
        >>> x, kernel = 5.0 * jnp.arange(40.0), kernels.gaussian(1.0)
        >>> found = vendi_lanczos(jax.random.key(0), x, kernel=kernel)
        >>> round(float(found.value), 2), round(float(found.stderr), 2)
        (40.0, 0.0)
    References: Ubaru, Chen and Saad (2017), fast estimation of tr(f(A)) via stochastic
        Lanczos quadrature; Friedman and Dieng (2023), the Vendi score.
    """
    name = "entropy.vendi_lanczos"
    order = checks.order(name, q, "q", finite=True)
    if order == 0:
        raise checks.fail(ValueError, name, "q", "> 0", str(q))
    probes = checks.size(name, probes, "probes")
    if probes < 2:
        raise checks.fail(ValueError, name, "probes", ">= 2", str(probes))
    (x,), dtype = checks.samples(name, x=x)
    mask = checks.row_mask(name, where, x.shape[0])
    steps = min(checks.size(name, steps, "steps"), plan.size(x.shape[0]))
    x = checks.column_mask(x, mask)

    mass = mask.astype(x.dtype)
    count = plan.total(jnp.sum(mass))
    signs = _signs(key, mask, probes, plan, x.dtype)
    product = _product(kernel, x, mask, plan)
    # Stopped before the loop: after it, the loop would keep what its slope needs.
    constant = _product(_stopped(kernel), lax.stop_gradient(x), mask, plan)
    found = lanczos(constant, numerics.ratio(signs, jnp.sqrt(count)), steps, plan)
    noise = rounding(jnp.max(found.nodes))
    known = found._replace(nodes=jnp.where(found.nodes > noise, found.nodes, 0))

    function, score = _of_order(order)
    a, b = _fit(known.nodes, known.first**2, function(known.nodes))

    def residual(p: Array) -> Array:
        return function(p) - a * p - b * p**2

    each = count * known.quadratic(residual)
    # 0 in value, and of the slope of what the probes see.
    columns = jnp.moveaxis(known.basis, 0, 1)
    image = product(columns.reshape(len(x), -1)).reshape(columns.shape)
    slope = lax.stop_gradient(jnp.moveaxis(known.slope(residual), 0, 1))
    lift = plan.total(jnp.sum(slope * image)) * count / probes
    order_two = entropies(lambda u, v: {"x": kernel(u, v)}, x, mask, mass, 2, plan)
    exact = a + b * jnp.exp(-order_two["x"])
    trace = exact + jnp.mean(each) + lift - lax.stop_gradient(lift)

    error = jnp.std(each, ddof=1) / jnp.sqrt(jnp.asarray(probes, x.dtype))
    stderr = error * jnp.abs(jax.grad(score)(lax.stop_gradient(trace)))
    estimate = VendiEstimate(
        numerics.unless_nan(score(trace), found.nodes), lax.stop_gradient(stderr)
    )
    return jax.tree.map(lambda a: jnp.where(count > 0, a, 0).astype(dtype), estimate)


def _stopped(kernel: Kernel) -> Kernel:
    """The kernel with the arrays that it holds as constants, if it is a pytree."""

    def stop(leaf: Any) -> Any:
        return lax.stop_gradient(leaf) if isinstance(leaf, jax.Array) else leaf

    return jax.tree.map(stop, kernel)


def _signs(key: PRNGKey, mask: Array, probes: int, plan: PairPlan, dtype: Any) -> Array:
    """Random signs ``[n, probes]``, 0 where masked.

    An item's signs depend on its number among those that exist: not on a mask that
    deletes others, nor on the device that holds it.
    """
    numbers = jnp.cumsum(plan.gather(mask), dtype=jnp.int32)
    here = numbers[plan.row_index(len(mask))]

    def draw(number: Array) -> Array:
        bits = jax.random.bits(jax.random.fold_in(key, number), (probes,), "uint32")
        return jnp.where(bits >> 31 == 0, 1, -1).astype(dtype)

    return jnp.where(mask[:, None], jax.vmap(draw)(here), 0)


def _product(
    kernel: Kernel, x: Array, mask: Array, plan: PairPlan
) -> Callable[[Array], Array]:
    """``v -> A v`` for vectors ``[n, p]``, A the Gram matrix at trace 1."""
    pairs = Pairs(kernel, x, x, plan, mask, mask)
    trace = pairs.mean(pairs.diagonal()) * pairs.count(x.dtype)

    def multiply(vectors: Array) -> Array:
        def fn(row: Array, column: tuple[Array, Array]) -> tuple[Array, Array]:
            return kernel(row, column[0]), column[1]

        def reduce(rows: Rows) -> Sum:
            gram, others = rows.values
            gram = jnp.where(rows.where, gram, 0)
            return Sum(jnp.matmul(gram, others, precision="highest"))

        image = Pairs(fn, x, (x, vectors), plan, mask, mask).map_rows(reduce)
        return numerics.ratio(image, trace)

    return multiply


def _fit(nodes: Array, mass: Array, values: Array) -> tuple[Array, Array]:
    """Coefficients of p and p^2 that leave little of the values, in least squares."""
    top = jnp.max(nodes)
    p = numerics.ratio(nodes, top)

    def inner(u: Array, v: Array) -> Array:
        return jnp.sum(mass * u * v)

    shared = numerics.ratio(inner(p, p**2), inner(p, p))
    bend = p**2 - shared * p
    size = inner(bend, bend)
    # Any coefficients are right in the mean: none where all nodes coincide.
    flat = size <= 64 * float(jnp.finfo(p.dtype).eps) * inner(p, p)
    b = numerics.ratio(inner(bend, values), jnp.where(flat, 0, size))
    a = numerics.ratio(inner(p, values), inner(p, p)) - b * shared
    return numerics.ratio(a, top), numerics.ratio(b, top**2)


def _of_order(
    order: float,
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """The function whose trace is estimated, and the score as a function of it."""

    def function(p: Array) -> Array:
        if order == 1:
            return -numerics.xlogx(p)
        if abs(order - 1) < 0.25:
            return p * jnp.expm1((order - 1) * numerics.log(p))
        return jnp.where(p > 0, jnp.exp(order * numerics.log(p)), 0)

    def score(trace: Array) -> Array:
        if order == 1:
            return jnp.exp(trace)
        if abs(order - 1) < 0.25:
            return jnp.exp(numerics.log1p(trace) / (1 - order))
        return jnp.exp(numerics.log(trace) / (1 - order))

    return function, score

"""Fused log-sum-exp: the kernels of both platforms, interpreted, against XLA blocks."""

from __future__ import annotations

from functools import partial

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export

from infojax._base.fused.logsumexp import Factors, row_logsumexp
from infojax._base.fused.tiles import Tiles

# Widths of one tile and of several pieces; rows and columns that fill no tile.
N, M, WIDTHS = 37, 70, (5, 40)
PRODUCTS = ((0,), (1,), (0, 1))
TILES = Tiles(outer=16, inner=32, depth=16, width=32)
# Rounding of float32 sums in another order, of scores of size 20.
CLOSE = {"rtol": 3e-5, "atol": 3e-5}
kernels = pytest.mark.parametrize("interpret", ["cuda", "tpu"])


def draw(n=N, m=M, widths=WIDTHS, batch=()):
    generator = np.random.default_rng(0)

    def normal(*shape):
        return jnp.asarray(generator.normal(size=(*batch, *shape)), jnp.float32)

    factors = [
        Factors(normal(n, d), normal(m, d), normal(n), normal(m)) for d in widths
    ]
    return tuple(factors), normal(m).at[..., 3].set(-jnp.inf)


def evaluate(factors, log_mass, **options):
    return row_logsumexp(factors, PRODUCTS, log_mass, **options)


def loss(factors, log_mass, **options):
    value = evaluate(factors, log_mass, **options)
    return jnp.sum(jnp.sin(value) * jnp.arange(1.0, 4.0, dtype=jnp.float32))


def fused(interpret, **options):
    return {"interpret": interpret, "tiles": TILES} | options


def dense(factors, log_mass, hidden):
    """The definition, in float64."""
    sides = [np.float64(f.left) @ np.float64(f.right).T for f in factors]
    sides = [
        s + np.float64(f.row)[:, None] + np.float64(f.column)
        for s, f in zip(sides, factors, strict=True)
    ]
    scores = np.stack([sum(sides[a] for a in p) for p in PRODUCTS], -1)
    mass = np.where(hidden[:, :, None], 0, np.exp(log_mass)[:, None])
    return np.log(np.sum(mass * np.exp(scores), axis=1))


@pytest.mark.parametrize("off_diagonal", [False, True])
def test_blocks_follow_the_definition(off_diagonal):
    factors, log_mass = draw()
    hidden = np.arange(N)[:, None] + 20 == np.arange(M)
    got = evaluate(
        factors, log_mass, fused=False, off_diagonal=off_diagonal, row_offset=20
    )
    want = dense(factors, log_mass, hidden & off_diagonal)
    np.testing.assert_allclose(got, want, **CLOSE)


@kernels
@pytest.mark.parametrize("off_diagonal", [False, True])
def test_values_and_gradients(interpret, off_diagonal):
    factors, log_mass = draw()
    options = {"off_diagonal": off_diagonal, "row_offset": 20}

    def both(**more):
        rule = jax.value_and_grad(partial(loss, **options, **more), (0, 1))
        return jax.jit(rule)(factors, log_mass)

    chex.assert_trees_all_close(both(**fused(interpret)), both(fused=False), **CLOSE)


@kernels
@pytest.mark.parametrize(("precision", "error"), [("high", 2e-4), ("bfloat16", 0.1)])
def test_rounded_products(interpret, precision, error):
    factors, log_mass = draw()
    options = fused(interpret, precision=precision)
    got = jax.jit(partial(evaluate, **options))(factors, log_mass)
    want = evaluate(factors, log_mass, fused=False)
    np.testing.assert_allclose(got, want, atol=error)
    assert precision == "high" or np.abs(got - want).max() > 1e-4


@kernels
def test_masked_columns_hold_anything(interpret):
    factors, log_mass = draw()
    deleted = jnp.arange(M) % 3 == 0
    rubbish = jnp.where(jnp.arange(M) % 2 == 0, jnp.nan, jnp.inf).astype(jnp.float32)

    def spoil(side):
        right = jnp.where(deleted[:, None], rubbish[:, None], side.right)
        return side._replace(
            right=right, column=jnp.where(deleted, rubbish, side.column)
        )

    def keep(side):
        return side._replace(right=side.right[~deleted], column=side.column[~deleted])

    mass = jnp.where(deleted, -jnp.inf, log_mass)
    rule = jax.value_and_grad(loss)
    value, gradient = jax.jit(partial(rule, **fused(interpret)))(
        tuple(map(spoil, factors)), mass
    )
    want, expected = rule(tuple(map(keep, factors)), log_mass[~deleted], fused=False)
    np.testing.assert_allclose(value, want, **CLOSE)
    for got, side in zip(gradient, expected, strict=True):
        np.testing.assert_allclose(got.left, side.left, **CLOSE)
        np.testing.assert_allclose(got.right[~deleted], side.right, **CLOSE)
        assert not np.any(got.right[deleted]) and not np.any(got.column[deleted])


@kernels
def test_nothing_left_and_lost_rows(interpret):
    factors, log_mass = draw()
    options = fused(interpret)
    rule = jax.jit(lambda *a: jax.vjp(partial(evaluate, **options), *a))
    value, pull = rule(factors, jnp.full_like(log_mass, -jnp.inf))
    assert np.all(value == -jnp.inf)
    chex.assert_tree_all_finite(pull(jnp.ones_like(value))[0])
    assert not any(np.any(a) for a in jax.tree.leaves(pull(jnp.ones_like(value))))
    lost = (factors[0]._replace(left=factors[0].left.at[4].set(jnp.nan)), factors[1])
    np.testing.assert_array_equal(
        np.isnan(rule(lost, log_mass)[0]), (np.arange(N)[:, None] == 4) & [1, 0, 1]
    )
    lost = (
        factors[0]._replace(column=factors[0].column.at[4].set(jnp.nan)),
        factors[1],
    )
    np.testing.assert_array_equal(
        np.isnan(rule(lost, log_mass)[0]), np.ones((N, 1), bool) & [1, 0, 1]
    )


@kernels
def test_second_order(interpret):
    factors, log_mass = draw()
    direction = draw()[0][::-1]
    direction = tuple(
        jax.tree.map(lambda a, b: jnp.resize(a, b.shape), d, f)
        for d, f in zip(direction, factors, strict=True)
    )

    def curvature(**options):
        def gradient(f):
            return jax.grad(partial(loss, **options))(f, log_mass)

        forward = jax.jvp(gradient, (factors,), (direction,))[1]
        inner = lambda f: sum(  # noqa: E731
            jnp.vdot(a, b)
            for a, b in zip(
                jax.tree.leaves(gradient(f)), jax.tree.leaves(direction), strict=True
            )
        )
        return forward, jax.grad(inner)(factors)

    forward, reverse = jax.jit(partial(curvature, **fused(interpret)))()
    expected, _ = jax.jit(partial(curvature, fused=False))()
    chex.assert_trees_all_close(forward, expected, rtol=2e-4, atol=2e-4)
    chex.assert_trees_all_close(reverse, expected, rtol=2e-4, atol=2e-4)


@kernels
def test_vmap(interpret):
    factors, log_mass = draw(n=20, m=33, widths=(3, 4), batch=(2,))
    rule = jax.value_and_grad(partial(loss, **fused(interpret)))
    got = jax.jit(jax.vmap(rule))(factors, log_mass)
    single = jax.jit(rule)
    for i in range(2):
        one = jax.tree.map(lambda a, i=i: a[i], (factors, log_mass))
        picked = jax.tree.map(lambda a, i=i: a[i], got)
        chex.assert_trees_all_close(picked, single(*one), **CLOSE)


TRITON = export.DisabledSafetyCheck.custom_call("__gpu$xla.gpu.triton")
CALLS = {"cuda": "__gpu$xla.gpu.triton", "tpu": "tpu_custom_call"}


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
@pytest.mark.parametrize("precision", ["highest", "bfloat16"])
def test_lowers_without_the_device(platform, precision):
    factors, log_mass = jax.eval_shape(partial(draw, 300, 200, (10, 300)))
    options = {"precision": precision, "off_diagonal": True}

    def rule(factors, log_mass):
        plain = jax.value_and_grad(partial(loss, **options))(factors, log_mass)
        batch = jax.tree.map(lambda a: jnp.stack([a, a]), (factors, log_mass))
        return plain, jax.vmap(partial(loss, **options))(*batch)

    exported = export.export(
        jax.jit(rule), platforms=[platform], disabled_checks=[TRITON]
    )(factors, log_mass)
    # One for the value of each; on CUDA wide gradients take several kernels.
    assert exported.mlir_module().count(CALLS[platform]) >= 4

"""Rows of bounds: of score matrices, of pairs under a plan and of two samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import jax
import jax.numpy as jnp

from contracts.row import WHERE1, WHERE2, Case, N, bound, pair
from infojax import PairPlan, Pairs, bounds
from infojax._base import numerics

KEY = jax.random.key(0)


def scores(x, y):
    return 2 * jnp.tanh(x @ y.T)


def planned(name: str, call: Callable, **more) -> Case:
    """Row of a function of pairs, in blocks and on eight devices too."""

    def evaluate(x, y, *values, where=None, plan=PairPlan()):
        return call(Pairs(scores, x, y, plan, where, where), *values)

    defaults = {"smooth": (0, 1), "masks": WHERE2, "joint": ((0, 1),), "plan": True}
    return Case(name, evaluate, pair(2, 2), "pairs", **(defaults | more))


def both(name: str, call: Callable) -> list[Case]:
    """Rows of a function of a score matrix, dense and over pairs."""
    return [bound(name, call), planned(name, call)]


def sampled(name: str, call: Callable) -> Case:
    """Row of the same function over one negative a row."""

    def evaluate(joint, product, **options):
        return call(bounds.JointProduct(joint, product), **options)

    return Case(
        name,
        evaluate,
        lambda rng: (1 + rng.normal(size=N), rng.normal(size=N)),
        "two samples",
        smooth=(0, 1),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("integer", "rank", "mismatch", "mask"),
        arguments=("joint", "product"),
    )


def every(name: str, call: Callable) -> list[Case]:
    """Rows of a function of joint and product scores in all three forms."""
    return [*both(name, call), sampled(name, call)]


def estimate(name: str, call: Callable) -> list[Case]:
    """The same of a value whose gradient is that of another function."""
    return [replace(case, smooth=()) for case in every(name, call)]


def model(name: str, call: Callable, **more) -> list[Case]:
    """Rows of a function of log q."""
    return [replace(c, arguments=("log_q",), **more) for c in both(name, call)]


def with_values(name: str, call: Callable) -> list[Case]:
    """Rows of a function of scores and one value a row.

    Those of a matrix, whose rows and columns are deleted, depend on its diagonal.
    """

    def dense(s, **options):
        return call(s, jnp.sin(jnp.diagonal(s)), **options)

    def inputs(rng):
        return *pair(2, 2)(rng), rng.normal(size=N)

    more = {"smooth": (0, 1, 2), "masks": {"where": (0, 1, 2)}, "joint": ((0, 1, 2),)}
    return [bound(name, dense), replace(planned(name, call), inputs=inputs, **more)]


def mine(s, **options):
    state = jnp.asarray(0.5, s.dtype)
    return bounds.mine(s, state, rate=0.25, **options)


def mine_value(s, **options):
    return bounds.mine(s, -jnp.inf, **options).value


def meet(x, where=None):
    """Mean product of partners, over the rows that exist."""
    order = bounds.derangement(KEY, len(x), where=where)
    return numerics.mean(x * x[order], where)


ROWS: list[Case] = [
    planned("bounds.infonce", bounds.infonce),
    planned("bounds.interpolated", lambda s: bounds.interpolated(s, alpha=0.3)),
    *both("bounds.infonce_symmetric", bounds.infonce_symmetric),
    planned("bounds.donsker_varadhan", bounds.donsker_varadhan),
    sampled("bounds.donsker_varadhan", bounds.donsker_varadhan),
    planned("bounds.nwj", bounds.nwj),
    sampled("bounds.nwj", bounds.nwj),
    Case(
        "bounds.derangement",
        meet,
        lambda rng: (rng.normal(size=N),),
        smooth=(0,),
        masks=WHERE1,
        bad=("mask",),
    ),
    *with_values("bounds.tuba", bounds.tuba),
    *with_values("bounds.flo", bounds.flo),
    *estimate("bounds.jensen_shannon", bounds.jensen_shannon),
    *every("bounds.jensen_shannon_objective", bounds.jensen_shannon_objective),
    *estimate("bounds.smile", lambda s, **o: bounds.smile(s, clip=1.0, **o)),
    *(replace(c, smooth=()) for c in both("bounds.siglip", bounds.siglip)),
    *both("bounds.siglip_objective", bounds.siglip_objective),
    replace(bound("bounds.mine", mine), smooth=(), zero_when_empty=False),
    replace(planned("bounds.mine", mine_value), smooth=()),
    replace(sampled("bounds.mine", mine_value), smooth=()),
    Case(
        "bounds.barber_agakov",
        lambda q, **o: bounds.barber_agakov(q, 0.5, **o),
        lambda rng: (rng.normal(size=N),),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("integer", "rank", "empty", "mask"),
        arguments=("log_q",),
    ),
    *model("bounds.club", bounds.club),
    # A row draws its partner by its place.
    *model(
        "bounds.club_sampled",
        lambda q, **o: bounds.club_sampled(KEY, q, **o),
        joint=(),
    ),
    *model("bounds.leave_one_out", bounds.leave_one_out),
    *estimate("bounds.kl_dime", bounds.kl_dime),
    *every("bounds.kl_dime_objective", bounds.kl_dime_objective),
    *estimate("bounds.gan_dime", bounds.gan_dime),
    *every("bounds.gan_dime_objective", bounds.gan_dime_objective),
    *estimate("bounds.hellinger_dime", bounds.hellinger_dime),
    *every("bounds.hellinger_dime_objective", bounds.hellinger_dime_objective),
    *estimate("bounds.reverse_kl_dime", bounds.reverse_kl_dime),
    *every("bounds.reverse_kl_dime_objective", bounds.reverse_kl_dime_objective),
]

TYPES: set[str] = {"bounds.JointProduct", "bounds.MINE"}

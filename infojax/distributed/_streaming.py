"""Streaming DiLoCo: replicas train apart, fragments of their parameters meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from infojax._base import checks
from infojax.distributed import _replicas
from infojax.distributed._compression import Compression
from infojax.distributed._fragments import fragment_leaves
from infojax.distributed._replicas import AxisName
from infojax.distributed._schedule import schedule
from infojax.types import Array, ArrayLike

__all__ = ["OuterInfo", "OuterOptimizer", "OuterState", "streaming_diloco"]

_NAME = "streaming_diloco"
# Parameters, anchor, momentum, in flight: a list of leaves each.
_Leaves = tuple[list[Array], list[Array], list[Array], list[Array]]


class OuterState(NamedTuple):
    """Trees like the parameters, in float32 at least, equal on all replicas; a step.

    ``anchor`` are the global parameters, ``momentum`` that of the outer optimiser,
    ``in_flight`` the averages that were sent last, ``step`` the number of updates.
    """

    anchor: Any
    momentum: Any
    in_flight: Any
    step: Array


class OuterInfo(NamedTuple):
    """Of one step: fragments sent and applied, -1 for none, and bits a replica sent."""

    sent: Array
    applied: Array
    bits: Array


class OuterOptimizer(NamedTuple):
    """``init(params) -> state``; ``update(params, state) -> (params, state, info)``.

    ``flush(state)`` gives the global parameters for evaluation, with what is in flight
    applied to them.
    """

    init: Callable[[Any], OuterState]
    update: Callable[[Any, OuterState], tuple[Any, OuterState, OuterInfo]]
    flush: Callable[[OuterState], Any]


def streaming_diloco(
    fragments: Any,
    *,
    outer_lr: ArrayLike = 0.4,
    momentum: ArrayLike = 0.9,
    sync_every: int = 100,
    overlap: int = 1,
    mix_alpha: ArrayLike = 0.5,
    offsets: Sequence[int] | None = None,
    compression: Compression | Callable[[Array], Array] | None = None,
    axis_name: AxisName = "replica",
) -> OuterOptimizer:
    r"""Outer optimiser of replicas that train apart and exchange fragments in turn.

    Each replica takes inner steps with an optimiser of its own and calls ``update``
    after every one. Every H steps a fragment sends its outer gradient, anchor less
    local parameters. ``overlap`` steps later the average D over replicas moves the
    anchor by :math:`-\eta (D + \mu m)` with :math:`m \leftarrow D + \mu m` (Nesterov),
    and the local parameters :math:`\theta` become :math:`\alpha \theta + (1 - \alpha)`
    anchor. The anchor itself is never mixed.

    One fragment, ``overlap=0`` and ``mix_alpha=0`` give DiLoCo; with ``sync_every=1``,
    ``outer_lr=1`` and ``momentum=0`` besides, gradient descent on all data.

    Args:
        fragments: a tree of ints 0 to P - 1 like the parameters, of
            ``assign_fragments``.
        outer_lr: :math:`\eta`. It, ``momentum`` and ``mix_alpha`` may be traced.
        momentum: :math:`\mu` in [0, 1).
        sync_every: H, static, at least P: steps between two sends of a fragment.
        overlap: steps from send to use, static, less than H, in which communication can
            hide; 0 uses the average at once.
        mix_alpha: :math:`\alpha` in [0, 1]: 0 overwrites what is local, 1 keeps it.
        offsets: when each fragment is sent, ``(step - offset) % H == 0`` with steps
            from 1; distinct, in [0, H). Evenly spaced by default, the last at step H.
        compression: what a leaf is sent as: ``e3m0()``, ``e3m0_stochastic(key)`` or
            another ``Compression``, whose payloads are gathered. None sends float32. A
            function of a leaf, such as rounding, is averaged in float32 too: the same
            mean at full cost, for comparison.
        axis_name: axis of replicas, of ``jax.shard_map`` or ``jax.vmap``; None for one
            replica without an axis.

    Returns: ``OuterOptimizer(init, update, flush)``. ``init`` takes parameters that are
        equal on all replicas, inside the mapped function or outside of it; the state
        may be replicated (``PartitionSpec()``, or ``None`` for ``vmap``) or have an
        axis of replicas. Evaluate ``flush(state)``, not a replica. Where parameters are
        float64 so is the state.
    Gradients: forward mode only; none are meant to pass.
    Cost: three float32 copies of the parameters; in P of H steps a collective of one
        fragment, which all replicas enter together. Others touch nothing, if parameters
        and state are donated to ``jax.jit``.
    Example:
        >>> params = {"a": jnp.zeros(2), "b": jnp.zeros(3)}
        >>> outer = streaming_diloco({"a": 0, "b": 1}, sync_every=4, compression=e3m0())
        >>> target = jnp.array([1.0, 3.0])  # one for each of two replicas
        >>> def train(target):
        ...     def step(carry, _):
        ...         params, state = carry
        ...         params = jax.tree.map(lambda w: w + 0.1 * (target - w), params)
        ...         params, state, info = outer.update(params, state)
        ...         return (params, state), info
        ...     start = params, outer.init(params)
        ...     (_, state), info = jax.lax.scan(step, start, length=200)
        ...     return outer.flush(state), info
        >>> final, info = jax.vmap(train, axis_name="replica")(target)
        >>> [[round(float(w), 1) for w in replica] for replica in final["a"]]
        [[2.0, 2.0], [2.0, 2.0]]
        >>> info.sent[0, :6].tolist(), info.applied[0, :6].tolist()
        ([-1, 0, -1, 1, -1, 0], [-1, -1, 0, -1, 1, -1])
    References: Douillard et al. (2025), Streaming DiLoCo with overlapping
        communication, arXiv 2501.18512; Douillard et al. (2023), DiLoCo,
        arXiv 2311.08105.
    """
    members = fragment_leaves(_NAME, fragments)
    layout = jax.tree.structure(fragments)
    plan = schedule(_NAME, len(members), sync_every, overlap, offsets)
    _rates(outer_lr=outer_lr, momentum=momentum, mix_alpha=mix_alpha)
    known = isinstance(compression, Compression) or callable(compression)
    if not known and compression is not None:
        expected = "a `Compression`, a function of an array or None"
        received = repr(compression)[:40]
        raise checks.fail(TypeError, _NAME, "compression", expected, received)

    def moved(flight: Array, old: Array, anchor: Array) -> tuple[Array, Array]:
        """Momentum and anchor after a step of the outer optimiser."""
        mu, eta = (jnp.asarray(x).astype(anchor.dtype) for x in (momentum, outer_lr))
        new = flight + mu * old
        return new, anchor - eta * (flight + mu * new)

    def init(params: Any) -> OuterState:
        leaves = [leaf.astype(_work(leaf)) for leaf in _leaves(params, layout)]
        # Buffers of their own, so that parameters and state can be donated together.
        anchor, still, flight = (
            jax.tree.unflatten(layout, [f(leaf) for leaf in leaves])
            for f in (jnp.copy, _replicas.zeros, _replicas.zeros)
        )
        return OuterState(anchor, still, flight, jnp.zeros((), jnp.int32))

    def update(params: Any, state: OuterState) -> tuple[Any, OuterState, OuterInfo]:
        theta = _leaves(params, layout)
        anchor, still, flight = (jax.tree.leaves(tree) for tree in state[:3])
        replica = _replicas.replica_index(_NAME, axis_name)
        step = state.step + 1
        sent, applied = plan.sent(step), plan.applied(step)

        def send(p: int) -> Callable[[_Leaves], _Leaves]:
            def branch(leaves: _Leaves) -> _Leaves:
                theta, anchor, still, flight = leaves
                flight = list(flight)
                for i in members[p]:
                    delta = anchor[i] - theta[i].astype(anchor[i].dtype)
                    place = step, replica, i
                    mean = _replicas.average(delta, place, compression, axis_name)
                    flight[i] = _replicas.align(mean.astype(delta.dtype), flight[i])
                return theta, anchor, still, flight

            return branch

        def apply(p: int) -> Callable[[_Leaves], _Leaves]:
            def branch(leaves: _Leaves) -> _Leaves:
                theta, anchor, still, flight = (list(part) for part in leaves)
                for i in members[p]:
                    still[i], anchor[i] = moved(flight[i], still[i], anchor[i])
                    alpha = jnp.asarray(mix_alpha).astype(anchor[i].dtype)
                    local = alpha * theta[i].astype(anchor[i].dtype)
                    mixed = local + (1 - alpha) * anchor[i]
                    theta[i] = mixed.astype(theta[i].dtype)
                return theta, anchor, still, flight

            return branch

        def both(leaves: _Leaves) -> _Leaves:
            leaves = _one_of(sent, send, len(members), leaves)
            return _one_of(applied, apply, len(members), leaves)

        # What goes through must vary over the same mesh axes as what comes out.
        anchor, still = _aligned(anchor, flight), _aligned(still, flight)
        leaves = _aligned(theta, anchor), anchor, still, flight
        leaves = _when((sent >= 0) | (applied >= 0), both, leaves)
        sizes = [
            sum(_replicas.payload_bits(flight[i], compression) for i in own)
            for own in members
        ]
        # Floating: 2^31 bits are few.
        bits = jnp.asarray([*sizes, 0], jnp.result_type(float))[sent]
        params, *outer = (jax.tree.unflatten(layout, part) for part in leaves)
        return params, OuterState(*outer, step=step), OuterInfo(sent, applied, bits)

    def flush(state: OuterState) -> Any:
        anchor, still, flight = (jax.tree.leaves(tree) for tree in state[:3])
        for p, own in enumerate(members):
            late = plan.in_flight(p, state.step)
            for i in own:
                _, new = moved(flight[i], still[i], anchor[i])
                anchor[i] = jnp.where(late, new, anchor[i])
        return jax.tree.unflatten(layout, anchor)

    return OuterOptimizer(init, update, flush)


def _one_of(
    number: Array,
    branch: Callable[[int], Callable[[_Leaves], _Leaves]],
    count: int,
    leaves: _Leaves,
) -> _Leaves:
    """What belongs to a number, from 0; at -1 everything stays."""
    for p in range(count):
        leaves = _when(number == p, branch(p), leaves)
    return leaves


def _when(due: Array, body: Callable[[_Leaves], _Leaves], leaves: _Leaves) -> _Leaves:
    """``body(leaves)`` if it is due, the same on all replicas: at most steps it is not.

    A loop of one round or none. XLA copies all that passes through a ``lax.cond``, at
    every step, but not what a loop leaves as it is.
    """

    def once(carry: tuple[Array, _Leaves]) -> tuple[Array, _Leaves]:
        due, leaves = carry
        return due & False, body(leaves)

    return lax.while_loop(lambda carry: carry[0], once, (due, leaves))[1]


def _aligned(leaves: list[Array], likes: list[Array]) -> list[Array]:
    return [_replicas.align(x, like) for x, like in zip(leaves, likes, strict=True)]


def _leaves(params: Any, layout: Any) -> list[Array]:
    """Floating leaves of parameters of the structure of the fragments."""
    found = jax.tree.structure(params)
    if found != layout:
        expected = f"of the structure of `fragments`, {layout!s:.200}"
        raise checks.fail(ValueError, _NAME, "params", expected, str(found)[:200])
    return [checks.as_float(_NAME, "params", leaf) for leaf in jax.tree.leaves(params)]


def _work(leaf: Array) -> jnp.dtype:
    return checks.working_dtype(leaf.dtype)


def _rates(outer_lr: Any, momentum: Any, mix_alpha: Any) -> None:
    """Rates that are known are in their range."""
    ranges = (
        ("outer_lr", outer_lr, "finite and >= 0", lambda x: 0 <= x < float("inf")),
        ("momentum", momentum, "in [0, 1)", lambda x: 0 <= x < 1),
        ("mix_alpha", mix_alpha, "in [0, 1]", lambda x: 0 <= x <= 1),
    )
    for name, value, expected, inside in ranges:
        if isinstance(value, (int, float, np.number)) and not inside(value):
            raise checks.fail(ValueError, _NAME, name, expected, str(value))

"""Designs of most information: along the gradient, or one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp

from infojax._base import checks
from infojax.design._nested import in_blocks
from infojax.types import Array, PRNGKey

__all__ = [
    "Exhaustive",
    "GradientSearch",
    "Optimizer",
    "SearchInfo",
    "SearchState",
    "exhaustive_search",
    "gradient_search",
]


class Optimizer(Protocol):
    """An Optax transformation, or anything of its shape."""

    @property
    def init(self) -> Callable[..., Any]: ...
    @property
    def update(self) -> Callable[..., tuple[Any, Any]]: ...


class SearchState(NamedTuple):
    """A design and what the optimizer remembers of it."""

    design: Any
    optimizer: Any


class SearchInfo(NamedTuple):
    """One step: the objective before it, in nats, and the norm of its gradient."""

    value: Array
    gradient_norm: Array


class GradientSearch(NamedTuple):
    """Ascent as pure functions.

    ``init(design) -> SearchState``; ``update(key, state) -> (SearchState, SearchInfo)``
    takes one step.
    """

    init: Callable[[Any], SearchState]
    update: Callable[[PRNGKey, SearchState], tuple[SearchState, SearchInfo]]


class Exhaustive(NamedTuple):
    """The best candidate, its row, its value, and the values of all, ``[m]``."""

    design: Any
    row: Array
    value: Array
    values: Array


def gradient_search(
    objective: Callable[[PRNGKey, Any], Array],
    optimizer: Optimizer,
    *,
    project: Callable[[Any], Any] = lambda design: design,
) -> GradientSearch:
    """Move a design uphill on an estimate of its information.

    Lower bounds are the ones to ascend: nothing is gained there by making them loose.
    Several starts are a ``vmap`` over designs, of which ``exhaustive_search`` picks.

    Args:
        objective: ``(key, design) -> nats``, such as ``lambda key, d: eig_bounds(key,
            model, d, outer=100, inner=100).lower``.
        optimizer: an Optax transformation of the design, in the sense of descent.
        project: puts a design back where designs may be, after each step.

    Returns: ``GradientSearch(init, update)``, for ``jit`` and ``scan``; nothing is
        compiled here. Designs are arrays or pytrees of floating arrays.
    Gradients: of results none worth having: steps are not differentiated through.
    Cost: one gradient of the objective a step.
    Example:
        >>> objective = lambda key, d: -jnp.sum((d - 1.0) ** 2)
        >>> search = gradient_search(objective, optax.sgd(0.25))
        >>> state, info = search.update(jax.random.key(0), search.init(jnp.zeros(2)))
        >>> state.design.tolist(), float(info.value)
        ([0.5, 0.5], -2.0)
    References: Foster et al. (2020), a unified stochastic gradient approach.
    """
    name = "gradient_search"
    for argument, function in (("objective", objective), ("project", project)):
        if not callable(function):
            received = type(function).__name__
            raise checks.fail(TypeError, name, argument, "a callable", received)
    if not (hasattr(optimizer, "init") and hasattr(optimizer, "update")):
        expected, received = "an Optax transformation", type(optimizer).__name__
        raise checks.fail(TypeError, name, "optimizer", expected, received)

    def init(design: Any) -> SearchState:
        design = jax.tree.map(jnp.asarray, design)
        for leaf in jax.tree.leaves(design):
            checks.as_float(f"{name}.init", "design", leaf)
        return SearchState(design, optimizer.init(design))

    def update(key: PRNGKey, state: SearchState) -> tuple[SearchState, SearchInfo]:
        def loss(design: Any) -> Array:
            return -objective(key, design)

        value, gradient = jax.value_and_grad(loss)(state.design)
        steps, memory = optimizer.update(gradient, state.optimizer, state.design)
        design = project(jax.tree.map(jnp.add, state.design, steps))
        squares = [jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient)]
        norm = jnp.sqrt(sum(squares, jnp.zeros_like(squares[0])))
        return SearchState(design, memory), SearchInfo(-value, norm)

    return GradientSearch(init, update)


def exhaustive_search(
    objective: Callable[[Any], Array],
    candidates: Any,
    *,
    block_size: int | None = None,
) -> Exhaustive:
    """The best of a list of designs.

    Args:
        objective: ``design -> nats``; close over one key, so that all candidates share
            their draws and differ by little else than their information.
        candidates: m designs, an array or a pytree of arrays with rows first.
        block_size: candidates at a time, static; all at once if None.

    Returns: ``Exhaustive(design, row, value, values)``. Of equal ones the first; a
        candidate whose value is NaN is chosen only where all are NaN. The largest of
        noisy values is too large: estimate it again with another key.
    Gradients: of ``value`` and ``values`` those of the objective; the choice is held
        fixed.
    Cost: m objectives.
    Example:
        >>> found = exhaustive_search(lambda d: -((d - 2.2) ** 2), jnp.arange(5.0))
        >>> float(found.design), int(found.row)
        (2.0, 2)
    References: Gandhi, Li et al. (2025), BoxingGym, for regret among random designs.
    """
    name = "exhaustive_search"
    if not callable(objective):
        received = type(objective).__name__
        raise checks.fail(TypeError, name, "objective", "a callable", received)
    candidates = jax.tree.map(jnp.asarray, candidates)
    leaves = jax.tree.leaves(candidates)
    if not leaves or any(not a.ndim or not len(a) for a in leaves):
        expected = "arrays with rows first, at least one"
        received = str([list(a.shape) for a in leaves])
        raise checks.fail(ValueError, name, "candidates", expected, received)
    rows = {f"candidates[{i}]": a for i, a in enumerate(leaves)}
    checks.same_length(name, **rows)
    values = in_blocks(objective, candidates, block_size, name)
    ranked = jnp.where(jnp.isnan(values), -jnp.inf, values)
    # An infinite loss is still a value, and goes before NaN.
    tied = (ranked == jnp.max(ranked)) & ~jnp.isnan(values)
    index = jnp.argmax(tied)
    best = jax.tree.map(lambda a: a[index], candidates)
    return Exhaustive(best, index.astype(jnp.int32), values[index], values)

"""A row of the contract table: how to call a public function, and what it promises."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

N = 12


@dataclass(frozen=True)
class Case:
    """How to call one public function, and what it promises.

    ``name`` is ``family.function``; ``variant`` tells rows of one function apart.
    ``call(*arrays, **options)`` returns an array or a pytree; ``inputs(rng)`` float64
    arrays. ``smooth`` lists the arguments whose gradient is checked against finite
    differences. ``masks`` and ``weights`` map a keyword to the arguments whose rows it
    governs. ``joint`` lists groups of arguments that may be permuted together.
    """

    name: str
    call: Callable[..., Any]
    inputs: Callable[[np.random.Generator], tuple]
    variant: str = ""
    smooth: tuple[int, ...] = ()
    masks: dict[str, tuple[int, ...]] = field(default_factory=dict)
    weights: dict[str, tuple[int, ...]] = field(default_factory=dict)
    joint: tuple[tuple[int, ...], ...] = ()
    symmetric: bool = False
    square: bool = False
    plan: bool = False
    zero_when_empty: bool = True
    half: float = 0.1
    infinite: bool = False
    bad: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    @functools.cached_property
    def compiled(self) -> Callable[..., Any]:
        """The call as one program, which the tests of a worker share."""

        def counted(*arrays):
            self.traces.append(None)
            return self.call(*arrays)

        return jax.jit(counted)

    @functools.cached_property
    def traces(self) -> list[None]:
        """As long as ``compiled`` was traced often."""
        return []

    @functools.cached_property
    def differentiated(self) -> Callable[..., Any]:
        """A weighted sum of all outputs and its gradient in every floating argument.

        One program of all arguments, ``(value, gradient)`` by position.
        """

        def both(*arrays):
            floating = self.floating(arrays)

            def f(parts):
                full = dict(enumerate(arrays)) | dict(zip(floating, parts, strict=True))
                return self.total(*full.values())

            value, parts = jax.value_and_grad(f)([arrays[i] for i in floating])
            return value, dict(zip(floating, parts, strict=True))

        return jax.jit(both)

    @staticmethod
    def floating(arrays: Sequence) -> list[int]:
        """Positions of the arguments that can have a gradient."""
        kinds = [jnp.issubdtype(a.dtype, jnp.floating) for a in arrays]
        return [i for i, kind in enumerate(kinds) if kind]

    def total(self, *arrays):
        """A scalar that weighs every floating output differently."""
        leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(self.call(*arrays))]
        return sum(
            jnp.sum(jnp.cos(jnp.arange(o.size)) * o.ravel())
            for o in leaves
            if jnp.issubdtype(o.dtype, jnp.floating)
        )

    @property
    def id(self) -> str:
        return f"{self.name}[{self.variant}]" if self.variant else self.name


def one(d: int = 2, n: int = N):
    return lambda rng: (rng.normal(size=(n, d)),)


def pair(dx: int = 2, dy: int = 1, n: int = N):
    def make(rng):
        x = rng.normal(size=(n, dx))
        return x, 0.7 * x[:, :dy] + 0.5 * rng.normal(size=(n, dy))

    return make


def two(d: int = 2, n: int = N, m: int = N - 3):
    return lambda rng: (rng.normal(size=(n, d)), 1 + rng.normal(size=(m, d)))


def square(n: int = N):
    return lambda rng: (rng.normal(size=(n, n)) + 2 * np.eye(n),)


def probabilities(*shape: int, count: int = 1):
    """Tables without rare cells, on whose logarithms finite differences fail."""

    def table(rng):
        return (rng.dirichlet(np.ones(shape[-1]), shape[:-1]) + 1 / shape[-1]) / 2

    return lambda rng: tuple(table(rng) for _ in range(count))


SAMPLES = ("integer", "rank", "empty")
PAIRED = (*SAMPLES, "mismatch", "mask")
X, XY = ("x",), ("x", "y")
WHERE1, WHERE2 = {"where": (0,)}, {"where": (0, 1)}
TWO_MASKS = {"where_x": (0,), "where_y": (1,)}
TWO_WEIGHTS = {"weights_x": (0,), "weights_y": (1,)}


def paired(name: str, call: Callable, **more) -> Case:
    """Row of an estimator of paired samples."""
    defaults = {
        "inputs": pair(),
        "masks": WHERE2,
        "joint": ((0, 1),),
        "bad": PAIRED,
        "arguments": XY,
    }
    return Case(name, call, **(defaults | more))


def bound(name: str, call: Callable, **more) -> Case:
    """Row of a function of a score matrix."""
    return Case(
        name,
        call,
        square(),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        square=True,
        bad=("integer", "rank", "mask", "rectangular"),
        arguments=("scores",),
        **more,
    )


def gram(name: str, kernel) -> Case:
    return Case(
        name,
        lambda x, y: kernel(x, y),
        two(),
        smooth=(0, 1),
        bad=("integer", "rank", "width"),
        arguments=XY,
    )


def example(case: Case, dtype: Any = jnp.float64, seed: int = 0) -> tuple:
    """The row's inputs as device arrays of one dtype."""
    arrays = case.inputs(np.random.default_rng(seed))
    return tuple(
        jnp.asarray(a, dtype if np.issubdtype(a.dtype, np.floating) else None)
        for a in arrays
    )

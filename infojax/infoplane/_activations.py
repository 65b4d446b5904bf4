"""Named activations of a Flax network, NNX or Linen, in the order it computes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flax.linen as nn
import jax
import jax.extend.core
from flax import nnx
from flax.traverse_util import flatten_dict

from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["Network", "activations", "capture", "sow"]

# A model of Flax, or inputs to named activations.
Network = nnx.Module | nn.Module | Callable[[Array], Mapping[str, Array]]
_Call = Callable[[Any, Array], Any]


def activations(
    model: nnx.Module | nn.Module, x: ArrayLike, *, call: _Call | None = None
) -> dict[str, Array]:
    """What each layer of a network says of a batch of inputs.

    Args:
        model: an NNX module, or a Linen module bound to its variables,
            ``module.bind(variables)``. What it ``sow``s as intermediates is what is
            seen; if nothing, the outputs of the modules it is made of.
        x: inputs, ``[n, ...]``.
        call: ``(model, x) -> output``; ``model(x)`` by default. For Linen modules with
            a switch: ``lambda m, x: m(x, train=False)``.

    Returns: arrays ``[n, ...]`` by name, in the order of computation. A function
        between modules, such as ``jax.nn.relu`` of an output, is not seen unless its
        value is named: ``infoplane.sow(self, "hidden", h)``. An NNX module is evaluated
        as a copy in ``eval`` mode and stays as it is.
    Gradients: those of the network.
    Cost: a forward pass; eager calls also trace it once, for the order.
    Example:
        >>> from flax import nnx
        >>> rngs = nnx.Rngs(0)
        >>> first, last = nnx.Linear(3, 8, rngs=rngs), nnx.Linear(8, 2, rngs=rngs)
        >>> network = nnx.Sequential(first, jax.nn.relu, last)
        >>> {k: v.shape for k, v in activations(network, jnp.ones((5, 3))).items()}
        {'layers.0': (5, 8), 'layers.2': (5, 2)}
    References: the documentation of Flax, on intermediates.
    """
    name = "activations"
    x = jax.numpy.asarray(x)
    if x.ndim == 0:
        raise checks.fail(ValueError, name, "x", "of shape [n, ...]", "a scalar")
    invoke = (lambda model, x: model(x)) if call is None else call
    if isinstance(model, nnx.Module):
        graph, state = nnx.split(model)
        weighted = {
            ".".join(map(str, path))
            for path, part in nnx.iter_modules(model)
            if jax.tree.leaves(nnx.state(part, nnx.Param))
        }

        def forward(state, x: Array) -> dict[str, Array]:
            copy = nnx.merge(graph, state)
            copy.eval()
            see = nnx.capture(invoke, nnx.Intermediate, method_outputs=nnx.Intermediate)
            return _named(nnx.to_pure_dict(see(copy, x)[1]), len(x))
    elif isinstance(model, nn.Module) and model.scope is not None:
        module, state = model.unbind()
        paths = flatten_dict(dict(state).get("params", {}))
        weighted = {".".join(p[:i]) for p in paths for i in range(len(p))}

        def forward(state, x: Array) -> dict[str, Array]:
            _, found = module.apply(
                state,
                x,
                method=invoke,
                capture_intermediates=True,
                mutable=["intermediates"],
            )
            return _named(found.get("intermediates", {}), len(x))
    else:
        expected = "an nnx.Module, or a Linen module after .bind(variables)"
        raise checks.fail(TypeError, name, "model", expected, type(model).__name__)
    order = _order(forward, state, x, weighted)
    if not order:
        expected = "a network whose modules or sown values are arrays of len(x) rows"
        raise checks.fail(ValueError, name, "model", expected, "none")
    found = forward(state, x)
    return {layer: found[layer] for layer in order}


def sow(module: nnx.Module, name: str, value: Array) -> Array:
    """Name a value within an NNX module, to be seen by ``activations``.

    As ``module.sow(nnx.Intermediate, name, value)``, which in training keeps the value
    of every call in the module; this does nothing there. Linen modules have no need of
    it: their ``self.sow("intermediates", name, value)`` does nothing in training.

    Args:
        module: the module that computes the value, ``self``.
        name: of the value, unlike those of other values of the module.
        value: array ``[n, ...]``.

    Returns: the value.
    Gradients: exact.
    Cost: none.
    Example:
        >>> from flax import nnx
        >>> class Network(nnx.Module):
        ...     def __init__(self, rngs):
        ...         self.linear = nnx.Linear(3, 8, rngs=rngs)
        ...
        ...     def __call__(self, x):
        ...         return sow(self, "hidden", jax.nn.relu(self.linear(x)))
        >>> list(activations(Network(nnx.Rngs(0)), jnp.ones((5, 3))))
        ['hidden']
    References: the documentation of Flax, on intermediates.
    """
    if not isinstance(module, nnx.Module):
        expected, received = "an nnx.Module", type(module).__name__
        raise checks.fail(TypeError, "sow", "module", expected, received)
    if hasattr(module, "__captures__"):
        module.sow(nnx.Intermediate, name, value)
    return value


def capture(name: str, model: Network, x: Array) -> dict[str, Array]:
    """Activations ``[n, d]`` of a model or of a callable that names its own."""
    if isinstance(model, nnx.Module | nn.Module):
        found = activations(model, x)
    else:
        found = dict(model(x))
    for layer, value in found.items():
        if value.ndim == 0 or value.shape[0] != x.shape[0]:
            expected = f"activations of {x.shape[0]} rows"
            received = f"{layer} {list(value.shape)}"
            raise checks.fail(ValueError, name, "model", expected, received)
    return {layer: a.reshape(len(a), -1) for layer, a in found.items()}


def _named(tree: Any, n: int) -> dict[str, Array]:
    """Captured arrays by the path of their module, and which call if several."""
    sown: dict[str, Array] = {}
    outputs: dict[str, Array] = {}

    def walk(node: Any, path: tuple[str, ...]) -> None:
        if isinstance(node, Mapping):
            for key, child in node.items():
                walk(child, (*path, str(key)))
            return
        arrays = [a for a in jax.tree.leaves(node) if a.ndim and a.shape[0] == n]
        called = path[-1] == "__call__"
        base, into = (path[:-1], outputs) if called else (path, sown)
        for i, array in enumerate(arrays):
            place = (*base, str(i)) if len(arrays) > 1 else base
            if place:
                into[".".join(place)] = array
            else:
                into.setdefault("output", array)

    walk(tree, ())
    if sown:
        return sown
    if len(outputs) > 1:
        outputs.pop("output", None)
    return outputs


def _order(
    forward: Callable[..., dict[str, Array]], state: Any, x: Array, weighted: set[str]
) -> list[str]:
    """Names in the order of computation, one for each array.

    Of modules with one output, such as a layer and the dropout after it in evaluation,
    one with parameters gives the name.
    """
    names: list[str] = []

    def values(state: Any, x: Array) -> list[Array]:
        found = forward(state, x)
        names[:] = found
        return list(found.values())

    jaxpr = jax.make_jaxpr(values)(state, x).jaxpr
    made = {v: i for i, eqn in enumerate(jaxpr.eqns) for v in eqn.outvars}
    first: dict[int, tuple[int, str]] = {}
    for name, out in zip(names, jaxpr.outvars, strict=True):
        place = -1 if isinstance(out, jax.extend.core.Literal) else made.get(out, -1)
        if id(out) not in first or name in weighted:
            first[id(out)] = place, name
    return [name for _, name in sorted(first.values())]

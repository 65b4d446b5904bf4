"""Which fragment each leaf of the parameters belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from infojax._base import checks

__all__ = ["assign_fragments", "fragment_leaves", "sequential", "strided"]

Pattern = Callable[[int, int, int], int]


def strided(layer: int, layers: int, fragments: int) -> int:
    """Layers dealt out in turn: fragment ``layer % fragments``, the published choice.

    Args:
        layer: number of the layer, from 0.
        layers: how many there are.
        fragments: how many fragments.

    Returns: the number of the fragment.
    Gradients: none.
    Cost: O(1).
    Example:
        >>> [strided(layer, 7, 3) for layer in range(7)]
        [0, 1, 2, 0, 1, 2, 0]
    References: Douillard et al. (2025), Streaming DiLoCo.
    """
    _within("strided", layer, layers, fragments)
    return layer % fragments


def sequential(layer: int, layers: int, fragments: int) -> int:
    """Runs of consecutive layers, as long as one another or one longer.

    Args:
        layer, layers, fragments: as in ``strided``.

    Returns: the number of the fragment.
    Gradients: none.
    Cost: O(1).
    Example:
        >>> [sequential(layer, 7, 3) for layer in range(7)]
        [0, 0, 0, 1, 1, 2, 2]
    References: Douillard et al. (2025), Streaming DiLoCo.
    """
    _within("sequential", layer, layers, fragments)
    return layer * fragments // layers


def assign_fragments(
    params: Any,
    num_fragments: int,
    *,
    pattern: Pattern = strided,
    layer_of: Callable[[tuple[Any, ...]], Any] | None = None,
) -> Any:
    """A fragment for each leaf, all leaves of a layer in one.

    Args:
        params: any pytree.
        num_fragments: P, at most the number of layers. Published: three layers in each.
        pattern: ``(layer, layers, fragments) -> fragment``, such as ``strided`` or
            ``sequential``.
        layer_of: key path of a leaf, as in ``jax.tree_util``, to the label of its
            layer; layers are numbered in the order of labels. By default leaves side by
            side in a subtree are a layer (in the outermost one each leaf is), in the
            order of their paths with numbers in names as numbers: 2 before 10.

    Returns: a tree of ints 0 to P - 1 like ``params``. A leaf that stacks several
        layers cannot be split.
    Gradients: none.
    Cost: O(leaves), outside of traced code.
    Example:
        >>> layer = {"bias": jnp.zeros(2), "kernel": jnp.zeros((2, 2))}
        >>> params = {"dense_2": layer, "dense_10": layer, "dense_1": layer}
        >>> fragments = assign_fragments(params, 2)
        >>> [fragments[f"dense_{i}"]["bias"] for i in (1, 2, 10)]
        [0, 1, 0]
    References: Douillard et al. (2025), Streaming DiLoCo.
    """
    name = "assign_fragments"
    p = checks.size(name, num_fragments, "num_fragments")
    paths, structure = jax.tree_util.tree_flatten_with_path(params)
    labels = [(layer_of or _subtree)(path) for path, _ in paths]
    order = _numbered(name, labels)
    if not p <= len(order):
        expected = f"at most the number of layers, {len(order)}"
        raise checks.fail(ValueError, name, "num_fragments", expected, str(p))
    chosen = [pattern(order[label], len(order), p) for label in labels]
    if set(chosen) != set(range(p)):
        expected = f"a function whose values are all of 0 to {p - 1}"
        received = f"one of values {sorted(set(chosen))}"
        raise checks.fail(ValueError, name, "pattern", expected, received)
    return jax.tree.unflatten(structure, chosen)


def fragment_leaves(name: str, fragments: Any) -> list[list[int]]:
    """Positions of the leaves of each fragment among all leaves."""
    found = jax.tree.leaves(fragments)
    for value in found:
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or value < 0:
            expected = "a tree of Python ints >= 0, one for each leaf"
            raise checks.fail(TypeError, name, "fragments", expected, repr(value)[:60])
    p = len(set(found))
    if not found or max(found) != p - 1:
        expected = "a tree of ints in which each of 0 to the largest occurs"
        received = str(sorted({int(value) for value in found}))
        raise checks.fail(ValueError, name, "fragments", expected, received)
    return [[i for i, own in enumerate(found) if own == q] for q in range(p)]


def _within(name: str, layer: int, layers: int, fragments: int) -> None:
    checks.sizes(name, layers=layers, fragments=fragments)
    if not 0 <= layer < layers:
        expected = f"in 0 <= layer < layers = {layers}"
        raise checks.fail(ValueError, name, "layer", expected, str(layer))


def _numbered(name: str, labels: list[Any]) -> dict[Any, int]:
    try:
        return {label: i for i, label in enumerate(sorted(set(labels)))}
    except TypeError as error:
        expected = "a function to labels that can be hashed and sorted"
        raise checks.fail(TypeError, name, "layer_of", expected, str(error)) from None


def _subtree(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """The path to the leaf's subtree, in parts that sort as a reader would."""
    entries = path[:-1] if len(path) > 1 else path
    texts = (jax.tree_util.keystr((entry,), simple=True) for entry in entries)
    return tuple(tuple(_parts(text)) for text in texts)


def _parts(text: str) -> list[tuple[int, str]]:
    """Numbers and what is between them, numbers first."""
    pieces = [piece for piece in re.split(r"(\d+)", text) if piece]
    return [(int(s), "") if s.isdecimal() else (-1, s) for s in pieces]

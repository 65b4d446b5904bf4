"""Activations of a network at chosen epochs, as one pytree."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import index
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer

from infojax._base import checks
from infojax.infoplane._activations import Network, capture
from infojax.types import Array, ArrayLike

__all__ = ["Recording", "from_arrays", "load", "log_epochs", "record", "save", "start"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["inputs", "labels", "layers", "seen"],
    meta_fields=["names", "epochs"],
)
@dataclass(frozen=True)
class Recording:
    """What the layers of one network say of the same inputs as it is trained.

    A pytree: it passes through ``jax.jit`` and ``jax.lax.scan``, stacks under
    ``jax.vmap``, and ``fit.save`` writes it.

    Attributes:
        names: of the layers, in order; static.
        epochs: that are to be recorded, increasing; static.
        inputs: ``[n, ...]``.
        labels: ``[n]``, or ``[n, dy]`` targets.
        layers: for each, ``[e, n, d]``; zeros where nothing was recorded yet.
        seen: ``[e]`` Boolean, which epochs were recorded.
    """

    names: tuple[str, ...]
    epochs: tuple[int, ...]
    inputs: Array
    labels: Array
    layers: tuple[Array, ...]
    seen: Array


def log_epochs(last: int, count: int = 100) -> tuple[int, ...]:
    """Epochs from 0 to the last, dense at first and evenly spaced in their logarithm.

    Args:
        last: the last epoch.
        count: how many are wanted; fewer come where they would coincide.

    Returns: increasing integers that begin with 0 and end with ``last``.
    Gradients: none.
    Cost: O(count).
    Example:
        >>> log_epochs(1000, 8)
        (0, 1, 3, 10, 32, 100, 316, 1000)
    References: Shwartz-Ziv and Tishby (2017), for the grid.
    """
    last = checks.size("log_epochs", last, "last")
    count = checks.size("log_epochs", count, "count")
    grid = np.round(np.geomspace(1, last, max(count - 1, 1))).astype(int)
    return tuple(int(e) for e in np.unique([0, *grid, last]))


def start(
    model: Network, inputs: ArrayLike, labels: ArrayLike, *, epochs: Sequence[int]
) -> Recording:
    """An empty recording of a network.

    Args:
        model: an NNX module, a Linen module after ``.bind(variables)``, or any
            callable of inputs that returns a dictionary of activations ``[n, ...]``.
        inputs: ``[n, ...]`` the same at all epochs, such as 10,000 held-out ones.
        labels: of the inputs, ``[n]``; or targets ``[n, dy]``.
        epochs: which to record, increasing, such as ``log_epochs(1000)``.

    Returns: ``Recording``, room for all epochs in the dtype of the activations.
    Gradients: none.
    Cost: epochs x n x units of memory.
    Example:
        >>> layers = lambda x: {"hidden": jnp.tanh(x), "output": x.sum(1)}
        >>> x, labels = jnp.ones((4, 3)), jnp.arange(4)
        >>> empty = start(layers, x, labels, epochs=[0, 10])
        >>> empty.names, [a.shape for a in empty.layers]
        (('hidden', 'output'), [(2, 4, 3), (2, 4, 1)])
    References: none needed.
    """
    name = "start"
    inputs, labels, grid = _open(name, inputs, labels, epochs)
    found: dict[str, Array] = {}

    def see(x: Array) -> tuple[Array, ...]:
        found.update(capture(name, model, x))
        return tuple(found.values())

    shapes = jax.eval_shape(see, inputs)
    layers = tuple(jnp.zeros((len(grid), *s.shape), s.dtype) for s in shapes)
    seen = jnp.zeros(len(grid), bool)
    # Copies, or a recording that is donated takes the caller's arrays with it.
    own = jnp.array(inputs), jnp.array(labels)
    return Recording(tuple(found), grid, *own, layers, seen)


def record(recording: Recording, epoch: ArrayLike, model: Network) -> Recording:
    """The recording with an epoch added, if it is one of those to record.

    Args:
        recording: so far.
        epoch: its number; a traced scalar within ``jax.jit`` or ``jax.lax.scan``.
        model: the network as it is now, in the form ``start`` got it.

    Returns: ``Recording``; unchanged, and without any computation outside ``jax.jit``,
        if the epoch is not to be recorded.
    Gradients: those of the network.
    Cost: a forward pass over the inputs and a copy of the recording, at recorded epochs
        only; no copy within ``jax.lax.scan``, or when the recording is donated.
    Example:
        >>> layers = lambda x: {"hidden": jnp.tanh(x), "output": x.sum(1)}
        >>> empty = start(layers, jnp.ones((4, 3)), jnp.arange(4), epochs=[0, 10])
        >>> record(empty, 10, layers).seen.tolist()
        [False, True]
    References: none needed.
    """
    grid = recording.epochs
    if isinstance(epoch, Tracer):
        return _record_traced(recording, epoch, model)
    if (number := index(np.asarray(epoch).item())) not in grid:
        return recording
    values = _values(recording, model)
    slot = grid.index(number)
    layers, seen = _put(recording.layers, recording.seen, values, slot)
    return replace(recording, layers=layers, seen=seen)


def _record_traced(recording: Recording, epoch: Array, model: Network) -> Recording:
    grid = jnp.asarray(recording.epochs)
    slot = jnp.searchsorted(grid, epoch)
    due = grid[jnp.minimum(slot, len(grid) - 1)] == epoch
    nothing = tuple(jnp.zeros(a.shape[1:], a.dtype) for a in recording.layers)
    # Only the values pass the switch: what passes one is copied, due or not.
    values = lax.cond(due, lambda: _values(recording, model), lambda: nothing)
    slot = jnp.where(due, slot, len(grid))
    layers, seen = _put(recording.layers, recording.seen, values, slot)
    return replace(recording, layers=layers, seen=seen)


def _values(recording: Recording, model: Network) -> tuple[Array, ...]:
    found = capture("record", model, recording.inputs)
    if tuple(found) != recording.names:
        expected = f"of layers {', '.join(recording.names)}"
        raise checks.fail(ValueError, "record", "model", expected, ", ".join(found))
    return tuple(found.values())


@jax.jit
def _put(layers, seen: Array, values, slot: ArrayLike):
    """Values in their slot; past the last slot nothing changes."""

    def put(buffer: Array, value: ArrayLike) -> Array:
        return buffer.at[slot].set(value, mode="drop")

    return jax.tree.map(put, layers, values), put(seen, True)


def from_arrays(
    layers: Mapping[str, ArrayLike],
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: Sequence[int],
) -> Recording:
    """A recording of activations that you have as arrays.

    Args:
        layers: ``[e, n, ...]`` by name, such as what ``jax.lax.scan`` stacked.
        inputs: ``[n, ...]``.
        labels: ``[n]``, or targets ``[n, dy]``.
        epochs: the e epochs, increasing.

    Returns: ``Recording``, complete.
    Gradients: exact.
    Cost: none.
    Example:
        >>> x, labels, hidden = jnp.ones(5), jnp.arange(5), jnp.zeros((2, 5, 3))
        >>> made = from_arrays({"h": hidden}, x, labels, epochs=[0, 1])
        >>> made.seen.tolist()
        [True, True]
    References: none needed.
    """
    name = "from_arrays"
    inputs, labels, grid = _open(name, inputs, labels, epochs)
    arrays = {layer: jnp.asarray(a) for layer, a in layers.items()}
    for layer, a in arrays.items():
        if a.ndim < 2 or a.shape[:2] != (len(grid), len(inputs)):
            expected = f"of shape [{len(grid)}, {len(inputs)}, ...]"
            received = f"{layer} {list(a.shape)}"
            raise checks.fail(ValueError, name, "layers", expected, received)
    flat = tuple(a.reshape(*a.shape[:2], -1) for a in arrays.values())
    return Recording(
        tuple(arrays), grid, inputs, labels, flat, jnp.ones(len(grid), bool)
    )


def save(path: str | Path, recording: Recording) -> None:
    """Write a recording, complete or not, as one npz file.

    Args:
        path: of the file, which ends in ``.npz``; replaced if it exists.
        recording: of one network, not stacked.

    Returns: nothing, once all is written.
    Gradients: none.
    Cost: the size of the arrays.
    Example:
        >>> import tempfile
        >>> x, labels, hidden = jnp.ones(5), jnp.arange(5), jnp.ones((1, 5, 3))
        >>> made = from_arrays({"h": hidden}, x, labels, epochs=[0])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(folder + "/run.npz", made)
        ...     load(folder + "/run.npz").names
        ('h',)
    References: the documentation of NumPy, on npz files.
    """
    place = _npz("save", path)
    # Written beside it first: a run that is cut off keeps the older file.
    beside = place.with_suffix(".part.npz")
    layers = {f"layer{i}": np.asarray(a) for i, a in enumerate(recording.layers)}
    np.savez(
        beside,
        allow_pickle=False,
        names=np.array(recording.names),
        epochs=np.array(recording.epochs),
        inputs=np.asarray(recording.inputs),
        labels=np.asarray(recording.labels),
        seen=np.asarray(recording.seen),
        **layers,
    )
    beside.replace(place)


def load(path: str | Path) -> Recording:
    """Read a recording that ``save`` wrote, to estimate it or to go on with it.

    Args:
        path: of the file.

    Returns: ``Recording``, bit for bit.
    Gradients: none.
    Cost: the size of the arrays.
    Example:
        >>> import tempfile
        >>> x, labels, hidden = jnp.ones(5), jnp.arange(5), jnp.ones((1, 5, 3))
        >>> made = from_arrays({"h": hidden}, x, labels, epochs=[0])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(folder + "/run.npz", made)
        ...     bool((load(folder + "/run.npz").layers[0] == 1).all())
        True
    References: the documentation of NumPy, on npz files.
    """
    place = _npz("load", path)
    try:
        with np.load(place, allow_pickle=False) as file:
            stored = {key: file[key] for key in file.files}
        names = tuple(str(name) for name in stored["names"])
        layers = tuple(jnp.asarray(stored[f"layer{i}"]) for i in range(len(names)))
        inputs, labels, seen = (
            jnp.asarray(stored[key]) for key in ("inputs", "labels", "seen")
        )
        epochs = tuple(int(e) for e in stored["epochs"])
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        expected, received = "a recording that `save` wrote", f"{place} ({error})"
        raise checks.fail(ValueError, "load", "path", expected, received) from None
    return Recording(names, epochs, inputs, labels, layers, seen)


def _npz(name: str, path: str | Path) -> Path:
    place = Path(path)
    if place.suffix != ".npz":
        raise checks.fail(ValueError, name, "path", "a file .npz", str(place))
    return place


def _open(
    name: str, inputs: ArrayLike, labels: ArrayLike, epochs: Sequence[int]
) -> tuple[Array, Array, tuple[int, ...]]:
    inputs, labels = jnp.asarray(inputs), jnp.asarray(labels)
    for argument, a in (("inputs", inputs), ("labels", labels)):
        if a.ndim == 0 or a.size == 0:
            expected = "non-empty, of shape [n, ...]"
            raise checks.fail(ValueError, name, argument, expected, str(list(a.shape)))
    checks.same_length(name, inputs=inputs, labels=labels)
    grid = tuple(index(e) for e in epochs)
    if not grid or any(a >= b for a, b in itertools.pairwise(grid)):
        raise checks.fail(ValueError, name, "epochs", "increasing integers", str(grid))
    return inputs, labels, grid

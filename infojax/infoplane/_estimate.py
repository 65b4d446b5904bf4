"""Information of all layers at all recorded epochs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from scipy import stats

from infojax import entropy
from infojax._base import checks
from infojax.infoplane._estimators import Information, LayerEstimator, adaptive_bins
from infojax.infoplane._recording import Recording
from infojax.types import Array, ArrayLike

__all__ = ["Plane", "compression", "estimate", "interval"]

# Epochs of a layer that are estimated between two steps of the progress bar.
CHUNK = 10


@dataclass(frozen=True)
class Plane:
    """Where the layers of a network were in the information plane, in nats.

    Attributes:
        names: of the layers.
        epochs: ``[e]``.
        xt: I(X; T), ``[seeds, layers, e]``.
        ty: I(T; Y), ``[seeds, layers, e]``.
        rows: how many inputs; log of it is the ceiling of most estimates.
        label_entropy: H(Y), or infinity for targets that are not integers.
    """

    names: tuple[str, ...]
    epochs: np.ndarray
    xt: np.ndarray
    ty: np.ndarray
    rows: int
    label_entropy: float


def estimate(
    recordings: Recording | Sequence[Recording],
    *,
    estimator: LayerEstimator = adaptive_bins(),
    progress: Callable[[Sequence[int]], Iterable[int]] = iter,
    batch: int = 1,
) -> Plane:
    """Information of each layer at each recorded epoch about inputs and labels.

    Args:
        recordings: of one network, or of several that were trained alike from different
            seeds, with the same layers and the same recorded epochs.
        estimator: ``adaptive_bins()``, ``bins()``, ``noise()``, ``samples()`` or a
            function ``(x, t, labels) -> Information`` of your own.
        progress: wraps the work that is gone through, such as ``rich.progress.track``.
        batch: epochs under one ``jax.vmap``, static: more suits devices with many cores
            and small layers; memory grows with it.

    Returns: ``Plane``, of recorded epochs only.
    Gradients: none: values leave the device. For one layer call the estimator itself.
    Cost: seeds x layers x epochs times that of the estimator, which is compiled once
        for each width of a layer.
    Example:
        >>> x = jax.random.normal(jax.random.key(0), (100, 2))
        >>> layers = {"h": jnp.stack([x, jnp.sign(x)])}
        >>> recording = from_arrays(layers, x, (x[:, 0] > 0).astype(int), epochs=[0, 9])
        >>> found = estimate(recording, estimator=bins())
        >>> found.xt.shape, bool(found.xt[0, 0, 1] < found.xt[0, 0, 0])
        ((1, 1, 2), True)
    References: Shwartz-Ziv and Tishby (2017), opening the black box of deep neural
        networks via information.
    """
    runs = [recordings] if isinstance(recordings, Recording) else list(recordings)
    batch = checks.size("estimate", batch, "batch")
    names, epochs, slots = _open(runs)
    chunk = -(-len(slots) // -(-len(slots) // CHUNK))
    at = _program(estimator, batch)
    jobs = [
        (seed, layer, first)
        for seed in range(len(runs))
        for layer in range(len(names))
        for first in range(0, len(slots), chunk)
    ]
    found = np.zeros((2, len(runs), len(names), len(slots)))
    for number in progress(range(len(jobs))):
        seed, layer, first = jobs[number]
        run, here = runs[seed], slots[first : first + chunk]
        # The last piece is filled up, so that one program serves all.
        wanted = np.resize(here, chunk)
        values = at(run.inputs, run.layers[layer][wanted], run.labels)
        found[:, seed, layer, first : first + len(here)] = np.asarray(values)[
            :, : len(here)
        ]
    labels = runs[0].labels
    whole = jnp.issubdtype(labels.dtype, jnp.integer) and labels.ndim == 1
    ceiling = float(entropy.discrete(labels)) if whole else float("inf")
    return Plane(names, epochs, found[0], found[1], len(runs[0].inputs), ceiling)


def _program(estimator: LayerEstimator, batch: int) -> Callable[..., Array]:
    @jax.jit
    def at(inputs: Array, activations: Array, labels: Array) -> Array:
        """Both informations of one layer at some epochs, ``[2, epochs]``."""
        flat = inputs.reshape(len(inputs), -1)
        one = partial(_one, estimator, flat, labels)
        return lax.map(one, activations, batch_size=batch if batch > 1 else None).T

    return at


def _one(estimator: LayerEstimator, x: Array, labels: Array, t: Array) -> Array:
    found = Information(*estimator(x, t, labels))
    return jnp.stack([jnp.asarray(value, t.dtype) for value in found])


def _open(runs: list[Recording]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    name, argument = "estimate", "recordings"
    if not runs:
        raise checks.fail(ValueError, name, argument, "at least one", "none")
    first = runs[0]
    for run in runs:
        if not isinstance(run, Recording) or run.seen.ndim != 1:
            expected = "`Recording`s of one network each"
            raise checks.fail(TypeError, name, argument, expected, f"{run!r:.40}")
        same = run.names == first.names and run.epochs == first.epochs
        same = same and bool(np.array_equal(run.seen, first.seen))
        if not same or [a.shape for a in run.layers] != [a.shape for a in first.layers]:
            expected = "alike in layers, rows and recorded epochs"
            raise checks.fail(ValueError, name, argument, expected, "several kinds")
    slots = np.flatnonzero(first.seen)
    if not len(slots):
        raise checks.fail(ValueError, name, argument, "recorded once", "no epoch")
    return first.names, np.asarray(first.epochs)[slots], slots


def compression(information: ArrayLike) -> Array:
    r"""How much of its highest information a layer has lost by the end.

    :math:`(\max_e I_e - I_E) / \max_e I_e` of a trajectory.

    Args:
        information: such as ``plane.xt``, ``[..., e]``.

    Returns: ``[...]``, 0 where the end is the peak, 1 where nothing is left; 0 where
        the peak is not positive.
    Gradients: exact; shared among peaks that tie.
    Cost: O(e).
    Example:
        >>> round(float(compression(jnp.array([1.0, 8.0, 6.0]))), 4)
        0.25
    References: ours, after Chelombiev, Houghton and O'Donnell (2019), who report how
        far information falls from its peak.
    """
    values = checks.as_float("compression", "information", information)
    if values.ndim == 0 or values.size == 0:
        expected, received = "non-empty, of shape [..., e]", str(list(values.shape))
        raise checks.fail(ValueError, "compression", "information", expected, received)
    values, dtype = values.astype(checks.working_dtype(values.dtype)), values.dtype
    peak = jnp.max(values, axis=-1)
    some = peak > 0
    lost = (peak - values[..., -1]) / jnp.where(some, peak, 1)
    return jnp.where(some | jnp.isnan(peak), lost, 0).astype(dtype)


def interval(
    values: np.ndarray, *, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over seeds and its Student interval.

    Args:
        values: such as ``plane.xt``, ``[seeds, ...]``.
        level: that the interval is to hold the mean with, over draws of the seeds.

    Returns: mean, lower end, upper end, ``[...]`` each; all equal for one seed.
    Gradients: none.
    Cost: O(seeds).
    Example:
        >>> mean, low, high = interval(np.array([[1.0], [2.0], [3.0]]))
        >>> mean.tolist(), low.round(3).tolist(), high.round(3).tolist()
        ([2.0], [-0.484], [4.484])
    References: Student (1908).
    """
    values = np.asarray(values, float)
    if values.ndim == 0 or values.size == 0:
        expected, received = "non-empty, [seeds, ...]", str(list(values.shape))
        raise checks.fail(ValueError, "interval", "values", expected, received)
    if not 0 < level < 1:
        raise checks.fail(ValueError, "interval", "level", "in (0, 1)", str(level))
    mean, count = values.mean(0), len(values)
    if count < 2:
        return mean, mean, mean
    error = values.std(0, ddof=1) / np.sqrt(count)
    reach = stats.t.ppf((1 + level) / 2, count - 1) * error
    return mean, mean - reach, mean + reach

"""Rows of the information plane: what is a function of arrays."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from contracts.row import Case, N
from infojax import infoplane


class _Layers(nnx.Module):
    """A network without parameters, so that it has the dtype of its inputs."""

    def __call__(self, x):
        infoplane.sow(self, "hidden", jnp.tanh(x))
        return infoplane.sow(self, "output", jnp.sum(x**2, axis=1))


def _seen(x):
    return tuple(infoplane.activations(_Layers(), x).values())


def _recorded(x):
    empty = infoplane.start(_Layers(), x, jnp.arange(N), epochs=[0, 4])
    return infoplane.record(empty, jnp.asarray(4), _Layers()).layers


def _stacked(layer):
    made = infoplane.from_arrays(
        {"h": layer}, layer[0], jnp.arange(layer.shape[1]), epochs=range(2)
    )
    return made.layers


def _one(rng: np.random.Generator) -> tuple:
    return (rng.normal(size=(N, 2)),)


def _layer(rng: np.random.Generator) -> tuple:
    x = rng.normal(size=(N, 2))
    return x, np.tanh(x) + 0.1 * rng.normal(size=(N, 2)), np.arange(N) % 3


def _trajectories(rng: np.random.Generator) -> tuple:
    return (rng.uniform(1, 2, (3, 5)),)


def _estimator(name: str, made, smooth: tuple[int, ...] = (), **more) -> Case:
    """Of a layer and labels, for estimators that do not look at the inputs."""

    def call(t, labels):
        return made(t, t, labels)

    def layer(rng: np.random.Generator) -> tuple:
        return _layer(rng)[1:]

    promises = {"smooth": smooth, "joint": ((0, 1),)} | more
    return Case(f"infoplane.{name}", call, layer, **promises)


ROWS = [
    Case("infoplane.activations", _seen, _one, smooth=(0,)),
    Case("infoplane.sow", lambda x: _Layers()(x), _one, smooth=(0,)),
    Case("infoplane.record", _recorded, _one, smooth=(0,)),
    Case(
        "infoplane.from_arrays",
        _stacked,
        lambda rng: (rng.normal(size=(2, N, 3)),),
        smooth=(0,),
    ),
    Case("infoplane.compression", infoplane.compression, _trajectories, smooth=(0,)),
    _estimator("bins", infoplane.bins()),
    _estimator("adaptive_bins", infoplane.adaptive_bins(count=4)),
    _estimator("noise", infoplane.noise(0.5), smooth=(0,)),
    # Rows in another order get other noise.
    _estimator(
        "encoder", infoplane.encoder(jax.random.key(0), 0.5), smooth=(0,), joint=()
    ),
    Case("infoplane.samples", infoplane.samples(), _layer, joint=((0, 1, 2),)),
]

# Types, and functions of the host: files, figures, choices of epochs.
TYPES = {
    f"infoplane.{name}"
    for name in (
        "Information",
        "LayerEstimator",
        "Plane",
        "Recording",
        "estimate",
        "interval",
        "load",
        "log_epochs",
        "plot_epochs",
        "plot_gradients",
        "plot_plane",
        "save",
        "start",
        "write_page",
    )
}

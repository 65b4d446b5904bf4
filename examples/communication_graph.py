"""Who should listen to whom: links learned within a budget, against planted ones.

Each of ten agents is to predict a number of its own, a weighted sum of what three of
the agents see, and noise. It may listen to three. Which, is learned with its weights:
links are drawn by the Gumbel top-k of trained logits, with the gradient of a soft
choice, and at the end the three largest logits are kept. Two soft choices are compared:
one draw, and three successive ones. Beside them a random graph of the same budget, and
everybody listening to everybody.

Reports the F1 score of the links that are found, and the mean squared error on new
data, of which the noise alone makes 0.25. Means and standard errors over planted
graphs, all of them trained at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import Row, measured, write
from matplotlib.figure import Figure

from infojax import communication

AGENTS, LINKS, NOISE, BATCH, NEW = 10, 3, 0.5, 64, 4096
OPTIMIZER = optax.adam(0.03)
GRAPHS = ("one draw", "successive draws", "random graph", "everybody")
RELAX = {
    "one draw": communication.single_draw,
    "successive draws": communication.successive_draws,
}


class Task(NamedTuple):
    """Weights of the planted links, and a random graph of the same budget."""

    weights: jax.Array
    other: jax.Array


def plant(key) -> Task:
    links, size, sign, other = jax.random.split(key, 4)
    even = jnp.ones((AGENTS, AGENTS))
    planted = communication.edge_budget_sample(links, even, k=LINKS)
    weights = jax.random.uniform(size, even.shape, minval=0.5, maxval=1.5)
    weights = weights * jax.random.rademacher(sign, even.shape, float)
    return Task(
        planted * weights, communication.edge_budget_sample(other, even, k=LINKS)
    )


def batch(key, task: Task, size: int):
    seen, noise = jax.random.normal(key, (2, size, AGENTS))
    return seen, seen @ task.weights.T + NOISE * noise


def graph(params, task: Task, name: str, key=None):
    """Links to train with, drawn if there is a key, or the ones to keep."""
    if name == "random graph":
        return task.other
    if name == "everybody":
        return jnp.ones_like(task.other)
    if key is None:
        return communication.straight_through_top_k(params["links"], k=LINKS)
    return communication.edge_budget_sample(
        key, params["links"], k=LINKS, relax=RELAX[name]
    )


def error(params, edges, seen, targets):
    return jnp.mean((seen @ (edges * params["weights"]).T - targets) ** 2)


@partial(jax.jit, static_argnames=("name", "records", "every"))
def learn(keys, *, name: str, records: int, every: int):
    """F1 score and error on new data, ``[seeds, records + 1]`` each."""

    def one(key):
        make, new, train = jax.random.split(key, 3)
        task = plant(make)
        held_out = batch(new, task, NEW)

        def loss(params, key):
            data, draw = jax.random.split(key)
            edges = graph(params, task, name, draw)
            return error(params, edges, *batch(data, task, BATCH))

        def step(state, key):
            params, rule = state
            change, rule = OPTIMIZER.update(jax.grad(loss)(params, key), rule)
            return (optax.apply_updates(params, change), rule), None

        def look(params):
            edges, planted = graph(params, task, name), task.weights != 0
            hits = jnp.sum(edges * planted)
            f1 = 2 * hits / (jnp.sum(edges) + jnp.sum(planted))
            return {"f1": f1, "error": error(params, edges, *held_out)}

        def record(state, key):
            state, _ = jax.lax.scan(step, state, jax.random.split(key, every))
            return state, look(state[0])

        even = jnp.ones((AGENTS, AGENTS))
        params = {"links": even, "weights": jnp.zeros_like(even)}
        start = params, OPTIMIZER.init(params)
        _, later = jax.lax.scan(record, start, jax.random.split(train, records))
        first = look(params)
        return jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, later)

    return jax.vmap(one)(keys)


def draw(rows: Sequence[Row]) -> Figure:
    """F1 score and error over training."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    panels = figure.subplots(1, 2)
    labels = {
        "f1": "F1 score of links",
        "error": "squared error on new data",
    }
    for axes, (quantity, label) in zip(panels, labels.items(), strict=True):
        for i, name in enumerate(GRAPHS):
            own = [row for row in rows if row["graph"] == name]
            steps, mean, spread = (
                np.array([row[key] for row in own])
                for key in ("step", quantity, f"{quantity}_error")
            )
            style = "--" if name == "successive draws" else "-"
            axes.plot(steps, mean, style, color=f"C{i}", label=name)
            axes.fill_between(
                steps, mean - spread, mean + spread, color=f"C{i}", alpha=0.2
            )
        axes.set(xlabel="training step", ylabel=label)
        axes.grid(alpha=0.3)
    panels[1].axhline(NOISE**2, color="k", lw=0.8)
    panels[1].set_yscale("log")
    panels[0].legend(fontsize=8)
    return figure


def main(fast: bool = False) -> dict[str, dict[str, jax.Array]]:
    """Learn every kind of graph, and compare what it is worth."""
    seeds, records, every = (2, 2, 5) if fast else (20, 40, 5)
    results, rows = {}, []
    for name in GRAPHS:
        keys = jax.random.split(jax.random.key(0), seeds)
        results[name] = learn(keys, name=name, records=records, every=every)
        for i in range(records + 1):
            now = {key: value[:, i] for key, value in results[name].items()}
            rows.append({"graph": name, "step": i * every, **measured(**now)})
        last = rows[-1]
        print(
            f"{name}: F1 {last['f1']:.3f} ± {last['f1_error']:.3f}, squared error"
            f" {last['error']:.3f} ± {last['error_error']:.3f}"
        )
    ends = {name: np.asarray(found["error"][:, -1]) for name, found in results.items()}
    for name in RELAX:
        better = {other: np.sum(ends[name] < ends[other]) for other in GRAPHS[2:]}
        said = ", ".join(f"{other} in {n}" for other, n in better.items())
        print(f"{name} has less error than: {said} of {seeds} seeds")
    if not fast:
        write("communication_graph", rows, draw(rows))
    return results


if __name__ == "__main__":
    main()

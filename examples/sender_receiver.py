"""A code learned through a discrete channel: what it carries, and whether it has parts.

A sender sees one of 16 meanings, two attributes of four values each, and sends two
symbols of six; a receiver is to name both attributes. Symbols are drawn with the
straight-through Gumbel-softmax, and some are replaced by others on their way. The
sender has a table of its own; the receiver either adds up what each symbol says, or has
a table of all pairs of symbols.

From the tables, exactly and at every step recorded: the information that what arrives
has of the meaning, the capacity of the learned channel from meaning to what arrives,
which is what better chosen meanings could carry, and the share of meanings named right.
Of the likeliest messages: topographic similarity and positional disentanglement. Means
and standard errors over seeds, all of them trained at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import Row, measured, write
from matplotlib.figure import Figure

from infojax import communication, mi, theory

VALUES, LENGTH, SYMBOLS, COPIES = 4, 2, 6, 16
MEANINGS = jnp.stack(jnp.divmod(jnp.arange(VALUES**2), VALUES), axis=1)
OPTIMIZER = optax.adam(0.03)
SETTINGS = [(of, noise) for noise in (0.0, 0.2) for of in ("sum", "table")]


def init(key, of: str):
    """Tables of logits of the sender, and of what the receiver makes of symbols."""
    speak, listen = jax.random.split(key)
    shape = (LENGTH, SYMBOLS) if of == "sum" else (SYMBOLS, SYMBOLS)
    return {
        "speak": jax.random.normal(speak, (len(MEANINGS), LENGTH, SYMBOLS)),
        "listen": 0.1 * jax.random.normal(listen, (*shape, 2 * VALUES)),
    }


def understand(listen, symbols, of: str):
    """Log-probabilities of both attributes, ``[..., 2, 4]``, of one-hot symbols."""
    if of == "sum":
        logits = jnp.einsum("...ls,lso->...o", symbols, listen)
    else:
        first, second = symbols[..., 0, :], symbols[..., 1, :]
        logits = jnp.einsum("...s,...t,sto->...o", first, second, listen)
    return jax.nn.log_softmax(logits.reshape(*logits.shape[:-1], 2, VALUES))


def loss(params, key, of: str, noise: float):
    draw, lose, replace = jax.random.split(key, 3)
    logits = jnp.tile(params["speak"], (COPIES, 1, 1))
    sent = communication.straight_through_gumbel(draw, logits)
    other = jax.random.randint(replace, sent.shape[:2], 0, SYMBOLS)
    lost = jax.random.bernoulli(lose, noise, (*sent.shape[:2], 1))
    heard = jnp.where(lost, jax.nn.one_hot(other, SYMBOLS), sent)
    said = understand(params["listen"], heard, of)
    right = jax.nn.one_hot(jnp.tile(MEANINGS, (COPIES, 1)), VALUES)
    return -jnp.mean(jnp.sum(said * right, axis=(1, 2)))


def look(params, of: str, noise: float) -> dict[str, jax.Array]:
    """What the code is worth, of its tables."""
    sent = jax.nn.softmax(params["speak"])
    heard = (1 - noise) * sent + noise / SYMBOLS
    channel = heard[:, 0, :, None] * heard[:, 1, None, :]
    every = jnp.stack(jnp.divmod(jnp.arange(SYMBOLS**2), SYMBOLS), axis=1)
    said = understand(params["listen"], jax.nn.one_hot(every, SYMBOLS), of).argmax(-1)
    right = jnp.all(said == MEANINGS[:, None], axis=-1)
    channel = channel.reshape(len(MEANINGS), -1)
    messages = params["speak"].argmax(-1)
    return {
        "information": mi.plugin(channel),
        "capacity": theory.channel_capacity(channel).capacity,
        "right": jnp.sum(channel * right) / len(MEANINGS),
        "topography": communication.topographic_similarity(MEANINGS, messages),
        "disentangled": communication.positional_disentanglement(messages, MEANINGS),
        "doubt": jnp.sum(communication.symbol_use(sent).doubt),
    }


@partial(jax.jit, static_argnames=("of", "noise", "records", "every"))
def learn(keys, *, of: str, noise: float, records: int, every: int):
    """What the codes of all seeds are worth, ``[seeds, records + 1]`` of each."""

    def step(state, key):
        params, rule = state
        slope = jax.grad(loss)(params, key, of, noise)
        change, rule = OPTIMIZER.update(slope, rule)
        return (optax.apply_updates(params, change), rule), None

    def one(key):
        start, train = jax.random.split(key)
        params = init(start, of)
        first = look(params, of, noise)

        def record(state, key):
            state, _ = jax.lax.scan(step, state, jax.random.split(key, every))
            return state, look(state[0], of, noise)

        state = params, OPTIMIZER.init(params)
        _, later = jax.lax.scan(record, state, jax.random.split(train, records))
        return jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, later)

    return jax.vmap(one)(keys)


def draw(rows: Sequence[Row]) -> Figure:
    """Over training: information under capacity, and how much a code has parts."""
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    panels = figure.subplots(1, 3)
    names = list(dict.fromkeys(row["setting"] for row in rows))
    for i, name in enumerate(names):
        own = [row for row in rows if row["setting"] == name]
        steps = np.array([row["step"] for row in own])

        def line(axes, quantity, style, label, own=own, steps=steps, color=f"C{i}"):
            mean, error = (
                np.array([row[key] for row in own])
                for key in (quantity, f"{quantity}_error")
            )
            axes.plot(steps, mean, style, color=color, label=label)
            axes.fill_between(steps, mean - error, mean + error, color=color, alpha=0.2)

        line(panels[0], "information", "-", name)
        line(panels[0], "capacity", ":", None)
        line(panels[1], "right", "-", name)
        line(panels[2], "topography", "-", name)
    panels[0].axhline(np.log(VALUES**2), color="k", lw=0.8)
    panels[0].text(0, np.log(VALUES**2), " entropy of the meaning", va="bottom")
    labels = (
        "information (line), capacity (dots) [nats]",
        "meanings named right [fraction]",
        "topographic similarity [rank correlation]",
    )
    for axes, label in zip(panels, labels, strict=True):
        axes.set(xlabel="training step", ylabel=label)
        axes.grid(alpha=0.3)
    panels[0].set_ylim(0, 3.2)
    panels[1].legend(fontsize=8)
    return figure


def _name(of: str, noise: float) -> str:
    return f"{of} of symbols, {round(100 * noise)} % replaced"


def main(fast: bool = False) -> dict[str, dict[str, jax.Array]]:
    """Learn every code, and say what it is worth in the end."""
    seeds, records, every = (2, 2, 5) if fast else (20, 40, 25)
    results, rows = {}, []
    for of, noise in SETTINGS:
        keys = jax.random.split(jax.random.key(0), seeds)
        found = learn(keys, of=of, noise=noise, records=records, every=every)
        name = _name(of, noise)
        results[name] = found
        for i in range(records + 1):
            now = {key: value[:, i] for key, value in found.items()}
            rows.append({"setting": name, "step": i * every, **measured(**now)})
        last = rows[-1]
        grown = np.sum(
            np.asarray(found["information"][:, -1] > found["capacity"][:, 0])
        )
        assert np.all(found["information"] <= found["capacity"] + 1e-5)
        said = ", ".join(
            f"{key} {last[key]:.2f} ± {last[key + '_error']:.2f}"
            for key in ("information", "capacity", "right", "topography")
        )
        print(f"{name}: {said}; above the first capacity in {grown} of {seeds} seeds")
    ends = {n: np.asarray(found["topography"][:, -1]) for n, found in results.items()}
    clean, noisy = (
        {of: ends[_name(of, x)] for of in ("sum", "table")} for x in (0, 0.2)
    )
    orders = {
        "a sum than a table, nothing replaced": (clean["sum"], clean["table"]),
        "a sum than a table, some replaced": (noisy["sum"], noisy["table"]),
        "noise than without, a sum": (noisy["sum"], clean["sum"]),
        "noise than without, a table": (noisy["table"], clean["table"]),
    }
    for order, (more, less) in orders.items():
        print(f"more topographic with {order}: {np.sum(more > less)} of {seeds} seeds")
    if not fast:
        write("sender_receiver", rows, draw(rows))
    return results


if __name__ == "__main__":
    main()

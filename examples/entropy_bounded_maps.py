"""Codes of bounded entropy: how much of the bound they fill, and what comes out.

A source is mapped to a code T of at most R nats. The greedy map is compared with
merging the two lightest values until the bound holds, as in a Huffman tree, with the
best of all maps of 8 symbols, and with the noisy codes near maps: on random, binomial
and truncated geometric laws. How far the greedy map may be short of R is guaranteed.

Then codes are decoded to a reconstruction Y whose law is given. Encoders (greedy,
merging the lightest, or blocks of neighbouring symbols, the plain quantiser) meet
decoders (the greedy coupling, or the one that keeps the order, as optimal transport on
a line does): I(X; Y) against R. Means and standard errors over random laws.
"""

from __future__ import annotations

import heapq
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from _record import measured, write
from matplotlib.figure import Figure
from scipy import stats

from infojax import closed_form, theory

BOUNDS = 60  # values of R from 0 to the entropy of the source
ENTROPY = jax.jit(closed_form.categorical_entropy)


@jax.jit
def greedy(p, bounds):
    """Greedy maps at many bounds."""
    return jax.vmap(lambda r: theory.entropy_bounded_map(p, max_entropy=r))(bounds)


@jax.jit
def envelope(p, bounds, labels=None):
    """I(X; T) of noisy codes near maps."""
    return jax.vmap(
        lambda r: theory.entropy_bounded_envelope(p, max_entropy=r, labels=labels)
    )(bounds).information


@jax.jit
def partition_entropies(p, labels):
    """H(T) of many maps."""
    masses = jax.vmap(lambda row: jnp.zeros_like(p).at[row].add(p))(labels)
    return closed_form.categorical_entropy(masses)


def lightest(p) -> np.ndarray:
    """Maps that merge the two lightest values, one after the other, ``[n, n]``."""
    heap = [(float(mass), [i]) for i, mass in enumerate(p)]
    heapq.heapify(heap)
    rows = []
    while True:
        labels = np.zeros(len(p), np.int32)
        for t, (_, members) in enumerate(heap):
            labels[members] = t
        rows.append(labels)
        if len(heap) == 1:
            return np.array(rows)
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (first[0] + second[0], first[1] + second[1]))


def blocks(n: int) -> np.ndarray:
    """Neighbouring symbols in k blocks of one width, for every k, ``[n, n]``."""
    return np.array([np.arange(n) * k // n for k in range(1, n + 1)], np.int32)


def within(entropies, bounds) -> tuple[np.ndarray, np.ndarray]:
    """The most entropy that is within each bound, and which map has it."""
    entropies = np.asarray(entropies)
    kept = np.where(entropies <= np.asarray(bounds)[:, None] + 1e-6, entropies, -1)
    return kept.max(1), kept.argmax(1)


def fill(p) -> dict[str, np.ndarray]:
    """I(X; T) of each method at each bound, with the bounds and the guarantee."""
    bounds = jnp.linspace(0, float(ENTROPY(p)), BOUNDS)
    second = float(jnp.sort(p)[-2])
    result = {
        "bounds": bounds,
        "guarantee": ENTROPY(jnp.array([second, 1 - second])),
        "greedy map": greedy(p, bounds).information,
        "greedy map, then noise": envelope(p, bounds),
        "lightest merged": within(partition_entropies(p, lightest(p)), bounds)[0],
    }
    if len(p) <= 8:
        every = theory.set_partitions(len(p))
        result["best map"] = within(partition_entropies(p, every), bounds)[0]
        result["best map, then noise"] = envelope(p, bounds, every)
    return {name: np.asarray(value) for name, value in result.items()}


def in_order(p, q):
    """The coupling that keeps the order of symbols."""
    edges = [jnp.concatenate([jnp.zeros(1), jnp.cumsum(law)]) for law in (p, q)]
    low = jnp.maximum(edges[0][:-1, None], edges[1][None, :-1])
    return jnp.maximum(jnp.minimum(edges[0][1:, None], edges[1][None, 1:]) - low, 0)


DECODERS = {
    "greedy coupling": lambda p, q: theory.greedy_coupling(p, q).joint,
    "order kept": in_order,
}


@partial(jax.jit, static_argnames="decoder")
def chained(p, q, labels, decoder: str):
    """I(X; Y) of codes ``[k, n]`` with a decoder."""

    def one(row):
        code = jnp.zeros_like(p).at[row].add(p)
        joint = DECODERS[decoder](code, q)
        share = p / jnp.where(code > 0, code, 1)[row]
        return closed_form.categorical_mi(share[:, None] * joint[row])

    return jax.lax.map(one, labels)


def reconstruct(p, q, bounds) -> dict[str, np.ndarray]:
    """I(X; Y) of each encoder and decoder at each bound."""
    chosen = {"greedy map": greedy(p, bounds).labels}
    for name, codes in (("lightest merged", lightest(p)), ("blocks", blocks(len(p)))):
        chosen[name] = codes[within(partition_entropies(p, codes), bounds)[1]]
    return {
        f"{encoder}, {decoder}": np.asarray(chained(p, q, labels, decoder))
        for encoder, labels in chosen.items()
        for decoder in DECODERS
    }


def sources() -> dict[str, jax.Array]:
    """Two laws of 21 symbols."""
    symbols = np.arange(21)
    geometric = 0.8**symbols
    return {
        "binomial(20, 0.3)": jnp.asarray(stats.binom.pmf(symbols, 20, 0.3), "float32"),
        "geometric(0.2), cut at 20": jnp.asarray(geometric, "float32") / sum(geometric),
    }


def random_laws(key, count: int, n: int) -> jax.Array:
    """Normalised uniform weights, ``[count, n]``."""
    weights = jax.random.uniform(key, (count, n))
    return weights / weights.sum(1, keepdims=True)


def summary(filled: list[dict[str, np.ndarray]]) -> list[dict]:
    """Per method: nats short of R on average, and of the guarantee at worst."""
    methods = list(filled[0])[2:]
    rows = []
    for method in methods:
        short = np.stack([f["bounds"] - f[method] for f in filled])
        guarantee = np.array([f["guarantee"] for f in filled])
        many = measured(short=short.mean(1)) if len(filled) > 1 else {}
        row = {"method": method, "short": float(short.mean()), **many}
        row["worst_over_guarantee"] = float((short.max(1) / guarantee).max())
        met = [len(np.unique(f[method].round(5))) for f in filled]
        rows.append(
            row if "noise" in method else row | {"maps_met": float(np.mean(met))}
        )
    return rows


def couplings(key, count: int) -> dict[str, float | int]:
    """Entropies of couplings of random pairs of 18 symbols."""
    p, q = (random_laws(k, count, 18) for k in jax.random.split(key))
    greedy_entropy = jax.jit(jax.vmap(theory.greedy_coupling))(p, q).entropy
    bound = jax.jit(jax.vmap(theory.coupling_entropy_bound))(p, q)
    independent = ENTROPY(p) + ENTROPY(q)
    return measured(independent=independent, greedy=greedy_entropy, bound=bound)


def draw(filled, shortfalls, bounds, informations) -> Figure:
    """How far codes fill the bound, and how far what is reconstructed does."""
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    upper, (lower, last) = figure.subplots(2, 2)
    for axes, (name, f) in zip(upper, filled.items(), strict=True):
        r = f["bounds"]
        low = np.maximum(r - f["guarantee"], 0)
        axes.fill_between(r, low, r, alpha=0.12, label="guaranteed to the greedy map")
        for method in ("lightest merged", "greedy map"):
            axes.plot(r, f[method], drawstyle="steps-post", label=method)
        axes.plot(r, f["greedy map, then noise"], ":", label="greedy map, then noise")
        axes.set(title=name, xlabel="bound R [nats]", ylabel="I(X; T) [nats]")

    for i, (name, short) in enumerate(shortfalls.items()):
        style = "--" if "noise" in name else "-"
        at = np.linspace(0, 1, BOUNDS)
        lower.plot(at, short.mean(0), style, color=f"C{i}", label=name)
    lower.set_yscale("symlog", linthresh=1e-3)
    laws = f"{len(short)} random laws of 8 symbols"
    lower.set(title=laws, xlabel="R / H(X)", ylabel="R - I(X; T) [nats]")

    for i, (name, values) in enumerate(informations.items()):
        short = bounds - values
        error = short.std(0, ddof=1) / len(short) ** 0.5
        style = {"fmt": "--" if "order" in name else "-", "color": f"C{i // 2}"}
        last.errorbar(bounds, short.mean(0), error, label=name, **style)
    pairs = f"{len(short)} random pairs of laws, 32 symbols each"
    last.set(title=pairs, xlabel="bound R [nats]", ylabel="R - I(X; Y) [nats]")
    for axes in (*upper, lower, last):
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3)
    return figure


def main(fast: bool = False) -> dict:
    """Fill bounds with codes of several laws, then reconstruct from codes."""
    laws, pairs, symbols = (2, 2, 8) if fast else (20, 20, 32)
    keys = jax.random.split(jax.random.key(0), 4)
    single = {name: fill(p) for name, p in sources().items()}
    random = [fill(p) for p in random_laws(keys[0], laws, 8)]
    rows = []
    groups = {name: [f] for name, f in single.items()} | {"random, 8 symbols": random}
    for name, filled in groups.items():
        for row in summary(filled):
            rows.append({"source": name, **row})
            spread = f" ± {row['short_error']:.4f}" if "short_error" in row else ""
            print(
                f"{name:26} {row['method']:22} short of R by {row['short']:.4f}{spread}"
                f" nats, at worst {row['worst_over_guarantee']:.2f} of the guarantee"
            )

    entropies = couplings(keys[1], 10 if fast else 100)
    rows.append({"source": "random pairs, 18 symbols", **entropies})
    print({k: round(v, 3) for k, v in entropies.items()})

    bounds = np.linspace(0, np.log(symbols) - 0.5, 4 if fast else 61)
    sides = (random_laws(key, pairs, symbols) for key in keys[2:])
    found = [reconstruct(p, q, bounds) for p, q in zip(*sides, strict=True)]
    informations = {name: np.stack([f[name] for f in found]) for name in found[0]}
    for name, values in informations.items():
        row = measured(information=values.mean(1))
        rows.append(
            {"source": f"random pairs, {symbols} symbols", "method": name, **row}
        )
        print(
            f"{name:32} I(X; Y) over bounds {row['information']:.4f}"
            f" ± {row['information_error']:.4f} nats"
        )
    if not fast:
        short = {
            name: np.stack([f["bounds"] - f[name] for f in random])
            for name in list(random[0])[2:]
        }
        figure = draw(single, short, bounds, informations)
        write("entropy_bounded_maps", rows, figure)
    return {"single": single, "random": random, "informations": informations}


if __name__ == "__main__":
    main()

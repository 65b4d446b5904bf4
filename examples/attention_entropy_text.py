"""Attention entropies of character models with and without nonlinearities, Flax NNX.

Trains small transformers on the docstrings of Python's standard library: one with layer
norms and GELU, one whose only nonlinearity is the softmax of its attention, and the
latter with attention entropies regularised, towards targets that each head learns or
that are fixed. Reports held-out perplexity, and how many heads are near collapse or
overload, as means over seeds.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import measured, write
from flax import nnx
from matplotlib.figure import Figure

from infojax import attention, layers, losses

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 3, 4, 64, 64, 16
MASK = attention.causal_mask(CONTEXT)
CAPACITY = attention.capacity(MASK)
RATE = 1e-2
SYMBOLS = ["\n", *map(chr, range(32, 127))]
BANDS = "collapse", "low", "high", "overload"
MODULES = """
    abc argparse array ast asyncio base64 bisect builtins calendar cmath cmd codecs
    collections configparser contextlib copy csv dataclasses datetime decimal difflib
    dis doctest enum filecmp fileinput fractions ftplib functools gc gettext glob gzip
    hashlib heapq hmac inspect io ipaddress itertools json linecache locale logging lzma
    mailbox math mimetypes operator os pathlib pdb pickle pickletools pkgutil platform
    plistlib poplib pprint profile queue random re sched selectors shelve shlex shutil
    signal smtplib socket socketserver sqlite3 ssl statistics string struct subprocess
    tarfile tempfile textwrap threading time timeit tokenize trace traceback types
    unittest uuid warnings wave weakref zipfile zlib
"""


class Block(nnx.Module):
    """Attention and a perceptron, each beside the identity and after a layer norm."""

    def __init__(self, rngs: nnx.Rngs):
        self.attend = layers.SelfAttention(WIDTH, HEADS, rngs=rngs)
        sizes = [WIDTH, 4 * WIDTH, WIDTH]
        self.feed = layers.MLP(sizes, activation=jax.nn.gelu, rngs=rngs)
        self.first, self.second = (nnx.LayerNorm(WIDTH, rngs=rngs) for _ in range(2))

    def __call__(self, x, mask):
        found = self.attend(self.first(x), mask=mask)
        x = x + found.output
        return x + self.feed(self.second(x)), found.weights


class SoftmaxBlock(nnx.Module):
    """Attention and one affine map: nothing but the softmax is nonlinear."""

    def __init__(self, rngs: nnx.Rngs):
        self.attend = layers.SelfAttention(WIDTH, HEADS, rngs=rngs)
        affine = layers.WeightNormLinear(WIDTH, WIDTH, rngs=rngs)
        self.feed = layers.ScaledResidual(affine)

    def __call__(self, x, mask):
        found = self.attend(x, mask=mask)
        return self.feed(x + found.output), found.weights


class Transformer(nnx.Module):
    """Logits of the next symbol at every position, and the weights of every head."""

    def __init__(self, block: type[nnx.Module], rngs: nnx.Rngs):
        self.symbols = nnx.Embed(len(SYMBOLS), WIDTH, rngs=rngs)
        self.places = nnx.Embed(CONTEXT, WIDTH, rngs=rngs)
        self.blocks = nnx.List([block(rngs) for _ in range(LAYERS)])
        self.head = layers.Linear(WIDTH, len(SYMBOLS), rngs=rngs)
        # What the entropy of each head should be, as a share of the largest.
        self.thresholds = nnx.Param(jnp.full((LAYERS, HEADS), 0.5))

    def __call__(self, text):
        x = self.symbols(text) + self.places(jnp.arange(CONTEXT))
        weights = []
        for block in self.blocks:
            x, found = block(x, MASK)
            weights.append(found)
        return self.head(x), jnp.stack(weights, axis=1)


class Result(NamedTuple):
    """Per seed: held-out perplexity, and shares of heads ``[layers, bands]``."""

    perplexity: jax.Array
    bands: jax.Array


def docstrings() -> Iterator[str]:
    """Those of the modules, and of their classes, functions and methods."""
    for name in MODULES.split():
        module = importlib.import_module(name)
        yield inspect.getdoc(module) or ""
        for _, member in sorted(vars(module).items()):
            if getattr(member, "__module__", None) in (name, f"_{name}"):
                yield inspect.getdoc(member) or ""
                inner = vars(member) if inspect.isclass(member) else {}
                methods = filter(inspect.isroutine, map(inner.get, sorted(inner)))
                yield from (inspect.getdoc(method) or "" for method in methods)


def load() -> tuple[jax.Array, jax.Array]:
    """Text to train on and every tenth docstring, as numbers; no docstring twice."""
    texts = list(dict.fromkeys(filter(None, docstrings())))
    number = {symbol: i for i, symbol in enumerate(SYMBOLS)}

    def encode(texts):
        symbols = "\n\n".join(texts)
        return jnp.array([number[s] for s in symbols if s in number], jnp.int32)

    return encode(t for i, t in enumerate(texts) if i % 10), encode(texts[::10])


def evaluate(network: Transformer, text):
    """Cross-entropy of every next symbol, and the entropies of all heads."""
    logits, weights = network(text[:, :-1])
    cross = optax.softmax_cross_entropy_with_integer_labels(logits, text[:, 1:])
    return cross.mean(), attention.entropy(weights)


def learned(network: Transformer) -> jax.Array:
    return network.thresholds[...]


def fixed(network: Transformer) -> jax.Array:
    return jnp.full((LAYERS, HEADS), 0.5)


def train(key, texts, *, block, weight: float, targets, steps: int) -> Result:
    """One network from one key: every step inside one ``scan``."""
    text, held_out = texts
    graph, parameters = nnx.split(Transformer(block, nnx.Rngs(key)), nnx.Param)
    rate = optax.warmup_cosine_decay_schedule(0.0, RATE, steps // 10, steps)
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate))

    def loss(parameters, text):
        network = nnx.merge(graph, parameters)
        cross, entropies = evaluate(network, text)
        if not weight:
            return cross
        return cross + weight * losses.attention_entropy_loss(
            entropies, targets(network), max_entropy=CAPACITY, where=CAPACITY > 0
        )

    def step(state, key):
        parameters, moments = state
        start = jax.random.randint(key, (BATCH, 1), 0, len(text) - CONTEXT)
        gradient = jax.grad(loss)(parameters, text[start + jnp.arange(CONTEXT + 1)])
        updates, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(parameters, updates), moments), None

    state = parameters, optimizer.init(parameters)
    keys = jax.random.split(jax.random.fold_in(key, 1), steps)
    (parameters, _), _ = jax.lax.scan(step, state, keys)
    return test(nnx.merge(graph, parameters), held_out)


def test(network: Transformer, text) -> Result:
    """All of the text in windows, a batch at a time."""
    size = BATCH * CONTEXT
    count = (len(text) - 1) // size
    start = CONTEXT * jnp.arange(count * BATCH).reshape(count, BATCH, 1)
    windows = text[start + jnp.arange(CONTEXT + 1)]
    cross, entropies = jax.lax.map(partial(evaluate, network), windows)
    # Queries but the first, whose only key is itself, as shares of what they may be.
    heads = entropies[..., 1:].mean((0, 1, 4))
    bands = attention.bands(heads, CAPACITY[1:].mean())
    return Result(jnp.exp(cross.mean()), bands)


# Blocks, the weight of the regulariser, chosen on other seeds, and its targets.
MODELS = {
    "layer norms and GELU": (Block, 0.0, fixed),
    "softmax only": (SoftmaxBlock, 0.0, fixed),
    "regularised, learned targets": (SoftmaxBlock, 0.1, learned),
    "regularised, fixed targets": (SoftmaxBlock, 0.02, fixed),
}


def chart(rows) -> Figure:
    """Perplexities, and the bands of the heads of every layer."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    means = [row["perplexity"] for row in rows]
    errors = [row["perplexity_error"] for row in rows]
    places = np.add.outer((LAYERS + 1) * np.arange(len(rows)), np.arange(LAYERS))
    middle, places = places.mean(axis=1), places.ravel()
    left.errorbar(means, middle, xerr=errors, fmt="o", capsize=3)
    left.set_yticks(middle, [row["model"] for row in rows])
    left.set_xlabel("held-out perplexity per character")
    shares = np.concatenate([row["bands"] for row in rows])
    start = np.zeros(len(shares))
    for band, share in zip(BANDS, shares.T, strict=True):
        right.barh(places, share, left=start, label=band)
        start = start + share
    right.set_yticks(places, [f"layer {1 + p % (LAYERS + 1)}" for p in places])
    right.set_xlabel("share of heads, by mean entropy over capacity")
    right.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1))
    right.invert_yaxis()
    left.set_ylim(right.get_ylim())
    return figure


def main(fast: bool = False) -> dict[str, Result]:
    """Train every model from every seed, and print what came of it."""
    steps, seeds = (2, 2) if fast else (1500, 3)
    texts = load()
    if fast:
        texts = tuple(text[: 2 * BATCH * CONTEXT] for text in texts)
    keys = jax.random.split(jax.random.key(0), seeds)
    results, rows = {}, []
    for name, (block, weight, targets) in MODELS.items():
        options = {"block": block, "weight": weight, "targets": targets, "steps": steps}
        one = partial(train, texts=texts, **options)
        result = results[name] = jax.jit(jax.vmap(one))(keys)
        row = measured(perplexity=result.perplexity)
        bands = np.asarray(result.bands, float).mean(0)
        percent = zip(BANDS, 100 * bands.mean(0), strict=True)
        shares = ", ".join(f"{band} {share:.0f} %" for band, share in percent)
        print(
            f"{name:28} perplexity {row['perplexity']:.3f} ± "
            f"{row['perplexity_error']:.3f}, heads: {shares}  ({seeds} seeds)"
        )
        count = nnx.state(Transformer(block, nnx.Rngs(0)), nnx.Param)
        row["parameters"] = sum(leaf.size for leaf in jax.tree.leaves(count))
        rows.append({"model": name, **row, "bands": bands.round(3).tolist()})
    if not fast:
        write("attention_entropy_text", rows, chart(rows))
    return results


if __name__ == "__main__":
    main()

"""What does each variational bound say while it is trained, and the truth climbs?

    python benchmarks/staircase.py
    python benchmarks/staircase.py --fast           # a few steps: does it run?

Correlated normal samples of 20 + 20 columns, and the same with every column of y cubed,
whose information rises by two nats every so many steps; each step sees a fresh batch.
The estimate of every step is that of the batch before its update. Writes
``results/staircase.json`` and the classic picture: estimates against steps.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import typer
from flax import nnx
from jax import lax
from matplotlib.figure import Figure
from record import RESULTS, Output, about, progress, write
from rich.console import Console

from infojax import bounds, critics, fit, layers

D = 20
STAIRS = (2.0, 4.0, 6.0, 8.0, 10.0)
RATE = 5e-4
POINTS = 80  # of the curve, a stair
VARIANTS = ("plain", "cubic")


class Contender(NamedTuple):
    """An estimator; ``own`` where the objective of an update is not its estimate."""

    estimator: fit.NeuralEstimator
    own: bool = True


class WithNormaliser(nnx.Module):
    """Scores, and a learned u of each pair for ``bounds.flo``."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.critic = critics.separable(D, D)(rngs)
        self.normaliser = layers.MLP([2 * D, 256, 256, 1], rngs=rngs)

    def __call__(self, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        u = self.normaliser(jnp.concatenate([x, y], axis=1))[:, 0]
        return self.critic(x, y), u


def contenders() -> dict[str, Contender]:
    """Every bound with the same separable critic; CLUB with a Gaussian encoder."""
    make, rule = critics.separable(D, D), optax.adam(RATE)

    def of(bound: Callable) -> Contender:
        return Contender(fit.critic_estimator(bound, make, rule))

    encoder = critics.gaussian_encoder(D, D)
    of_flo = fit.critic_estimator(lambda both: bounds.flo(*both), WithNormaliser, rule)
    return {
        "donsker_varadhan": of(bounds.donsker_varadhan),
        "mine": Contender(fit.mine_estimator(make, rule)),
        "nwj": of(bounds.nwj),
        "jensen_shannon": of(bounds.jensen_shannon),
        "smile(1)": of(functools.partial(bounds.smile, clip=1.0)),
        "smile(5)": of(functools.partial(bounds.smile, clip=5.0)),
        "infonce": of(bounds.infonce),
        "siglip": of(bounds.siglip),
        "interpolated(0.01)": of(functools.partial(bounds.interpolated, alpha=0.01)),
        "interpolated(0.5)": of(functools.partial(bounds.interpolated, alpha=0.5)),
        "flo": Contender(of_flo),
        "kl_dime": of(bounds.kl_dime),
        "gan_dime": of(bounds.gan_dime),
        "hellinger_dime": of(bounds.hellinger_dime),
        "club": Contender(fit.encoder_estimator(encoder, rule), own=False),
        "leave_one_out": Contender(
            fit.encoder_estimator(encoder, rule, evaluate=bounds.leave_one_out),
            own=False,
        ),
    }


def main(
    steps: Annotated[int, typer.Option(min=1, help="Updates of each stair.")] = 4000,
    batch: Annotated[int, typer.Option(min=2, help="Pairs of an update.")] = 64,
    only: Annotated[list[str] | None, typer.Option(help="Bounds, by name.")] = None,
    fast: Annotated[bool, typer.Option(help="Two bounds, four steps.")] = False,
    output: Output = None,
) -> None:
    """Train every bound up the stairs and write what it said on the way."""
    console = Console()
    chosen = contenders()
    names = ["nwj", "club"] if fast else only or list(chosen)
    steps = 4 if fast else steps
    rows = []
    with progress(console) as bar:
        total = len(names) * len(VARIANTS) * len(STAIRS)
        work = bar.add_task("Starting", total=total)
        for name in names:
            for variant in VARIANTS:
                bar.update(work, description=f"{name}, {variant}")
                move = functools.partial(bar.advance, work)
                values = climb(chosen[name], variant == "cubic", steps, batch, move)
                rows.append({"bound": name, "variant": variant} | summary(values))
    results = about() | {
        "d": D,
        "steps": steps,
        "batch": batch,
        "stairs": list(STAIRS),
        "rows": rows,
    }
    console.print(table(results), markup=False, soft_wrap=True)
    folder = output or (None if fast or only else RESULTS)
    if folder:
        write(results, draw(results), folder / "staircase.json", console)


def climb(
    contender: Contender, cubic: bool, steps: int, batch: int, move: Callable[[], None]
) -> np.ndarray:
    """The estimate of every step, ``[stairs, steps]``; training never starts anew."""
    estimator, own = contender
    key = jax.random.key(0)
    state = estimator.init(key)
    values = []
    for number, information in enumerate(STAIRS):
        rho = float(np.sqrt(-np.expm1(-2 * information / D)))
        keys = jax.random.split(jax.random.fold_in(key, number), steps)
        state, seen = _stair(state, keys, rho, cubic, estimator, own, batch)
        values.append(np.asarray(seen, float))
        move()
    return np.stack(values)


@functools.partial(jax.jit, static_argnames=("estimator", "own", "batch"))
def _stair(
    state: Any,
    keys: jax.Array,
    rho: float,
    cubic: bool,
    estimator: fit.NeuralEstimator,
    own: bool,
    batch: int,
) -> tuple[Any, jax.Array]:
    def step(state: Any, key: jax.Array) -> tuple[Any, jax.Array]:
        draw, update = jax.random.split(key)
        x, noise = jax.random.normal(draw, (2, batch, D))
        y = rho * x + jnp.sqrt(1 - rho**2) * noise
        y = jnp.where(cubic, y**3, y)
        after, info = estimator.update(update, state, x, y)
        return after, info.bound if own else estimator.estimate(state, x, y)

    return lax.scan(step, state, keys)


def summary(values: np.ndarray) -> dict[str, Any]:
    """Bias and spread over the last quarter of each stair, and a curve to draw."""
    last = values[:, -max(1, values.shape[1] // 4) :]
    truth = np.array(STAIRS)[:, None]
    width = max(1, values.shape[1] // POINTS)
    curve = values[:, : values.shape[1] // width * width]
    curve = curve.reshape(len(STAIRS), -1, width)
    return {
        "bias": np.mean(last - truth, axis=1).tolist(),
        "deviation": np.std(last, axis=1).tolist(),
        "rmse": np.sqrt(np.mean((last - truth) ** 2, axis=1)).tolist(),
        "curve": curve.mean(axis=2).ravel().tolist(),
        "low": np.quantile(curve, 0.1, axis=2).ravel().tolist(),
        "high": np.quantile(curve, 0.9, axis=2).ravel().tolist(),
    }


def table(results: dict[str, Any]) -> str:
    """Bias and standard deviation of a batch's estimate at each stair, markdown."""
    heads = " | ".join(f"{s:g} nats" for s in results["stairs"])
    lines = [
        f"| bound | y | {heads} |",
        "|---|---|" + "--:|" * len(results["stairs"]),
    ]
    for row in results["rows"]:
        pairs = zip(row["bias"], row["deviation"], strict=True)
        cells = " | ".join(f"{_short(bias, '+')} ± {_short(s)}" for bias, s in pairs)
        lines.append(f"| `{row['bound']}` | {row['variant']} | {cells} |")
    return "\n".join(lines)


def _short(value: float, sign: str = "") -> str:
    """Two decimals; powers of ten where estimates explode."""
    return f"{value:{sign}.2f}" if abs(value) < 100 else f"{value:{sign}.0e}"


def draw(results: dict[str, Any]) -> Figure:
    """A panel a bound: estimates of batches against steps, the truth as stairs."""
    names = list(dict.fromkeys(row["bound"] for row in results["rows"]))
    columns = 4
    height = -(-len(names) // columns)
    figure = Figure(figsize=(15, 2.7 * height + 0.6), layout="constrained")
    axes = figure.subplots(height, columns, sharex=True, sharey=True, squeeze=False)
    stairs, steps = results["stairs"], results["steps"]
    edges = steps * np.arange(len(stairs) + 1)
    colours = dict(zip(VARIANTS, ("#2f6db3", "#d1622b"), strict=True))
    for ax, name in zip(axes.flat, names, strict=False):
        ax.stairs(stairs, edges, baseline=None, color="black", lw=1.2, label="truth")
        ax.axhline(np.log(results["batch"]), color="0.5", ls=":", lw=1, label="log n")
        for row in results["rows"]:
            if row["bound"] == name:
                at = np.linspace(0, edges[-1], len(row["curve"]), endpoint=False)
                colour, variant = colours[row["variant"]], row["variant"]
                ax.fill_between(at, row["low"], row["high"], color=colour, alpha=0.2)
                ax.plot(at, row["curve"], color=colour, lw=1.2, label=variant)
        ax.set_title(name, fontsize=10)
        ax.set_ylim(-1, 1.4 * stairs[-1])
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes.flat[len(names) :]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("estimate [nats]")
    for ax in axes[-1]:
        ax.set_xlabel("step")
    axes[0, 0].legend(fontsize=7, loc="upper left")
    figure.suptitle(
        f"{results['d']} + {results['d']} columns, fresh batches of "
        f"{results['batch']}, Adam {RATE:g}; mean of batches, 10 to 90 % shaded"
    )
    return figure


if __name__ == "__main__":
    typer.run(main)

"""How near do fused kernels come to what an H100 can do, beside blocks of XLA?

    python benchmarks/fused_gpu.py

Large problems through the public estimators, with ``PairPlan(fused=...)`` in each
precision. Compilation apart, medians of repeated calls. The limits are those of the
card: its products in bfloat16, exponentials, additions or memory, whichever is
slowest, were nothing else to be done. Writes ``results/fused-<platform>.json`` and a
picture. With ``--fast`` sizes are small, and on a CPU the kernels are traced while
blocks run, to see that everything works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import typer
from matplotlib.figure import Figure
from record import RESULTS, Output, about, progress, write
from rich.console import Console

from infojax import PairPlan, Pairs, bounds, dependence, entropy, kernels, mi
from infojax._demo.timing import compile_timed, run_seconds

REPEATS, BUDGET = 50, 5.0
FAST_ROWS = 512
BLOCKS, ONLY = "XLA blocks", "no pairs"
PLANS = {
    BLOCKS: PairPlan(),
    "fused": PairPlan(fused=True),
    "fused, high": PairPlan(fused=True, precision="high"),
    "fused, bfloat16": PairPlan(fused=True, precision="bfloat16"),
}
COLOURS = dict(zip(PLANS, ("#888888", "#2f6db3", "#3a8f5c", "#d1622b"), strict=True))
COLOURS[ONLY] = "#888888"

Estimator = Callable[..., Any]


def _infonce(x, y, *, plan):
    return bounds.infonce(Pairs(kernels.linear(), x, y, plan))


def _with_gradient(estimator: Estimator) -> Estimator:
    return lambda x, y, **o: jax.value_and_grad(estimator, argnums=(0, 1))(x, y, **o)


def _vendi(x, y):
    del y
    return entropy.vendi_features(x)


class Subject(NamedTuple):
    """An estimator of paired samples, their size, and the least time on the card."""

    name: str
    run: Estimator
    n: int
    d: int
    limit_s: float
    plans: tuple[str, ...] = tuple(PLANS)


SUBJECTS = (
    Subject("mi.cs_qmi", mi.cs_qmi, 65_536, 64, 2.3e-3),
    Subject("gradient of mi.cs_qmi", _with_gradient(mi.cs_qmi), 65_536, 64, 6e-3),
    Subject("dependence.hsic", dependence.hsic, 65_536, 64, 2.3e-3),
    Subject(
        "gradient of dependence.hsic",
        _with_gradient(dependence.hsic),
        65_536,
        64,
        6e-3,
    ),
    Subject(
        "gradient of bounds.infonce", _with_gradient(_infonce), 65_536, 512, 17.8e-3
    ),
    Subject("mi.ksg", mi.ksg, 1_000_000, 5, 1.5, (BLOCKS, "fused")),
    Subject("entropy.vendi_features", _vendi, 1_000_000, 512, 5e-3, (ONLY,)),
)


def measure(subject: Subject, n: int) -> list[dict[str, Any]]:
    """One row a plan; a row without time where it did not fit."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, subject.d), np.float32) / np.float32(subject.d**0.5)
    noise = rng.standard_normal(x.shape, np.float32) / np.float32(subject.d**0.5)
    sides, rows = (jnp.asarray(x), jnp.asarray(x + noise / 2)), []
    for plan in subject.plans:
        options = {} if plan == ONLY else {"plan": PLANS[plan]}
        row: dict[str, Any] = {"estimator": subject.name, "n": n, "d": subject.d}
        row |= {"plan": plan, "limit_s": subject.limit_s if n == subject.n else None}
        try:
            compiled, row["compile_s"] = compile_timed(
                lambda a, b, o=options: subject.run(a, b, **o), *sides
            )
            runs = run_seconds(compiled, *sides, repeats=REPEATS, budget=BUDGET)
            low, middle, high = (float(q) for q in np.quantile(runs, (0.25, 0.5, 0.75)))
            row |= {"run_s": middle, "quartiles_s": [low, high], "repeats": len(runs)}
        except jax.errors.JaxRuntimeError as error:
            row["failed"] = str(error).splitlines()[0][:120]
        rows.append(row)
    return rows


def main(
    fast: Annotated[bool, typer.Option(help="Small sizes, to see it work.")] = False,
    output: Output = None,
    only: Annotated[
        list[str] | None, typer.Option(help="An estimator, such as mi.ksg; repeatable.")
    ] = None,
) -> None:
    """Time fused kernels beside blocks of XLA and the limits of the card.

    Full sizes want a GPU: blocks of a million rows take minutes even there. A run that
    leaves something out is not written, unless a folder is given.
    """
    console = Console()
    subjects = [s for s in SUBJECTS if not only or s.name in only]
    unknown = set(only or ()) - {subject.name for subject in subjects}
    if unknown:
        raise typer.BadParameter(f"unknown estimators: {', '.join(sorted(unknown))}")
    found: list[dict[str, Any]] = []
    with progress(console) as bar:
        task = bar.add_task("Starting", total=len(subjects))
        for subject in subjects:
            n = FAST_ROWS if fast else subject.n
            bar.update(task, description=f"{subject.name}, n = {n:,}")
            found += measure(subject, n)
            bar.advance(task)
    for row in found:
        run = f"{1e3 * row['run_s']:.3g} ms" if "run_s" in row else row["failed"]
        name = f"{row['estimator']}, n = {row['n']:,}, {row['plan']}: {run}"
        console.print(name, markup=False, soft_wrap=True)
    results = about() | {"rows": found}
    folder = output or (None if fast or only else RESULTS)
    if folder:
        path = folder / f"fused-{results['platform']}.json"
        write(results, draw(results), path, console)


def draw(results: dict[str, Any]) -> Figure:
    """One bar a plan, one group an estimator, and a mark where the card must stop."""
    rows = results["rows"]
    names = list(dict.fromkeys(row["estimator"] for row in rows))
    places, labels, place = [], [], 0.0
    figure = Figure(figsize=(8, 0.7 + 0.32 * (len(rows) + len(names))))
    ax = figure.subplots()
    for name in names:
        group = [row for row in rows if row["estimator"] == name]
        for row in group:
            time = 1e3 * row.get("run_s", 0)
            bar = ax.barh(place, time, 0.8, color=COLOURS[row["plan"]], log=True)
            ax.bar_label(bar, [f" {time:.3g}" if time else " failed"], fontsize=8)
            places.append(place)
            labels.append(row["plan"])
            place += 1
        first = group[0]
        ends = place - len(group) - 0.5, place - 0.5
        if first["limit_s"]:
            ax.plot([1e3 * first["limit_s"]] * 2, ends, "k-", lw=1.5)
        label = f"{name}, n = {first['n']:,}, d = {first['d']}"
        ax.annotate(
            label, (0, ends[0] - 0.1), xycoords=("axes fraction", "data"), fontsize=9
        )
        place += 1
    ax.set_yticks(places, labels, fontsize=8)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel("time of one call [ms]; black: the limit of an H100")
    ax.set_title(f"{results['device']}, jax {results['versions']['jax']}", fontsize=10)
    figure.tight_layout()
    return figure


if __name__ == "__main__":
    typer.run(main)

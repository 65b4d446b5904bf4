"""The command line: ``infojax demo``, ``infojax estimate`` and ``infojax bench``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

__all__ = ["app"]

app = typer.Typer(
    help="Measure information in data and networks, and train on it, in JAX.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console()


class Method(enum.StrEnum):
    """Estimators of mutual information that need no further choice."""

    auto = "auto"
    ksg = "ksg"
    gaussian = "gaussian"
    gaussian_copula = "gaussian_copula"
    plugin = "plugin"


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Folder of the report.")] = Path(
        "infojax-demo"
    ),
    fast: Annotated[bool, typer.Option(help="Small sizes, to see it work.")] = False,
) -> None:
    """Rank features, train classifiers, check against known answers, time it all."""
    from infojax._demo import run

    try:
        path = run(output, console, fast=fast)
    except ImportError as error:
        console.print(f"{error}: pip install 'infojax[plot]'", markup=False)
        raise typer.Exit(code=1) from None
    console.print(f"Open [bold]{path}[/bold] in a browser.")


@app.command()
def estimate(
    file: Annotated[Path, typer.Argument(help="A csv, npy, npz or parquet file.")],
    x: Annotated[str, typer.Option(help="Columns of x: names or numbers, by commas.")],
    y: Annotated[str, typer.Option(help="Columns of y.")],
    method: Annotated[
        Method, typer.Option(help="The estimator; auto prints a report.")
    ] = Method.auto,
    k: Annotated[int, typer.Option(help="Neighbours, for ksg.")] = 3,
    bits: Annotated[bool, typer.Option(help="Print bits instead of nats.")] = False,
    seed: Annotated[int, typer.Option(help="Of the shuffles of the report.")] = 0,
    plot: Annotated[
        Path | None, typer.Option(help="A picture of the report, png or pdf.")
    ] = None,
) -> None:
    """Estimate the mutual information between columns of a file."""
    from infojax import to_bits
    from infojax._files import estimate_columns, read_columns, report_columns

    try:
        columns = read_columns(file, [x.split(","), y.split(",")])
        if method is Method.auto:
            with console.status("Estimating, testing, shuffling"):
                found = report_columns(*columns, seed=seed)
            console.print(str(found), highlight=False, markup=False)
            if plot:
                found.plot().savefig(plot, dpi=130)
                console.print(f"Picture: {plot}", markup=False)
            return
        value, rows = estimate_columns(*columns, method=method.value, k=k)
    except (ImportError, OSError, TypeError, ValueError) as error:
        console.print(f"[red]error:[/red] {error}", highlight=False)
        raise typer.Exit(code=1) from None
    shown, unit = (to_bits(value), "bits") if bits else (value, "nats")
    console.print(f"I({x}; {y}) = {float(shown):.4f} {unit}", highlight=False)
    console.print(f"{rows} complete rows, mi.{method.value}", style="dim")


@app.command()
def bench(
    samples: Annotated[int, typer.Option(min=10, help="Rows of the data.")] = 3000,
    repeats: Annotated[int, typer.Option(min=1, help="Timed runs.")] = 9,
) -> None:
    """Time the estimators on this machine, compilation apart."""
    import jax
    from rich.progress import track

    from infojax._demo import timing
    from infojax._demo.table import to_rich

    rows = [
        timing.measure_one(name, jax.random.key(0), samples, repeats)
        for name in track(
            timing.ESTIMATORS, description="Timing", console=console, transient=True
        )
    ]
    console.print(to_rich(timing.summary(rows)))

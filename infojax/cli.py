"""The command line: ``infojax demo``, ``estimate``, ``plane`` and ``bench``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from infojax.infoplane import Plane

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


class LayerMethod(enum.StrEnum):
    """How layers are measured, with its usual settings."""

    adaptive_bins = "adaptive_bins"
    bins = "bins"
    noise = "noise"


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
def plane(
    files: Annotated[
        list[Path],
        typer.Argument(help="Recordings (npz) of one network, a file for each seed."),
    ],
    output: Annotated[Path, typer.Option(help="Folder of page and figures.")] = Path(
        "infojax-plane"
    ),
    method: Annotated[
        list[LayerMethod] | None,
        typer.Option(help="Of estimation; repeatable. adaptive_bins if not said."),
    ] = None,
    title: Annotated[str, typer.Option(help="Of the page.")] = "Information plane",
) -> None:
    """Estimate and draw the information plane of saved recordings."""
    from rich.progress import track

    from infojax import infoplane

    def shown(jobs, label: str):
        return track(jobs, description=label, console=console, transient=True)

    try:
        recordings = [infoplane.load(file) for file in files]
        planes = {
            str(name): infoplane.estimate(
                recordings,
                estimator=getattr(infoplane, name)(),
                progress=lambda jobs, name=name: shown(jobs, name),
            )
            for name in dict.fromkeys(method or [LayerMethod.adaptive_bins])
        }
        page = infoplane.write_page(output / "plane.html", planes, title=title)
        infoplane.plot_plane(planes).savefig(output / "plane.png", dpi=130)
        infoplane.plot_epochs(planes).savefig(output / "epochs.png", dpi=130)
    except (ImportError, OSError, TypeError, ValueError) as error:
        console.print(f"[red]error:[/red] {error}", highlight=False)
        raise typer.Exit(code=1) from None
    for name, found in planes.items():
        console.print(f"{name}: {_lost(found)}", markup=False, highlight=False)
    console.print(f"Open [bold]{page}[/bold] in a browser.", soft_wrap=True)


def _lost(plane: Plane) -> str:
    """Compression of each layer in words."""
    from infojax import infoplane

    lost = infoplane.compression(plane.xt.mean(0))
    parts = (
        f"{n} {100 * float(c):.0f} %" for n, c in zip(plane.names, lost, strict=True)
    )
    return "lost since the peak of I(X; T): " + ", ".join(parts)


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

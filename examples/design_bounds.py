"""Bounds of the information of an experiment around its exact value, as draws grow.

At one design of each of ten environments the lower bound PCE and an upper bound are
computed from nested numbers of contrastive draws, and set against the value by
quadrature. The upper bound is nested Monte Carlo, but for two environments: where an
outcome may be far from what any draw expects (location finding) or is impossible under
all of them (Lotka-Volterra) that is enormous or infinite, and one column of a wide law
is added to the draws, which makes it a marginal bound. Prints how fast the gap between
the bounds falls: in proportion to the draws, once these outnumber the mean of
p(y | theta) / p(y). That is large where a source close by gives a signal like no other,
and where the noise of a feeling may be near 0: there the rate is not reached yet. Mean
and standard error over seeds; the figure is drawn from the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from _record import Row, measured, write
from matplotlib.figure import Figure

from infojax import design

POINTS = {
    "location_finding": np.array([1.0, -0.5]),
    "hyperbolic_discounting": np.array([100.0, 120.0, 10.0]),
    "death_process": np.array(0.7),
    "item_response": np.array([0, 3]),
    "dugongs": np.array(2.0),
    "survival": np.array([3.0, 1.0]),
    "peregrines": np.array(1.4),
    "lotka_volterra": np.array(1.0),
    "emotion": np.array([2.0, 10.0, 30.0, 0.5, 0.3, 0.2, 10.0]),
    "moral_machines": np.array([1.0, 2, 1, 0, 1, 0, -1, 2, 1]),
}
FROM = 64  # draws from which the rate is fitted


def cauchy(y):
    return -jnp.log(jnp.pi * (1 + y**2))


def harmonic(y):
    """A law of two whole numbers up to a million, in proportion to 1 / (1 + y)."""
    mass = np.sum(1 / np.arange(1.0, 1_000_002)).item()
    return -jnp.sum(jnp.log1p(y.astype(float))) - 2 * np.log(mass).item()


WIDE = {"location_finding": cauchy, "lotka_volterra": harmonic}


def likelihoods(
    name: str, outer: int, inner: int
) -> Callable[[jax.Array], tuple[jax.Array, jax.Array, jax.Array]]:
    """Of outcomes under their own parameters, under fresh draws, and a wide law."""
    model, point = getattr(design.environments(), name).model, POINTS[name]

    def draw(key):
        keys = jax.random.split(key, 3)
        theta = model.sample_prior(keys[0])
        y = model.sample_outcome(keys[1], theta, point)
        wide = WIDE.get(name, lambda y: jnp.array(-jnp.inf))(y)
        return theta, y, wide, keys[2]

    def found(key):
        thetas, ys, wide, keys = jax.vmap(draw)(jax.random.split(key, outer))
        each = jax.vmap(lambda y, theta: model.log_prob(y, theta, point))
        if name == "lotka_volterra":  # one solution serves all rows
            _, others, *_ = jax.vmap(draw)(jax.random.split(keys[0], inner))
            same = jnp.all(ys[:, None] == others, axis=-1)
            return jnp.zeros(outer), jnp.where(same, 0.0, -jnp.inf), wide

        def contrast(y, key):
            draws = jax.vmap(model.sample_prior)(jax.random.split(key, inner))
            return jax.vmap(lambda theta: model.log_prob(y, theta, point))(draws)

        return each(ys, thetas), jax.vmap(contrast)(ys, keys), wide

    return found


def bounds(name: str, sizes: Sequence[int], seeds: int, outer: int):
    """Lower and upper bound, ``[seeds, sizes]``, from the same draws for all sizes."""
    draw = likelihoods(name, outer, sizes[-1])

    def both(key):
        first, others, wide = draw(key)
        found = []
        for size in sizes:
            some = others[:, :size]
            upper = jnp.concatenate([some, wide[:, None]], axis=1)
            upper = upper if name in WIDE else some
            found.append((design.pce(first, some), design.nmc(first, upper)))
        return jnp.array(found)

    keys = jax.random.split(jax.random.key(0), seeds)
    return np.moveaxis(np.asarray(jax.jit(lambda k: jax.lax.map(both, k))(keys)), 2, 0)


def draw(rows: Sequence[Row]) -> Figure:
    """A panel an environment, and one of all gaps."""
    figure = Figure(figsize=(14, 8.5), layout="constrained")
    panels = figure.subplots(3, 4).ravel()
    for axes, name in zip(panels, POINTS, strict=False):
        here = [row for row in rows if row["environment"] == name and "lower" in row]
        x = [row["draws"] for row in here]
        for side in ("lower", "upper"):
            y = [row[side] for row in here]
            axes.errorbar(x, y, [row[f"{side}_error"] for row in here], label=side)
        axes.axhline(here[0]["exact"], color="k", lw=1, ls="--", label="exact")
        top = here[0]["exact"] * 2.5
        axes.set(xscale="log", title=name.replace("_", " "), ylim=(0, top))
        axes.set(xlabel="contrastive draws", ylabel="information [nats]")
        gap = [row["gap"] for row in here]
        panels[10].plot(x, gap, label=name.replace("_", " "))
    sizes = np.array(sorted({row["draws"] for row in rows if "draws" in row}))
    panels[10].plot(sizes, 3 / sizes, "k--", label="slope -1")
    panels[10].set(xscale="log", yscale="log", title="gap of the bounds")
    panels[10].set_ylim(5e-6, 50)
    panels[10].set(xlabel="contrastive draws", ylabel="upper - lower [nats]")
    panels[0].legend(fontsize=8)
    panels[11].axis("off")
    handles = panels[10].get_legend_handles_labels()
    panels[11].legend(*handles, loc="center", fontsize=9)
    return figure


def main(fast: bool = False) -> dict[str, float]:
    """Estimate, compare and draw."""
    sizes = [1, 4] if fast else [2**i for i in range(12)]
    seeds, outer = (2, 8) if fast else (10, 1000)
    rows, slopes = [], {}
    for name, point in list(POINTS.items())[: 3 if fast else None]:
        exact = float(jax.jit(getattr(design.environments(), name).eig)(point))
        lower, upper = bounds(name, sizes, seeds, outer)
        gaps = upper - lower
        for i, size in enumerate(sizes):
            found = measured(lower=lower[:, i], upper=upper[:, i], gap=gaps[:, i])
            row = {"environment": name, "draws": size, "exact": exact}
            rows.append(row | found)
        late = np.array(sizes) >= min(FROM, sizes[-2])
        fit = np.polyfit(np.log(sizes)[late], np.log(gaps.mean(axis=0))[late], 1)
        slopes[name] = float(fit[0])
        last = rows[-1]
        rows.append({"environment": name, "slope_of_gap": slopes[name], "from": FROM})
        print(
            f"{name:23} exact {exact:7.4f}, {sizes[-1]} draws: "
            f"{last['lower']:7.4f} +- {last['lower_error']:.4f} to "
            f"{last['upper']:7.4f} +- {last['upper_error']:.4f}, "
            f"gap falls as draws^{slopes[name]:.2f}"
        )
    if not fast:
        write("design_bounds", rows, draw(rows))
    return slopes


if __name__ == "__main__":
    main()

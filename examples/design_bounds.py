"""Bounds of the information of an experiment around its exact value, as draws grow.

At one design of each of ten environments the lower bound PCE and an upper bound are
computed from nested numbers of contrastive draws, and set against the value by
quadrature. The upper bound is nested Monte Carlo, but for Lotka-Volterra: there an
outcome is impossible under most draws, which makes that infinite, and one column of a
wide law is added to the draws, for a marginal bound. Prints how fast the gap between
the bounds falls: in proportion to the draws, if p(y | theta) / p(y) has a variance and
draws outnumber it. It has next to none where a source close by gives a signal like no
other, and none where the noise of a feeling may be near 0. There the bounds are shown
twice: with draws of the prior, which are slower, and with draws of the guide of the
environment (ACE and VNMC), which are not. Mean and standard error over seeds; the
figure is drawn from the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from _record import Row, measured, write
from matplotlib import colormaps
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


def harmonic(y):
    """A law of two whole numbers up to a million, in proportion to 1 / (1 + y)."""
    mass = np.sum(1 / np.arange(1.0, 1_000_002)).item()
    return -jnp.sum(jnp.log1p(y.astype(float))) - 2 * np.log(mass).item()


def prior(name: str) -> design.Guide:
    """Draws of the prior as a guide."""
    model = getattr(design.environments(), name).model
    return design.Guide(
        lambda key, y: model.sample_prior(key), lambda theta, y: model.log_prior(theta)
    )


def counts(outer: int, inner: int) -> Callable[[jax.Array], tuple[jax.Array, ...]]:
    """Lotka-Volterra, an outcome of which is certain: one solution serves all rows."""
    model, point = design.environments().lotka_volterra.model, POINTS["lotka_volterra"]

    @jax.vmap
    def draw(key):
        keys = jax.random.split(key)
        return model.sample_outcome(keys[0], model.sample_prior(keys[1]), point)

    def found(key):
        keys = jax.random.split(key)
        ys = draw(jax.random.split(keys[0], outer))
        others = draw(jax.random.split(keys[1], inner))
        same = jnp.all(ys[:, None] == others, axis=-1)
        wide = jax.vmap(harmonic)(ys)[:, None]
        return jnp.zeros(outer), jnp.zeros(outer), jnp.where(same, 0.0, -jnp.inf), wide

    return found


def likelihoods(
    name: str, guide: design.Guide, outer: int, inner: int
) -> Callable[[jax.Array], tuple[jax.Array, ...]]:
    """Of outcomes under what made them, with its weight, and under weighed draws."""
    model, point = getattr(design.environments(), name).model, POINTS[name]

    def weight(theta, y):
        return model.log_prior(theta) - guide.log_prob(theta, y)

    def one(key):
        keys = jax.random.split(key, 3)
        theta = model.sample_prior(keys[0])
        y = model.sample_outcome(keys[1], theta, point)

        def contrast(key):
            other = guide.sample(key, y)
            return model.log_prob(y, other, point) + weight(other, y)

        others = jax.vmap(contrast)(jax.random.split(keys[2], inner))
        return model.log_prob(y, theta, point), weight(theta, y), others

    def found(key):
        parts = jax.vmap(one)(jax.random.split(key, outer))
        return *parts, jnp.zeros((outer, 0))

    return found


def bounds(name: str, guided: bool, sizes: Sequence[int], seeds: int, outer: int):
    """Lower and upper bound, ``[seeds, sizes]``, from the same draws for all sizes."""
    environment = getattr(design.environments(), name)
    guide = environment.guide(POINTS[name]) if guided else prior(name)
    found = likelihoods(name, guide, outer, sizes[-1])
    found = counts(outer, sizes[-1]) if name == "lotka_volterra" else found

    def both(key):
        first, weight, others, wide = found(key)
        values = []
        for size in sizes:
            some = others[:, :size]
            none = jnp.zeros_like(some)  # the weights of the others are in them already
            lower = design.ace(first, weight, 0 * first, some, none, none)
            upper = design.nmc(first, jnp.concatenate([some, wide], axis=1))
            values.append((lower, upper))
        return jnp.array(values)

    keys = jax.random.split(jax.random.key(0), seeds)
    return np.moveaxis(np.asarray(jax.jit(lambda k: jax.lax.map(both, k))(keys)), 2, 0)


def draw(rows: Sequence[Row]) -> Figure:
    """A panel an environment, and one of all gaps."""
    figure = Figure(figsize=(14, 8.5), layout="constrained")
    panels = figure.subplots(3, 4).ravel()
    panels[10].set_prop_cycle(color=colormaps["tab20"].colors)
    colours = {("prior", "lower"): "C0", ("prior", "upper"): "C1"}
    colours |= {("guide", "lower"): "C2", ("guide", "upper"): "C3"}
    for axes, name in zip(panels, POINTS, strict=False):
        there = [row for row in rows if row["environment"] == name and "lower" in row]
        axes.axhline(there[0]["exact"], color="k", lw=1, ls="--", label="exact")
        for source in dict.fromkeys(row["draws_of"] for row in there):
            here = [row for row in there if row["draws_of"] == source]
            x = [row["draws"] for row in here]
            for side in ("lower", "upper"):
                y, error = ([row[side + end] for row in here] for end in ("", "_error"))
                label, colour = f"{side}, {source}", colours[source, side]
                axes.errorbar(x, y, error, label=label, color=colour)
            gap = [row["gap"] for row in here]
            guided = source == "guide"
            label = name.replace("_", " ") + (", guide" if guided else "")
            style = {"lw": 2.5, "ls": "-."} if guided else {}
            panels[10].plot(x, gap, label=label, **style)
        top = there[0]["exact"] * 2.5
        axes.set(xscale="log", title=name.replace("_", " "), ylim=(0, top))
        axes.set(xlabel="contrastive draws", ylabel="information [nats]")
    sizes = np.array(sorted({row["draws"] for row in rows if "draws" in row}))
    panels[10].plot(sizes, 3 / sizes, ":", color="k", label="slope -1")
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
    environments = design.environments()._asdict()
    for name, point in list(POINTS.items())[: 3 if fast else None]:
        exact = float(jax.jit(environments[name].eig)(point))
        for guided in (False, True) if environments[name].guide else (False,):
            source = "guide" if guided else "prior"
            of = {"environment": name, "draws_of": source}
            lower, upper = bounds(name, guided, sizes, seeds, outer)
            gaps = upper - lower
            for i, size in enumerate(sizes):
                found = measured(lower=lower[:, i], upper=upper[:, i], gap=gaps[:, i])
                rows.append(of | {"draws": size, "exact": exact} | found)
            late = np.array(sizes) >= min(FROM, sizes[-2])
            fit = np.polyfit(np.log(sizes)[late], np.log(gaps.mean(axis=0))[late], 1)
            slopes[f"{name}, {source}"] = slope = float(fit[0])
            last = rows[-1]
            rows.append(of | {"slope_of_gap": slope, "from": FROM})
            print(
                f"{name:23} exact {exact:7.4f}, {sizes[-1]} draws of the {source}: "
                f"{last['lower']:7.4f} +- {last['lower_error']:.4f} to "
                f"{last['upper']:7.4f} +- {last['upper_error']:.4f}, "
                f"gap falls as draws^{slope:.2f}"
            )
    if not fast:
        write("design_bounds", rows, draw(rows))
    return slopes


if __name__ == "__main__":
    main()

"""Information of pairs of images, from 0 to 10 nats, through compression.

Images of blurred spots (two coordinates) and of rectangles (four), 16 by 16 pixels,
whose coordinates are normal with a chosen information. Principal components and
autoencoders are fitted on other images and leave as many columns as coordinates; the
information of the codes is then estimated from 5000 pairs with weighted nearest-
neighbour entropies and with the estimator of Kraskov, beside the same estimates from
the coordinates and from raw pixels. Prints mean absolute errors over the information.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import write
from matplotlib.figure import Figure
from rich.progress import track

from infojax import entropy, fit, mi, tasks, transforms

FAMILIES = {
    "spots": (tasks.gaussian_images, 2),
    "rectangles": (tasks.rectangle_images, 4),
}
FIT_ROWS = 6000
ESTIMATORS = {
    "weighted neighbours": partial(
        mi.from_entropies,
        estimator=partial(entropy.weighted_kozachenko_leonenko, k=5),
        whiten=True,
    ),
    "ksg": mi.ksg,
}


def compressions(key, images, d: int, fast: bool):
    """Maps of flat images to ``d`` columns, fitted on images of their own."""
    draw, train = jax.random.split(key)
    rows = 500 if fast else FIT_ROWS
    x, _ = tasks.image_pairs(0.0, images=images, d=d).sample(draw, rows)
    components = transforms.principal_components(x)
    steps = 50 if fast else 6000
    made = fit.autoencoder(
        train,
        x,
        optax.adam(optax.cosine_decay_schedule(1e-3, steps)),
        columns=d,
        steps=steps,
    )
    kept = components.eigenvalues
    share = float(jnp.sum(kept[d:]) / jnp.sum(kept))
    print(f"not rebuilt: components {share:.4f}, autoencoder {float(made.error):.4f}")
    return {
        "components": lambda x: transforms.principal_scores(x, components, k=d),
        "autoencoder": made.encode,
        "pixels": lambda x: x,
    }


def main(fast: bool = False) -> dict[str, np.ndarray]:
    grid = [0.0, 2.0] if fast else [float(i) for i in range(11)]
    n, seeds = (300, 1) if fast else (5000, 3)
    results: dict[str, np.ndarray] = {}
    values: dict[tuple[str, str, str], list[list[float]]] = {}
    for family, (images, d) in FAMILIES.items():
        ways = compressions(jax.random.key(1), images, d, fast)
        compiled = {name: jax.jit(run) for name, run in ESTIMATORS.items()}
        for seed in range(seeds):
            for i, truth in enumerate(track(grid, family, transient=True)):
                key = jax.random.fold_in(jax.random.key(2 + seed), i)
                rotation = jax.random.fold_in(key, 1)
                law = tasks.correlated_gaussian(truth, d=d, rotation=rotation)
                z = law.sample(key, n)
                flat = [images(side).reshape(n, -1) for side in z]
                codes = {way: [encode(s) for s in flat] for way, encode in ways.items()}
                for way, sides in {"coordinates": z, **codes}.items():
                    for name, run in compiled.items():
                        if way == "pixels" and name != "ksg":
                            continue  # entropies of 512 columns that lie on a surface
                        found = values.setdefault((family, way, name), [])
                        if len(found) <= seed:
                            found.append([])
                        found[seed].append(float(run(*sides)))
    rows = []
    for (family, way, name), found in values.items():
        errors = np.abs(np.array(found) - np.array(grid))
        results[f"{family}, {way}, {name}"] = errors
        mean = errors.mean()
        rows.append(
            {
                "family": family,
                "codes": way,
                "estimator": name,
                "mean_absolute_error": float(mean),
                "largest_error": float(errors.mean(0).max()),
                "seeds": seeds,
                "estimates": np.round(np.mean(found, axis=0), 3).tolist(),
            }
        )
        print(f"{family}, {way}, {name}: mean absolute error {mean:.3f} nats")
    if not fast:
        write("information_plane_images", rows, picture(rows, grid))
    return results


def picture(rows, grid) -> Figure:
    """Estimates against the truth, a panel a family and estimator."""
    panels = list(dict.fromkeys((r["family"], r["estimator"]) for r in rows))
    figure = Figure(figsize=(3.4 * len(panels), 3.6), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True)
    for axis, (family, estimator) in zip(axes, panels, strict=True):
        axis.plot(grid, grid, color="0.6", lw=0.8, ls=":", label="truth")
        for row in rows:
            if (row["family"], row["estimator"]) == (family, estimator):
                axis.plot(grid, row["estimates"], ".-", ms=4, label=row["codes"])
        axis.set(xlabel="information [nats]", title=f"{family}, {estimator}")
        axis.legend(fontsize=7)
    axes[0].set_ylabel("estimate [nats]")
    return figure


if __name__ == "__main__":
    main()

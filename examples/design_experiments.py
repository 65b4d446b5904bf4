"""Twenty experiments in a row, chosen or at random: what do they tell?

Two environments: three hidden sources found by their joint signal, and a preference for
money now found by choices. Each step moves several designs uphill on a lower bound of
the information under the particles so far, by gradients, and makes the best one; the
choices of money are then rounded to whole numbers. What a seed has learned is log
p(outcomes | theta) / p(outcomes), with a mean over a million draws of the prior for the
denominator: sequential PCE, a lower bound for both rules, which cannot pass log(1e6 +
1) = 13.8 nats. All twenty steps are one program. Prints means and standard errors over
seeds, and how many seeds the chosen designs win; the figure is drawn from the JSON.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import Row, measured, write
from jax import lax
from matplotlib.figure import Figure

from infojax import design

DRAWS = 1_000_000  # of the prior, for the bound
MOST = np.log(DRAWS + 1).item()


class Setting(NamedTuple):
    """How designs of one environment are searched, and how much is enough."""

    environment: design.Environment
    objective: Callable[[jax.Array, design.ParticleBelief, design.Belief, Any], Any]
    project: Callable[[jax.Array], jax.Array]
    finish: Callable[[jax.Array], jax.Array]
    units: np.ndarray
    rate: float


def contrast(key, follow, belief, point):
    """Of outcomes that follow the design smoothly."""
    prior = follow.model(belief)
    return design.eig_bounds(key, prior, point, outer=64, inner=64).lower


def sum_of_both(key, follow, belief, point):
    """Of two outcomes, exact under the particles."""
    model = follow.model(belief)
    weights = jnp.exp(belief.log_weights)
    coin = jnp.arange(2)
    return design.eig_enumerate(
        model.log_prob, belief.particles, coin, point, weights=weights
    )


def money(point):
    """Rewards now and later and a delay, in hundreds, in their ranges."""
    now = jnp.clip(point[0], 0.01, 1.99)
    later = jnp.clip(point[1], now + 0.01, 2.99)
    return jnp.stack([now, later, jnp.clip(point[2], 0.01, 3.64)])


SETTINGS = {
    "location finding": Setting(
        design.environments().location_finding,
        contrast,
        lambda point: jnp.clip(point, -4.0, 4.0),
        lambda point: point,
        np.ones(2),
        0.05,
    ),
    "hyperbolic discounting": Setting(
        design.environments().hyperbolic_discounting,
        sum_of_both,
        money,
        jnp.round,
        np.full(3, 100.0),
        0.05,
    ),
}


def chosen(setting: Setting, follow: design.ParticleBelief, starts: int, climb: int):
    """A rule for the next design: the best of several that gradients improved."""
    units = setting.units

    def choose(key, belief):
        keys = jax.random.split(key, 3)

        def objective(key, scaled):
            return setting.objective(key, follow, belief, scaled * units)

        search = design.gradient_search(
            objective, optax.adam(setting.rate), project=setting.project
        )
        # The best of many random designs are where to start.
        many = jax.random.split(keys[0], 8 * starts)
        random = jax.vmap(setting.environment.sample_design)(many) / units
        values = jax.vmap(lambda point: objective(keys[1], point))(random)
        first = random[jnp.argsort(-values)[:starts]]

        def improve(point):
            turns = jax.random.split(keys[2], climb)
            run = lax.scan(
                lambda state, key: search.update(key, state), search.init(point), turns
            )
            return run[0].design

        ends = jnp.concatenate([jax.vmap(improve)(first), first])
        ends = jax.vmap(lambda point: setting.finish(point * units))(ends)
        best = design.exhaustive_search(
            lambda point: objective(keys[1], point / units), ends
        )
        return best.design

    return choose


def learned(model: design.Model, key, theta, designs, outcomes, draws: int):
    """Lower bound of what the first so many outcomes tell, ``[steps]``."""

    def log_prob(theta):
        each = jax.vmap(lambda y, point: model.log_prob(y, theta, point))
        return jnp.cumsum(each(outcomes, designs))

    keys = jax.random.split(key, draws)
    others = lax.map(lambda k: log_prob(model.sample_prior(k)), keys, batch_size=2000)
    own = log_prob(theta)
    return jax.vmap(lambda a, b: design.pce(a[None], b[None]))(own, others.T)


def run(
    setting: Setting,
    seeds: int,
    steps: int,
    particles: int,
    stages: int,
    draws: int,
    **search,
):
    """Information by step, ``[seeds, steps]``, by rule of choice."""
    environment, model = setting.environment, setting.environment.model
    follow = design.particle_belief(
        model, particles=particles, steps=steps, moves=5, stages=stages
    )
    rules = {
        "chosen": chosen(setting, follow, **search),
        "random": lambda key, belief: environment.sample_design(key),
    }

    def one(key, choose):
        keys = jax.random.split(key, 3)
        theta = model.sample_prior(keys[0])
        blank = environment.sample_design(key)
        last, _ = design.run_experiment(
            keys[1],
            follow,
            choose,
            lambda key, point: model.sample_outcome(key, theta, point),
            blank,
            steps=steps,
        )
        return learned(model, keys[2], theta, last.designs, last.outcomes, draws)

    keys = jax.random.split(jax.random.key(0), seeds)
    found = {}
    for name, choose in rules.items():
        program = jax.jit(lambda keys, c=choose: lax.map(lambda k: one(k, c), keys))
        start = time.perf_counter()
        found[name] = np.asarray(program(keys))
        print(f"  {name}: {time.perf_counter() - start:.0f} s with compilation")
    return found


def draw(rows: Sequence[Row]) -> Figure:
    """A panel an environment: information by step."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), SETTINGS, strict=True):
        for rule in ("chosen", "random"):
            here = [
                row
                for row in rows
                if row["environment"] == name and row.get("rule") == rule
            ]
            x = [row["step"] for row in here]
            color = {"chosen": "C0", "random": "C1"}[rule]
            y, error = ([row[k] for row in here] for k in ("told", "told_error"))
            axes.errorbar(x, y, error, color=color, capsize=2, label=f"{rule} designs")
        axes.set(title=name, xlabel="experiments made", ylabel="learned [nats]")
        axes.set_xticks(range(0, max(x) + 1, 5))
        axes.set_ylim(bottom=0)
        if axes.get_ylim()[1] > MOST:
            axes.axhline(MOST, color="k", lw=1, ls=":", label="most the bound can show")
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def main(fast: bool = False) -> dict[str, float]:
    """Experiment by both rules, compare and draw."""
    sizes: dict[str, Any] = (
        {
            "seeds": 2,
            "steps": 2,
            "particles": 32,
            "stages": 2,
            "draws": 100,
            "starts": 2,
            "climb": 2,
        }
        if fast
        else {
            "seeds": 32,
            "steps": 20,
            "particles": 2000,
            "stages": 24,
            "draws": DRAWS,
            "starts": 4,
            "climb": 40,
        }
    )
    rows, margins = [], {}
    for name, setting in SETTINGS.items():
        print(name)
        found = run(setting, **sizes)
        for rule, told in found.items():
            for step in range(sizes["steps"]):
                row = {"environment": name, "rule": rule, "step": step + 1}
                row |= measured(told=told[:, step])
                rows.append(row)
        for step in sorted({min(step, sizes["steps"]) for step in (1, 5, 20)}):
            ends = {rule: told[:, step - 1] for rule, told in found.items()}
            margin = ends["chosen"] - ends["random"]
            row = measured(margin=margin, **ends) | {"wins": int(np.sum(margin > 0))}
            rows.append({"environment": name, "after": step} | row)
            values = ", ".join(
                f"{k} {row[k]:.2f} +- {row[f'{k}_error']:.2f}"
                for k in (*ends, "margin")
            )
            wins = f"{row['wins']} of {sizes['seeds']} seeds"
            print(f"  after {step}: {values} nats; chosen ahead in {wins}")
            margins[name] = float(row["margin"])
    if not fast:
        write("design_experiments", rows, draw(rows))
    return margins


if __name__ == "__main__":
    main()

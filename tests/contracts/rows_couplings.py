"""Rows of couplings, of codes of bounded entropy and of messages in actions."""

from __future__ import annotations

import numpy as np

from contracts.row import Case
from infojax import theory

P = {"bad": ("rank", "empty"), "arguments": ("p",)}


def laws(*sizes: int):
    """Laws without rare symbols."""

    def make(rng: np.random.Generator):
        return tuple((rng.dirichlet(np.ones(n)) + 1 / n) / 2 for n in sizes)

    return make


def bounded(*sizes: int, low: float = 1.0):
    """Laws, and a bound of an entropy below that of the first."""
    return lambda rng: (*laws(*sizes)(rng), low + 0.1 * rng.random(1))


def codes(rng: np.random.Generator):
    """A noisy code without rare cells, and an amount of mass below any of them."""
    (mass,) = laws(12)(rng)
    return mass.reshape(4, 3), 0.01 + 0.01 * rng.random(1)


def decisions(states: int = 3, actions: int = 2):
    """Rewards, a temperature and transitions."""

    def make(rng: np.random.Generator):
        rewards = rng.normal(size=(states, actions))
        chances = rng.dirichlet(np.ones(states), (states, actions))
        return rewards, 0.5 + rng.random(1), chances

    return make


ROWS = [
    Case(
        "theory.greedy_coupling", theory.greedy_coupling, laws(4, 3), smooth=(0, 1), **P
    ),
    Case(
        "theory.greedy_coupling_atoms",
        lambda *marginals: theory.greedy_coupling_atoms(marginals),
        laws(4, 3, 3),
        smooth=(0, 1, 2),
        bad=("rank", "empty"),
        arguments=("marginals[0]",),
    ),
    Case(
        "theory.coupling_entropy_bound",
        theory.coupling_entropy_bound,
        laws(4, 3),
        smooth=(0, 1),
        **P,
    ),
    Case(
        "theory.entropy_bounded_map",
        lambda p, bound: theory.entropy_bounded_map(p, max_entropy=bound[0]),
        bounded(6),
        smooth=(0,),
        **P,
    ),
    Case(
        "theory.raise_map_entropy",
        lambda p_xt, amount: theory.raise_map_entropy(p_xt, amount=amount[0]),
        codes,
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("p_xt",),
    ),
    Case(
        "theory.lower_map_entropy",
        lambda p_xt, amount: theory.lower_map_entropy(p_xt, amount=amount[0]),
        codes,
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("p_xt",),
    ),
    Case(
        "theory.entropy_bounded_envelope",
        lambda p, bound: theory.entropy_bounded_envelope(p, max_entropy=bound[0]),
        bounded(5),
        smooth=(0, 1),
        **P,
    ),
    Case(
        "theory.bottleneck_coupling",
        lambda p, q, bound: theory.bottleneck_coupling(p, q, max_entropy=bound[0]),
        bounded(5, 4),
        smooth=(0, 1, 2),
        bad=("rank", "empty"),
        arguments=("p_x",),
    ),
    Case(
        "theory.coding_game_policy",
        theory.coding_game_policy,
        laws(4, 3),
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("belief",),
    ),
    Case(
        "theory.coding_game_step",
        theory.coding_game_step,
        lambda rng: (*laws(4, 3)(rng), np.array(1)),
        smooth=(0, 1),
        bad=("rank", "empty"),
        arguments=("belief",),
    ),
    Case(
        "theory.soft_value_iteration",
        # The last move and the number of steps are rounding.
        lambda rewards, temperature, transitions: theory.soft_value_iteration(
            rewards,
            transitions,
            temperature=temperature[0],
            discount=0.5,
            tolerance=1e-13,
        )[:3],
        decisions(),
        smooth=(0, 1, 2),
        bad=("rank", "empty", "mismatch"),
        arguments=("rewards", "", "transitions"),
    ),
]

TYPES = {
    "theory.BottleneckCoupling",
    "theory.Coupling",
    "theory.CouplingAtoms",
    "theory.EntropyBoundedEnvelope",
    "theory.EntropyBoundedMap",
    "theory.SoftPolicy",
    "theory.set_partitions",
}

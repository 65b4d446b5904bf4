"""Who knows what: questions asked until the answer, greedily, at random, at best.

Two agents each know five facts, true or false, under a joint law that both know; the
answer they are after is a function of all ten. One asks the other for its facts, one by
one, until what it knows leaves one answer. It asks for the fact that tells most of the
answer (greedy information gain), for any at random, or by the best plan there is, found
by dynamic programming over all that may be known.

Two kinds of answers: the largest of three weighted votes of all facts, in which some
facts matter more than others, and the parity of three facts of each, of which none
says much alone, so that greedy is far from the best. Every game of every law is played,
in both directions: means over games, then means and standard errors over laws.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from _record import Row, measured, write
from matplotlib.figure import Figure

from infojax import communication

FACTS, ANSWERS = 5, 3
BITS = np.stack(np.unravel_index(np.arange(2**FACTS), (2,) * FACTS), axis=1)
LAWS = jax.nn.one_hot(BITS.T, 2)  # of the answer to each question, [q, x, 2]


def votes(rng: np.random.Generator) -> np.ndarray:
    """The answer of all facts, ``[x1, x2]``: the largest of weighted votes."""
    weights = rng.normal(size=(2, ANSWERS, FACTS))
    first, second = (weights @ (2 * BITS.T - 1)).swapaxes(1, 2)
    return np.argmax(first[:, None] + second[None], axis=-1)


def parity(rng: np.random.Generator) -> np.ndarray:
    """The answer of all facts: whether an even number of three of each is true."""
    first, second = (BITS[:, rng.permutation(FACTS)[:3]].sum(1) for _ in range(2))
    return (first[:, None] + second[None]) % 2


KINDS = {"weighted votes": votes, "parity of three": parity}


def law(rng: np.random.Generator) -> np.ndarray:
    """A joint law of both agents' facts, ``[x1, x2]``, that are not independent."""
    mass = np.exp(rng.normal(size=(len(BITS), len(BITS))))
    return mass / mass.sum()


@jax.jit
def play(key, joint, answer):
    """Questions asked and nats unknown before each, ``[x1, x2, ...]`` of both."""
    beliefs = joint[..., None] * jax.nn.one_hot(answer, ANSWERS)

    def games(value):
        def one(belief, replies, scores):
            def rule(b, a):
                return communication.question_gains(b, a) if value else scores

            return communication.greedy_questions(
                belief, LAWS, replies, rounds=FACTS, value=rule
            )

        scores = jax.random.uniform(key, (*joint.shape, FACTS))
        inner = jax.vmap(one, in_axes=(None, 0, 0))
        found = jax.vmap(inner, in_axes=(0, None, 0))(
            beliefs, jnp.asarray(BITS), scores
        )
        return jnp.sum(found.asked >= 0, axis=-1), found.remaining

    return games(True), games(False)


def best(joint: np.ndarray, answer: np.ndarray) -> float:
    """Mean number of questions of the best plan, over all that may be known."""
    known = {}
    one_hot = np.eye(ANSWERS)[answer] * joint[..., None]
    # From all known to nothing known: -1 for a fact that was not asked for.
    states = itertools.product((-1, 0, 1), repeat=FACTS)
    for state in sorted(states, key=lambda s: s.count(-1)):
        here = np.all((np.array(state) == -1) | (state == BITS), axis=1)
        mass = one_hot[:, here].sum(1)  # [x1, answers]
        open_ = np.sum(mass > 0, axis=1) > 1
        plans = [
            sum(known[*state[:j], a, *state[j + 1 :]] for a in (0, 1))
            for j in range(FACTS)
            if state[j] == -1
        ]
        # Mass times questions still to be asked.
        cost = mass.sum(1) + np.min(plans, axis=0) if plans else 0 * mass.sum(1)
        known[state] = np.where(open_, cost, 0)
    return float(known[(-1,) * FACTS].sum())


def draw(rows: Sequence[Row]) -> Figure:
    """Questions asked, and what is unknown after each."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    panels = figure.subplots(1, 2)
    styles = {"greedy": "o-", "random": "s--", "best plan": "^"}
    kinds = list(dict.fromkeys(row["answer"] for row in rows))
    for i, kind in enumerate(kinds):
        for offset, (rule, style) in enumerate(styles.items()):
            row = next(r for r in rows if (r["answer"], r["rule"]) == (kind, rule))
            panels[0].errorbar(
                row["questions"],
                i + 0.15 * (offset - 1),
                xerr=row["questions_error"],
                fmt=style[0],
                color=f"C{offset}",
                capsize=3,
                label=rule if i == 0 else None,
            )
            if "unknown_0" in row:
                left = [row[f"unknown_{j}"] for j in range(FACTS + 1)]
                errors = [row[f"unknown_{j}_error"] for j in range(FACTS + 1)]
                panels[1].errorbar(
                    range(FACTS + 1),
                    left,
                    errors,
                    fmt=style,
                    color=f"C{offset}",
                    alpha=1 - 0.5 * i,
                    markersize=4,
                    label=f"{kind}, {rule}",
                )
    panels[0].set_yticks(range(len(kinds)), kinds)
    panels[0].invert_yaxis()
    panels[0].set_xlabel("questions until the answer")
    panels[1].set(xlabel="questions asked", ylabel="unknown of the answer [nats]")
    for axes in panels:
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    return figure


def main(fast: bool = False) -> dict[str, dict[str, np.ndarray]]:
    """Play all games of several laws, and count questions."""
    seeds = 2 if fast else 20
    results, rows = {}, []
    for kind, answers in KINDS.items():
        asked: dict[str, list] = {"greedy": [], "random": [], "best plan": []}
        unknown: dict[str, list] = {"greedy": [], "random": []}
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            joint, answer = law(rng), answers(rng)
            sums = dict.fromkeys(asked, 0.0)
            left = {rule: np.zeros(FACTS + 1) for rule in unknown}
            for way, (p, y) in enumerate(((joint, answer), (joint.T, answer.T))):
                key = jax.random.key(2 * seed + way)
                games = play(key, jnp.asarray(p), jnp.asarray(y))
                for rule, (count, remaining) in zip(unknown, games, strict=True):
                    sums[rule] += float(np.sum(p * np.asarray(count))) / 2
                    left[rule] += np.einsum("ij,ijr->r", p, np.asarray(remaining)) / 2
                sums["best plan"] += best(p, y) / 2
            for rule, value in sums.items():
                asked[rule].append(value)
            for rule, value in left.items():
                unknown[rule].append(value)
        for rule, counts in asked.items():
            row = {"answer": kind, "rule": rule, **measured(questions=counts)}
            if rule in unknown:
                curves = np.stack(unknown[rule], axis=1)
                row |= measured(**{f"unknown_{i}": c for i, c in enumerate(curves)})
            rows.append(row)
        results[kind] = {rule: np.asarray(counts) for rule, counts in asked.items()}
        fewer = np.sum(results[kind]["greedy"] < results[kind]["random"])
        said = ", ".join(
            f"{rule} {np.mean(counts):.2f}" for rule, counts in asked.items()
        )
        print(f"{kind}: {said} questions; greedy asks fewer in {fewer} of {seeds} laws")
    if not fast:
        write("question_game", rows, draw(rows))
    return results


if __name__ == "__main__":
    main()

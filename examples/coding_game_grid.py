"""Messages in the moves of an agent: reward against what a receiver reads from them.

An agent walks on a grid from one corner to the other, and every step costs 1. Its
policy is the maximum-entropy one of a temperature: the warmer, the longer the walk and
the more it can tell. One of 256 equally likely messages is coupled with the policy at
every step (minimum-entropy coupling of what the receiver believes and of the policy),
so that on average over messages the walk is that of the policy. The receiver sees the
moves, not the message, and guesses the likeliest at the end.

Where a code may have R nats at most, messages are first mapped to one, which the walk
carries instead: by the greedy map of bounded entropy, or by cutting the messages into
exp(R) groups of about one size. Reports, per code and temperature, the reward, how
often the guess is right, and how much the receiver has learnt: means and standard
errors over episodes, one for each message.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from _record import measured, write
from matplotlib.figure import Figure

from infojax import theory

SIDE, MESSAGES, LONGEST, DISCOUNT = 5, 256, 64, 0.99
MOVES = jnp.array([[-1, 0], [1, 0], [0, -1], [0, 1]])
START, GOAL = 0, SIDE * SIDE - 1
TEMPERATURES = 0.1, 0.2, 0.3, 0.4, 0.5, 0.6
RATES = 2.0, 3.0, 4.0


class Result(NamedTuple):
    """Per episode: reward, whether the guess was right, nats learnt of the message."""

    reward: jax.Array
    accuracy: jax.Array
    learnt: jax.Array


def walls(states):
    """Where every move leads, ``[s, 4]``: walls hold the agent back."""
    place = jnp.stack(jnp.divmod(states, SIDE), axis=-1)
    to = jnp.clip(place[:, None] + MOVES, 0, SIDE - 1)
    return to[..., 0] * SIDE + to[..., 1]


def policies(temperature):
    """The maximum-entropy policy, ``[s, 4]``; the episode ends at the goal."""
    to = walls(jnp.arange(SIDE * SIDE))
    transitions = jax.nn.one_hot(to, SIDE * SIDE) * (to != GOAL)[..., None]
    return theory.soft_value_iteration(
        -jnp.ones(to.shape),
        transitions,
        temperature=temperature,
        discount=DISCOUNT,
        tolerance=1e-6,
    ).policy


@jax.jit
def play(key, labels, temperature, messages) -> Result:
    """Episodes in which the walk carries the code of a message, one for each."""
    policy = policies(temperature)
    to = walls(jnp.arange(SIDE * SIDE))
    groups = jnp.zeros(MESSAGES).at[labels].add(1.0)
    prior = groups / MESSAGES

    def episode(key, message):
        def going(state):
            _, place, steps, _ = state
            return (place != GOAL) & (steps < LONGEST)

        def move(state):
            belief, place, steps, key = state
            key, draw = jax.random.split(key)
            given = theory.coding_game_policy(belief, policy[place])
            action = jax.random.categorical(draw, jnp.log(given[labels[message]]))
            seen = belief * given[:, action]
            return seen / seen.sum(), to[place, action], steps + 1, key

        first = prior, jnp.asarray(START), jnp.asarray(0), key
        belief, _, steps, _ = jax.lax.while_loop(going, move, first)
        # What is left of a code is equally likely messages.
        each = (belief / jnp.maximum(groups, 1))[labels]
        unknown = -jnp.sum(jax.scipy.special.xlogy(each, each))
        return Result(
            -steps.astype(jnp.float32),
            (each.argmax() == message).astype(jnp.float32),
            jnp.log(MESSAGES) - unknown,
        )

    return jax.vmap(episode)(jax.random.split(key, len(messages)), messages)


def codes() -> dict[str, jax.Array]:
    """Labels of the messages, ``[256]``, by the name of the code."""
    uniform = jnp.ones(MESSAGES)
    found = {"no code": jnp.arange(MESSAGES)}
    for rate in RATES:
        greedy = theory.entropy_bounded_map(uniform, max_entropy=rate)
        found[f"greedy map, {rate:.0f} nats"] = greedy.labels
        groups = int(np.exp(rate))
        cut = jnp.arange(MESSAGES) * groups // MESSAGES
        found[f"equal groups, {rate:.0f} nats"] = cut
    return found


def draw(rows: list[dict]) -> Figure:
    """Accuracy and what is learnt against reward."""
    figure = Figure(figsize=(13, 4.5), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True)
    quantities = {
        "accuracy": "messages guessed right [fraction]",
        "learnt": "learnt of the message [nats]",
    }
    names = list(dict.fromkeys(row["code"] for row in rows))
    for axes, (quantity, label) in zip(panels, quantities.items(), strict=True):
        for i, name in enumerate(names):
            own = [row for row in rows if row["code"] == name]
            x, dx, y, dy = (
                [row[key] for row in own]
                for key in ("reward", "reward_error", quantity, f"{quantity}_error")
            )
            style = "k.-" if i == 0 else "o--" if "equal" in name else "s-"
            color = {} if i == 0 else {"color": f"C{(i - 1) // 2}"}
            axes.errorbar(x, y, dy, dx, fmt=style, label=name, markersize=4, **color)
        axes.set(xlabel="reward of an episode [- steps]", ylabel=label)
        axes.grid(alpha=0.3)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def main(fast: bool = False) -> dict[str, Result]:
    """Play with every code at every temperature."""
    episodes, temperatures = (3, TEMPERATURES[:1]) if fast else (MESSAGES, TEMPERATURES)
    results, rows = {}, []
    for name, labels in list(codes().items())[: 2 if fast else None]:
        for i, temperature in enumerate(temperatures):
            key = jax.random.key(i)
            result = play(key, labels, temperature, jnp.arange(episodes))
            results[f"{name}, {temperature}"] = result
            row = measured(**result._asdict())
            row["episodes"] = row.pop("seeds")
            values = int(labels.max()) + 1
            rows.append({"code": name, "values": values, "beta": temperature, **row})
            print(
                f"{name:22} temperature {temperature:.1f}, reward {row['reward']:6.2f}"
                f" ± {row['reward_error']:.2f}, guessed {100 * row['accuracy']:5.1f} %"
                f" ± {100 * row['accuracy_error']:.1f}, learnt {row['learnt']:.2f}"
                f" ± {row['learnt_error']:.2f} nats"
            )
    if not fast:
        write("coding_game_grid", rows, draw(rows))
    return results


if __name__ == "__main__":
    main()

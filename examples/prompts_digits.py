"""Prompts of a digit classifier, some of them biased, chosen without labels.

No language model is bundled, so that classifiers stand in for one: a "prompt" is a
logistic regression trained on few images, seen through a temperature and a preference
for some answers that its prompt brings with it. Every score of ``prompts`` ranks them
by their answers to unlabelled images; how accurate the choice is, of the best there is,
and what calibrating answers by their marginals adds, is measured on several draws. Any
model whose answers have probabilities can take their place.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from _record import measured, points, write
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from infojax import prompts

PROMPTS, ANSWERS = 24, 10
# What a prompt does: images a class it has seen, how sure it is, what it prefers.
SEEN = (1, 2, 4, 8)
NAMES = {
    "marginal_entropy": "GE_M",
    "global_entropy": "GE",
    "local_entropy": "LE",
    "description_length": "MDL_M",
    "mutual_information": "MI",
    "global_information": "MI_G",
    "log_mean_agreement": "ZLP",
    "mean_agreement": "ZPM",
    "vote_agreement": "ZMV",
}


def answers(seed: int, inputs: int, *, balanced: bool) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities ``[prompts, inputs, answers]`` and the digits of the inputs."""
    digits, rng = load_digits(), np.random.default_rng(seed)
    order = rng.permutation(len(digits.target))
    images, labels = digits.data[order] / 16, digits.target[order]
    train, pool = np.arange(800), np.arange(800, len(labels))
    if not balanced:  # zeros and ones are most of the inputs
        rare = (labels[pool] > 1) & (rng.random(len(pool)) < 0.85)
        pool = pool[~rare]
    held = pool[:inputs]
    found = []
    for prompt in range(PROMPTS):
        chosen = np.concatenate(
            [
                rng.choice(train[labels[train] == digit], SEEN[prompt % len(SEEN)])
                for digit in range(ANSWERS)
            ]
        )
        model = LogisticRegression(C=0.3, max_iter=200)
        model.fit(images[chosen], labels[chosen])
        scale, preference = np.exp(rng.normal(0, 0.7)), rng.normal(size=ANSWERS)
        bias = rng.choice([0.0, 1.0, 3.0])
        logits = scale * model.decision_function(images[held]) + bias * preference
        found.append(np.asarray(jax.nn.softmax(jnp.asarray(logits))))
    return np.stack(found), labels[held]


def accuracy(p: jax.Array, labels: np.ndarray) -> np.ndarray:
    return np.asarray(jnp.mean(jnp.argmax(p, axis=2) == labels, axis=1))


def main(fast: bool = False) -> dict[str, np.ndarray]:
    seeds, inputs = (2, 40) if fast else (20, 250)
    score, calibrate = jax.jit(prompts.scores), jax.jit(prompts.calibrate_by_marginals)
    rows, found = [], {}
    for kind in ("balanced", "unbalanced"):
        picked = {name: [] for name in NAMES}
        plain, better, best = [], [], []
        for seed in range(seeds):
            p, labels = answers(seed, inputs, balanced=kind == "balanced")
            right, calibrated = accuracy(p, labels), accuracy(calibrate(p), labels)
            for name, value in score(p)._asdict().items():
                picked[name].append(right[int(jnp.argmax(value))] / right.max())
            plain.append(right.mean())
            better.append(calibrated.mean())
            best.append(right.max())
        for name, shares in picked.items():
            share = 100 * np.array(shares)
            found[f"{kind}, {name}"] = share
            what = f"{kind}: chosen by {NAMES[name]}"
            rows.append({"what": what, **measured(share=share)})
        mean = {"plain": plain, "calibrated": better, "best": best}
        for name, values in mean.items():
            found[f"{kind}, {name}"] = 100 * np.array(values)
        rows.append(
            {
                "what": f"{kind}: mean prompt",
                **measured(share=100 * np.array(plain) / np.array(best)),
                **measured(accuracy=100 * np.array(plain)),
            }
        )
        rows.append(
            {
                "what": f"{kind}: mean prompt, calibrated",
                **measured(share=100 * np.array(better) / np.array(best)),
                **measured(accuracy=100 * np.array(better)),
            }
        )
    p, _ = answers(0, inputs, balanced=True)
    print(prompts.select(p[:6]))
    for row in rows:
        print(f"{row['what']}: {row['share']:.1f} ± {row['share_error']:.1f} %")
    if not fast:
        label = "accuracy / best accuracy [%]"
        write("prompts_digits", rows, points(rows, "what", share=label))
    return found


if __name__ == "__main__":
    main()

"""What an inversion attack takes from a digit classifier, and what defences leave it.

A classifier of digits is attacked in pixel space: images are changed until it takes
them for the class that is asked for, by cross-entropy or by the logit with a penalty on
features, or by the strongest of seven attacks. Another classifier, of other data, says
how many of them show that class. The defences: a noisy code (VIB), little dependence of
layers on the inputs (BiDO, with HSIC and COCO), and training images under masked noise
that makes them unlearnable. A last attack finds which of 256 images made a noisy code,
against its ceiling by Fano.
"""

from __future__ import annotations

from typing import NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax
from _record import measured, write
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from infojax import dependence, leakage, losses

BATCH, CODE, CLASSES = 64, 32, 10
ATTACKED, KNOWN = 100, 256
WEIGHTS = (0.0, 0.1, 1.0)  # of the penalty on features
KERNEL = leakage.scaled_gaussian(5.0)


class Network(nn.Module):
    """64 pixels, a hidden layer, a code that may be noisy, and 10 logits."""

    width: int = 128

    @nn.compact
    def __call__(self, images, key=None):
        hidden = nn.relu(nn.Dense(self.width)(images))
        mean, raw = jnp.split(nn.Dense(2 * CODE)(hidden), 2, axis=-1)
        scale = nn.softplus(raw - 3)
        code = mean if key is None else losses.reparameterize(key, mean, scale)
        return nn.Dense(CLASSES)(nn.relu(code)), hidden, mean, scale


class Result(NamedTuple):
    """Per seed: accuracies as fractions, information in nats, HSIC from 0 to 1.

    ``strongest`` is the best attack for each defence, chosen with the judge's help from
    logits and margins at three weights of the penalty. ``ceiling`` is the most that any
    reading of the logit attack's images by the judge could get right; ``owner`` how
    often the image behind a noisy code was found, and ``owner_ceiling`` what no attack
    on those codes exceeds.
    """

    clean: jax.Array
    usable: jax.Array
    hsic: jax.Array
    by_cross_entropy: jax.Array
    by_logit: jax.Array
    strongest: jax.Array
    ceiling: jax.Array
    owner: jax.Array
    owner_ceiling: jax.Array


NETWORK, JUDGE = Network(), Network(256)


def load(key):
    """Three parts: of the classifier, of the judge, and public, to test with."""
    digits = load_digits()
    order = jax.random.permutation(key, len(digits.target))
    images = jnp.asarray(digits.data / 16, jnp.float32)[order]
    labels = jnp.asarray(digits.target, jnp.int32)[order]
    return [(images[i::3], labels[i::3]) for i in range(3)]


def accuracy(logits, labels):
    return jnp.mean((logits.argmax(-1) == labels).astype(jnp.float32))


def plain(params, images, labels, key, network=NETWORK):
    del key
    logits, *layers = network.apply(params, images)
    return leakage.cross_entropy_loss(logits, labels), layers


def vib(beta):
    def objective(params, images, labels, key):
        logits, _, mean, scale = NETWORK.apply(params, images, key)
        return losses.vib_loss(logits, labels, mean, scale, beta=beta)

    return objective


def bilateral(measure, input_weight, target_weight):
    def objective(params, images, labels, key):
        loss, (hidden, mean, _) = plain(params, images, labels, key)
        return loss + leakage.bilateral_penalty(
            [hidden, mean],
            images,
            jax.nn.one_hot(labels, CLASSES),
            input_weight=input_weight,
            target_weight=target_weight,
            kernel_z=KERNEL,
            kernel_x=KERNEL,
            measure=measure,
        )

    return objective


def undefended(params, images, labels, key):
    return plain(params, images, labels, key)[0]


def judging(params, images, labels, key):
    return plain(params, images, labels, key, JUDGE)[0]


HSIC = dependence.normalized_hsic  # ``nocco`` needs two Cholesky factors a layer
DEFENCES = {
    "none": undefended,
    "VIB, beta 0.003": vib(0.003),
    "VIB, beta 0.03": vib(0.03),
    "VIB, beta 0.3": vib(0.3),
    "BiDO, HSIC, weights 1": bilateral(HSIC, 1.0, 1.0),
    "BiDO, HSIC, weights 10": bilateral(HSIC, 10.0, 10.0),
    "BiDO, COCO, weights 10": bilateral(leakage.coco, 10.0, 10.0),
    "noise on 30 % of pixels": undefended,
    "noise on all pixels": undefended,
}
# Share of the pixels under noise that makes the training images unlearnable.
NOISE = {"noise on 30 % of pixels": 0.3, "noise on all pixels": 1.0}
FAST = ("none", "VIB, beta 0.03", "BiDO, HSIC, weights 1", "noise on 30 % of pixels")


def train(key, params, images, labels, objective, rule, steps):
    """Steps on random batches, from parameters and the state of an optimiser."""

    def step(state, key):
        rows = jax.random.randint(key, (BATCH,), 0, len(labels))
        gradient = jax.grad(objective)(state[0], images[rows], labels[rows], key)
        updates, moments = rule.update(gradient, state[1])
        return (optax.apply_updates(state[0], updates), moments), None

    return jax.lax.scan(step, params, jax.random.split(key, steps))[0]


def fit(key, images, labels, objective, steps, network=NETWORK):
    params = network.init(key, images[:1])
    rule = optax.adam(optax.cosine_decay_schedule(3e-3, steps))
    state = params, rule.init(params)
    return train(key, state, images, labels, objective, rule, steps)[0]


def invert(key, params, asked, reference, identity, weight, steps):
    """Images that a network takes for the classes that are asked for.

    It sees the gradients of the network without its noise, and the mean code of public
    images.
    """
    rule = optax.adam(0.05)
    start = jax.random.normal(key, (len(asked), 64))

    def step(state, _):
        def loss(raw):
            logits, _, mean, _ = NETWORK.apply(params, jax.nn.sigmoid(raw))
            return leakage.inversion_loss(
                logits, asked, mean, reference, identity=identity, weight=weight
            )

        updates, moments = rule.update(jax.grad(loss)(state[0]), state[1])
        return (optax.apply_updates(state[0], updates), moments), None

    (raw, _), _ = jax.lax.scan(step, (start, rule.init(start)), length=steps)
    return jax.nn.sigmoid(raw)


def shield(key, images, labels, ratio, rounds):
    """The images under noise that a surrogate learns in place of their content."""
    rule = optax.adam(1e-3)
    params = NETWORK.init(key, images[:1])

    def flat(images):
        return images.reshape(len(images), 64)

    def learn(key, state, images, labels):
        return train(key, state, flat(images), labels, undefended, rule, 10)

    found = leakage.protect(
        key,
        (params, rule.init(params)),
        images.reshape(-1, 8, 8, 1),
        labels,
        train=learn,
        predict=lambda state, images: NETWORK.apply(state[0], flat(images))[0],
        ratio=ratio,
        epsilon=64 / 255,
        max_rounds=rounds,
    )
    return flat(found.images)


def find_owner(key, params, images):
    """How often the image behind a code is found among all, and the ceiling."""
    _, _, mean, scale = NETWORK.apply(params, images)
    codes = losses.reparameterize(key, mean, scale)
    squares = ((codes[:, None] - mean) / scale) ** 2
    fit = -jnp.sum(squares / 2 + jnp.log(scale), axis=-1)
    rate = losses.pairwise_rate_upper(mean, scale)
    top = leakage.accuracy_ceiling(rate, jnp.log(len(images)), classes=len(images))
    return accuracy(fit, jnp.arange(len(images))), top


def run(key, name: str, steps: int) -> Result:
    """One seed: a classifier with one defence, a judge, and what attacks achieve."""
    (images, labels), judges, (public, answers) = load(key)
    first, second, third, fourth = jax.random.split(key, 4)
    seen = images
    if name in NOISE:
        seen = shield(fourth, images, labels, NOISE[name], max(1, steps // 20))
    params = fit(first, seen, labels, DEFENCES[name], steps)
    judge = fit(second, *judges, judging, steps, JUDGE)
    logits, _, mean, _ = NETWORK.apply(params, public)
    asked = jnp.arange(ATTACKED) % CLASSES
    weights = jnp.array(WEIGHTS)

    def attack(identity, weight):
        made = invert(third, params, asked, mean.mean(0), identity, weight, steps // 2)
        return JUDGE.apply(judge, made)[0].argmax(-1)

    def right(said):
        return jnp.mean((said == asked).astype(jnp.float32), axis=-1)

    plainly = attack(leakage.cross_entropy_loss, 0.0)
    logit, margin = (
        jax.vmap(lambda weight, identity=identity: attack(identity, weight))(weights)
        for identity in (leakage.logit_loss, leakage.max_margin_loss)
    )
    said = logit[-1]
    strongest = jnp.maximum(right(logit).max(), right(margin).max())
    audit = leakage.plugin(asked, said, shape=(CLASSES, CLASSES))
    owner, owner_ceiling = find_owner(fourth, params, images[:KNOWN])
    return Result(
        accuracy(logits, answers),
        leakage.usable_information(logits, answers),
        HSIC(public, mean, kernel_x=KERNEL, kernel_y=KERNEL),
        right(plainly),
        right(said),
        jnp.maximum(strongest, right(plainly)),
        1 - audit.fano_error,
        owner,
        owner_ceiling,
    )


def plot(rows) -> Figure:
    """Attacks, what the classifier is worth, and owners found, a defence a line."""
    panels = {
        "attack: right by the judge [%]": {
            "by_cross_entropy": "cross-entropy",
            "by_logit": "logit and penalty",
            "strongest": "strongest of seven",
        },
        "clean accuracy [%]": {"clean": "clean"},
        "normalised HSIC of image and code [0 to 1]": {"hsic": "HSIC"},
        "owner of a noisy code found [%]": {
            "owner": "most likely image",
            "owner_ceiling": "ceiling",
        },
    }
    figure = Figure(figsize=(14, 4.2), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True)
    for at, (label, lines) in zip(axes, panels.items(), strict=True):
        for shift, (quantity, line) in enumerate(lines.items()):
            drawn = [i for i, row in enumerate(rows) if quantity in row]
            means = [rows[i][quantity] for i in drawn]
            errors = [rows[i][f"{quantity}_error"] for i in drawn]
            places = [i + 0.15 * shift for i in drawn]
            marker = "|" if "ceiling" in quantity else "o"
            at.errorbar(means, places, xerr=errors, fmt=marker, ms=7, label=line)
        at.set_xlabel(label)
        at.grid(alpha=0.3)
        if len(lines) > 1:
            at.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 1.25))
    axes[0].set_yticks(range(len(rows)), [row["defence"] for row in rows])
    axes[0].invert_yaxis()
    return figure


def main(fast: bool = False) -> dict[str, Result]:
    """Every defence from every seed, and what came of it."""
    steps, seeds = (4, 2) if fast else (400, 8)
    keys = jax.random.split(jax.random.key(0), seeds)
    results, rows = {}, []
    for name in FAST if fast else DEFENCES:
        found = jax.jit(jax.vmap(lambda key, name=name: run(key, name, steps)))(keys)
        results[name] = found
        shares = {
            k: v if k in ("usable", "hsic") else 100 * v
            for k, v in found._asdict().items()
            if not k.startswith("owner") or name.startswith("VIB")
        }
        base = results["none"]
        shares["taken"] = 100 * (base.strongest - found.strongest)
        shares["cost"] = 100 * (base.clean - found.clean)
        orderings = {
            "logit_above_cross_entropy": found.by_logit > found.by_cross_entropy,
            "attack_below_none": found.strongest < base.strongest,
            "hsic_below_none": found.hsic < base.hsic,
            "attack_within_ceiling": found.by_logit <= found.ceiling + 1e-5,
        }
        counts = {f"{k}_in": int(jnp.sum(v)) for k, v in orderings.items()}
        row = {"defence": name, **measured(**shares), **counts}
        rows.append(row)
        print(
            f"{name:24} clean {row['clean']:5.1f} %, usable {row['usable']:.2f} nats, "
            f"HSIC {row['hsic']:.2f}, attack by cross-entropy "
            f"{row['by_cross_entropy']:5.1f} %, by logit {row['by_logit']:5.1f} % ± "
            f"{row['by_logit_error']:.1f} (ceiling {row['ceiling']:.1f}), strongest "
            f"{row['strongest']:5.1f} % ± {row['strongest_error']:.1f}"
        )
        print(
            f"{'':24} takes {row['taken']:+.1f} ± {row['taken_error']:.1f} points "
            f"from the strongest, costs {row['cost']:+.1f} ± {row['cost_error']:.1f}; "
            f"below none in {row['attack_below_none_in']} of {seeds} seeds, HSIC in "
            f"{row['hsic_below_none_in']}, logit above cross-entropy in "
            f"{row['logit_above_cross_entropy_in']}"
        )
        if "owner" in row:
            print(
                f"{'':24} owner of a code found {row['owner']:.1f} %, at most "
                f"{row['owner_ceiling']:.1f}"
            )
    if not fast:
        write("inversion_digits", rows, plot(rows))
    return results


if __name__ == "__main__":
    main()

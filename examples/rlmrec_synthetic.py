"""Recommendation with profiles of users and items: LightGCN aligned by RLMRec.

Preferences are synthetic: users and items have 8 latent factors, choices are drawn from
the softmax of their products, and 30 % of the training choices are noise. A profile is
a random nonlinear map of the factors plus noise, in place of a language model's text
embedding. Compares LightGCN, its contrastive and generative alignment, and both with
the profiles shuffled among users and among items, by recall and NDCG of the first 20 of
200 items. Means and standard errors over seeds, each with its own data; steps, weights
and temperatures were chosen on others.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _record import measured, points, write
from flax import nnx

from infojax import layers, losses, transforms

USERS, ITEMS, FACTORS = 240, 200, 8
CHOSEN, HELD_OUT, NOISE = 12, 5, 0.3
WIDTH, PROFILE, DEPTH, BATCH, K = 32, 64, 2, 512, 20


class Data(NamedTuple):
    """Choices ``[users, items]``, Boolean, and profiles of users and items."""

    train: jax.Array
    test: jax.Array
    profiles: jax.Array


class Result(NamedTuple):
    """Per seed: recall and NDCG of the first 20 items, from 0 to 1."""

    recall: jax.Array
    ndcg: jax.Array


def draw(key) -> Data:
    """Choices without replacement (Gumbel's trick), noisy in training, and profiles."""
    keys = jax.random.split(key, 7)
    factors = jax.random.normal(keys[0], (USERS + ITEMS, FACTORS))
    taste = factors[:USERS] @ factors[USERS:].T
    noisy = taste + jax.random.gumbel(keys[1], taste.shape)
    _, chosen = jax.lax.top_k(noisy, CHOSEN + HELD_OUT)
    chosen = jax.random.permutation(keys[2], chosen, axis=1, independent=True)
    right = HELD_OUT + round(CHOSEN * (1 - NOISE))
    test, true = _cells(chosen[:, :HELD_OUT]), _cells(chosen[:, HELD_OUT:right])
    lot = jnp.where(test | true, 0, jax.random.uniform(keys[3], taste.shape))
    wrong = _cells(jax.lax.top_k(lot, CHOSEN + HELD_OUT - right)[1])
    hidden = jnp.tanh(factors @ jax.random.normal(keys[4], (FACTORS, PROFILE)))
    mixed = hidden @ jax.random.normal(keys[5], (PROFILE, PROFILE)) / PROFILE**0.5
    profiles = mixed + 0.5 * jax.random.normal(keys[6], mixed.shape)
    return Data(true | wrong, test, profiles)


def _cells(items):
    """Items of each user ``[users, k]`` as a table ``[users, items]``."""
    return jax.nn.one_hot(items, ITEMS).sum(axis=1) > 0


def shuffle(key, data: Data) -> Data:
    """Every profile given to another user, or to another item."""
    first, second = jax.random.split(key)
    users = jax.random.permutation(first, data.profiles[:USERS])
    items = jax.random.permutation(second, data.profiles[USERS:])
    return data._replace(profiles=jnp.concatenate([users, items]))


class LightGCN(nnx.Module):
    """Embeddings of users and items, propagated over their choices and summed.

    ``project`` brings profiles to the embeddings' width, ``reconstruct`` embeddings to
    that of the profiles; ``token`` stands for a masked node.
    """

    def __init__(self, rngs: nnx.Rngs):
        between = (WIDTH + PROFILE) // 2
        leaky = nnx.leaky_relu
        shape = USERS + ITEMS, WIDTH
        self.embeddings = nnx.Param(0.1 * jax.random.normal(rngs.params(), shape))
        self.token = nnx.Param(jnp.zeros(WIDTH))
        self.project = layers.MLP(
            [PROFILE, between, WIDTH], activation=leaky, rngs=rngs
        )
        self.reconstruct = layers.MLP(
            [WIDTH, between, PROFILE], activation=leaky, rngs=rngs
        )

    def __call__(self, choices, embeddings):
        """Of users ``[users, d]`` and of items ``[items, d]``."""
        weight = choices.astype(jnp.float32)
        users, items = (jnp.maximum(weight.sum(axis), 1) for axis in (1, 0))
        weight = weight / jnp.sqrt(users[:, None] * items)
        layer = total = embeddings[:USERS], embeddings[USERS:]
        for _ in range(DEPTH):
            layer = weight @ layer[1], weight.T @ layer[0]
            total = tuple(map(jnp.add, total, layer))
        return total


def base(key, model: LightGCN, choices, profiles, triples):
    user, item, other = triples
    users, items = model(choices, model.embeddings[...])
    return losses.bpr_loss(users[user], items[item], items[other])


def contrastive(key, model: LightGCN, choices, profiles, triples):
    user, item, other = triples
    users, items = model(choices, model.embeddings[...])
    of_users, of_items = jnp.split(model.project(profiles), [USERS])
    return losses.bpr_loss(
        users[user], items[item], items[other]
    ) + losses.rlmrec_contrastive_loss(
        users[user],
        of_users[user],
        of_users,
        items[item],
        of_items[item],
        items[other],
        of_items[other],
        weight=0.3,
        temperature=0.5,
    )


def generative(key, model: LightGCN, choices, profiles, triples):
    user, item, other = triples
    nodes = model.embeddings[...]
    masked = transforms.mask_nodes(key, nodes, model.token[...], ratio=0.15)
    users, items = model(choices, masked.embeddings)
    decoded = model.reconstruct(jnp.concatenate([users, items]))
    return losses.bpr_loss(
        users[user], items[item], items[other]
    ) + losses.rlmrec_generative_loss(
        decoded, profiles, temperature=0.5, where=masked.where
    )


def draw_triples(key, train):
    """Users, an item each chose and one each did not, evenly over the choices."""
    first, second = jax.random.split(key)
    cells = jax.random.choice(
        first, train.size, (BATCH,), p=train.ravel() / train.sum(), replace=True
    )
    user, item = cells // ITEMS, cells % ITEMS
    free = jnp.where(train[user], -jnp.inf, 0.0)
    return user, item, jax.random.categorical(second, free)


def fit(key, data: Data, *, objective, steps: int) -> Result:
    """A model from one key, trained on its data in one ``scan``."""
    rngs = nnx.Rngs(jax.random.fold_in(key, 1))
    graph, parameters = nnx.split(LightGCN(rngs), nnx.Param)
    optimizer = optax.adamw(5e-3, weight_decay=1e-4)

    def step(state, key):
        parameters, moments = state
        drop, mask, triples = jax.random.split(key, 3)
        kept = data.train & jax.random.bernoulli(drop, 0.8, data.train.shape)
        batch = draw_triples(triples, data.train)

        def loss(parameters):
            model = nnx.merge(graph, parameters)
            return objective(mask, model, kept, data.profiles, batch)

        slopes = jax.grad(loss)(parameters)
        updates, moments = optimizer.update(slopes, moments, parameters)
        return (optax.apply_updates(parameters, updates), moments), None

    state = parameters, optimizer.init(parameters)
    keys = jax.random.split(jax.random.fold_in(key, 2), steps)
    (parameters, _), _ = jax.lax.scan(step, state, keys)
    model = nnx.merge(graph, parameters)
    users, items = model(data.train, model.embeddings[...])
    ranking = users @ items.T, data.test
    options = {"k": K, "where": ~data.train}
    return Result(
        losses.recall_at_k(*ranking, **options), losses.ndcg_at_k(*ranking, **options)
    )


MODELS = {
    "LightGCN": (base, False),
    "contrastive": (contrastive, False),
    "generative": (generative, False),
    "contrastive, shuffled": (contrastive, True),
    "generative, shuffled": (generative, True),
}


def main(fast: bool = False) -> dict[str, Result]:
    """Train every model on every draw of the data."""
    steps, seeds = (3, 2) if fast else (300, 10)
    keys = jax.random.split(jax.random.key(0), seeds)
    data = jax.jit(jax.vmap(draw))(keys)
    others = jax.jit(jax.vmap(shuffle))(keys, data)
    runs = {
        objective: jax.jit(jax.vmap(partial(fit, objective=objective, steps=steps)))
        for objective in (base, contrastive, generative)
    }
    results, rows = {}, []
    for name, (objective, shuffled) in MODELS.items():
        result = results[name] = runs[objective](keys, others if shuffled else data)
        gain = np.asarray(result.recall) - np.asarray(results["LightGCN"].recall)
        row = measured(recall=result.recall, ndcg=result.ndcg, recall_gain=gain)
        rows.append({"model": name, **row})
        print(
            f"{name:21} recall@{K} {row['recall']:.3f} ± {row['recall_error']:.3f}, "
            f"gain {row['recall_gain']:+.3f} ± {row['recall_gain_error']:.3f}, "
            f"NDCG@{K} {row['ndcg']:.3f} ± {row['ndcg_error']:.3f}  ({seeds} seeds)"
        )
    if not fast:
        figure = points(rows, "model", recall=f"recall@{K}", ndcg=f"NDCG@{K}")
        write("rlmrec_synthetic", rows, figure)
    return results


if __name__ == "__main__":
    main()

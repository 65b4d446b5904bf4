"""Cauchy-Schwarz information bottleneck for regression on tables.

Trains one network by mean squared error, by the nonlinear, the HSIC and the
Cauchy-Schwarz bottleneck, at several trade-offs and on several splits at once. Each
objective keeps the trade-off that is best on validation rows. Reports the test error,
the test error under an attack of the inputs (FGSM), and the dependence of inputs and
codes, as mean and standard error over the splits.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from _record import measured, points, write
from _tables import available, load
from flax import nnx

from infojax import dependence, kernels, losses, mi

CODE, HIDDEN, BATCH, ATTACK = 16, 64, 64, 0.2
BETAS = (0.001, 0.01, 0.1, 1.0)


class Network(nnx.Module):
    """Features, two hidden layers, a code of 16 numbers, one prediction."""

    def __init__(self, columns: int, rngs: nnx.Rngs):
        self.first = nnx.Linear(columns, HIDDEN, rngs=rngs)
        self.second = nnx.Linear(HIDDEN, HIDDEN, rngs=rngs)
        self.code = nnx.Linear(HIDDEN, CODE, rngs=rngs)
        self.predict = nnx.Linear(CODE, 1, rngs=rngs)

    def encode(self, features):
        hidden = nnx.relu(self.second(nnx.relu(self.first(features))))
        return jnp.tanh(self.code(hidden))

    def __call__(self, features):
        return self.predict(self.encode(features))


class Result(NamedTuple):
    """Per split: errors in standard deviations of the target; dependence from 0 to 1.

    ``attacked`` is the error when every column moves by 0.2 standard deviations the
    way that hurts most, to first order.
    """

    validation: jax.Array
    rmse: jax.Array
    attacked: jax.Array
    dependence: jax.Array


def squared_error(key, network: Network, x, y, beta):
    return jnp.mean((network(x) - y) ** 2)


def nonlinear(key, network: Network, x, y, beta):
    """Noise on the code, and the upper bound on what it lets through, squared."""
    noise = 0.1
    code = network.encode(x)
    noisy = losses.reparameterize(key, code, jnp.asarray(noise))
    rate = losses.pairwise_rate_upper(code, noise)
    return jnp.mean((network.predict(noisy) - y) ** 2) + beta * rate**2


def hsic(key, network: Network, x, y, beta):
    """Less dependence of inputs and codes, more of codes and targets."""
    code = network.encode(x)
    wide = kernels.gaussian(x.shape[1] ** 0.5)
    kept = dependence.hsic(x, code, kernel_x=wide, kernel_y=kernels.gaussian(2.0))
    told = dependence.hsic(code, y, kernel_x=kernels.gaussian(2.0))
    return jnp.mean((network.predict(code) - y) ** 2) + beta * (kept - told)


def cauchy_schwarz(key, network: Network, x, y, beta):
    """Bandwidths of 1 throughout, as published.

    Standardised rows are farther apart than that: each prediction meets its own
    target. Wide kernels on the inputs would compare the two distributions instead, and
    allow a permutation of the targets.
    """
    code = network.encode(x)
    return losses.cs_bottleneck_loss(network.predict(code), y, code, x, beta=beta)


OBJECTIVES = {
    "squared error": squared_error,
    "nonlinear IB, squared": nonlinear,
    "HSIC bottleneck": hsic,
    "Cauchy-Schwarz": cauchy_schwarz,
}


def rmse(network: Network, x, y):
    return jnp.sqrt(jnp.mean((network(x) - y) ** 2))


def attacked_rmse(network: Network, x, y):
    """Error on inputs moved by the sign of the gradient of the squared error."""
    slope = jax.grad(lambda x: jnp.sum((network(x) - y) ** 2))(x)
    return rmse(network, x + ATTACK * jnp.sign(slope), y)


def train(key, beta, *, table: str, objective, steps: int) -> Result:
    """One split (64, 16 and 20 %) and one network from one key."""
    features, target = load(table)
    n = len(features)
    order = jax.random.permutation(key, n)
    parts = jnp.split(order, [int(0.64 * n), int(0.8 * n)])
    rows, held_out, test = ((features[part], target[part]) for part in parts)
    network = Network(features.shape[1], nnx.Rngs(key))
    graph, parameters = nnx.split(network, nnx.Param)
    optimizer = optax.adam(optax.cosine_decay_schedule(2e-3, steps))

    def step(state, key):
        parameters, moments = state
        drawing, noise = jax.random.split(key)
        batch = jax.random.choice(drawing, len(rows[0]), (BATCH,), replace=False)
        x, y = (array[batch] for array in rows)

        def loss(parameters):
            return objective(noise, nnx.merge(graph, parameters), x, y, beta)

        updates, moments = optimizer.update(jax.grad(loss)(parameters), moments)
        return (optax.apply_updates(parameters, updates), moments), None

    state = parameters, optimizer.init(parameters)
    (parameters, _), _ = jax.lax.scan(step, state, jax.random.split(key, steps))
    network = nnx.merge(graph, parameters)
    kept = mi.normalized_cs_qmi(test[0], network.encode(test[0]))
    return Result(
        rmse(network, *held_out),
        rmse(network, *test),
        attacked_rmse(network, *test),
        kept,
    )


def best(key, table: str, objective, steps: int, seeds: int) -> tuple[float, Result]:
    """The trade-off of least mean validation error, and what it gave."""
    one = partial(train, table=table, objective=objective, steps=steps)
    run = jax.jit(jax.vmap(one, in_axes=(0, None)))
    keys = jax.random.split(key, seeds)
    betas = (0.0,) if objective is squared_error else BETAS
    results = [(beta, run(keys, beta)) for beta in betas]
    return min(results, key=lambda pair: float(pair[1].validation.mean()))


def main(fast: bool = False) -> dict[str, Result]:
    """Train every objective on every split of every table."""
    steps, seeds, tables = (2, 2, ["diabetes"]) if fast else (1000, 10, available())
    results, rows = {}, []
    for table in tables:
        for name, objective in OBJECTIVES.items():
            beta, result = best(jax.random.key(0), table, objective, steps, seeds)
            results[f"{table}, {name}"] = result
            row = measured(**result._asdict())
            label = f"{table}: {name}" + (f", β {beta:g}" if beta else "")
            rows.append({"objective": label, "beta": beta, **row})
            print(
                f"{label:48} RMSE {row['rmse']:.3f} ± {row['rmse_error']:.3f} SD, "
                f"attacked {row['attacked']:.3f} ± {row['attacked_error']:.3f}, "
                f"dependence {row['dependence']:.3f}  ({seeds} splits)"
            )
    if not fast:
        figure = points(
            rows,
            "objective",
            rmse="test RMSE [SD of target]",
            attacked=f"the same, inputs moved by {ATTACK} SD",
            dependence="CS dependence of inputs and codes",
        )
        write("cs_bottleneck_tables", rows, figure)
    return results


if __name__ == "__main__":
    main()

"""A model whose information gain, marginal and posterior are known."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.stats import norm

from infojax import design

# y = d theta + e of two columns, theta and e standard normal.
LINEAR = design.Model(
    lambda key: jax.random.normal(key, (2,)),
    lambda key, theta, d: jnp.dot(d, theta) + jax.random.normal(key),
    lambda y, theta, d: norm.logpdf(y, jnp.dot(d, theta)),
    lambda theta: jnp.sum(norm.logpdf(theta)),
)
DESIGN = jnp.array([1.5, 0.5])
TRUTH = 0.5 * jnp.log1p(jnp.sum(DESIGN**2))


def posterior(d) -> design.Guide:
    """The exact posterior of the linear model."""
    total = 1 + jnp.sum(d**2)
    covariance = jnp.eye(2) - jnp.outer(d, d) / total
    root = jnp.linalg.cholesky(covariance)

    def log_prob(theta, y):
        z = jnp.linalg.solve(root, theta - y * d / total)
        return jnp.sum(norm.logpdf(z)) - jnp.sum(jnp.log(jnp.diagonal(root)))

    return design.Guide(
        lambda key, y: y * d / total + root @ jax.random.normal(key, (2,)), log_prob
    )


PRIOR = design.Guide(
    lambda key, y: LINEAR.sample_prior(key),
    lambda theta, y: jnp.sum(norm.logpdf(theta)),
)

# y is 1 with probability sigmoid(d theta), which no draw follows smoothly.
COIN = design.Model(
    lambda key: jax.random.normal(key),
    lambda key, theta, d: (jax.random.uniform(key) < jax.nn.sigmoid(d * theta)).astype(
        int
    ),
    lambda y, theta, d: jax.nn.log_sigmoid(jnp.where(y == 1, d, -d) * theta),
)

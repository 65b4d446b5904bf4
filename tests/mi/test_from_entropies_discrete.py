"""Information of samples and labels by any entropy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from infojax import PairPlan, entropy, mi

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 60)
X = RNG.normal(size=(60, 2)) * [1.0, 3.0] + 2.0 * LABELS[:, None]


def test_it_is_the_entropy_less_that_of_the_classes():
    got = jax.jit(lambda x: mi.from_entropies_discrete(x, LABELS, classes=3))(X)
    of = jax.jit(lambda x, where: entropy.kozachenko_leonenko(x, where=where))
    parts = [of(X, c == LABELS) for c in range(3)]
    expected = of(X, LABELS >= 0) - np.bincount(LABELS) / 60 @ np.asarray(parts)
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_two_normal_classes():
    # All that is lost is what overlaps: I = log 2 - 2e-3 at a distance of 6.
    rng = np.random.default_rng(1)
    labels = np.arange(800) % 2
    x = rng.normal(size=800) + 6.0 * labels
    f = jax.jit(
        lambda x: jnp.stack(
            [
                mi.from_entropies_discrete(x, labels, classes=2),
                mi.from_entropies_discrete(
                    x, labels, classes=2, estimator=entropy.kde, whiten=True
                ),
            ]
        )
    )
    np.testing.assert_allclose(f(x), np.log(2), atol=0.1)


def test_normal_entropies_with_a_gradient_and_with_empty_classes():
    def information(x, classes=3, **more):
        return mi.from_entropies_discrete(
            x, LABELS, classes=classes, estimator=entropy.gaussian, **more
        )

    f = jax.jit(jax.value_and_grad(information))
    value, slope = f(jnp.asarray(X))
    step = RNG.normal(size=X.shape)
    change = (f(X + 1e-5 * step)[0] - f(X - 1e-5 * step)[0]) / 2e-5
    np.testing.assert_allclose(np.sum(slope * step), change, rtol=1e-6)
    others = jax.jit(lambda x: (information(x, 9), information(x, whiten=True)))
    np.testing.assert_allclose(others(X), value, rtol=1e-8)


def test_the_plan_reaches_the_estimator_only_when_given():
    seen = []

    def estimator(x, **options):
        seen.append(set(options))
        return entropy.gaussian(x, where=options["where"])

    f = mi.from_entropies_discrete
    f(X, LABELS, classes=2, estimator=estimator)
    assert all(names == {"where"} for names in seen)
    seen.clear()
    f(X, LABELS, classes=2, estimator=estimator, plan=PairPlan(block_size=7))
    assert all(names == {"where", "plan"} for names in seen)

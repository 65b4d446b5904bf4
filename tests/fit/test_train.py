"""A run is one program: it stops early, survives bad steps and goes on bit for bit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from infojax import bounds, critics, fit

pytestmark = pytest.mark.usefixtures("standard_promotion")
N = 160


def samples(seed: int = 0, n: int = N):
    a, b = jax.random.normal(jax.random.key(seed), (2, n, 1), jnp.float32)
    return a, a + b


def estimator_of(rate=1e-2, rule=optax.adam):
    make = critics.separable(1, 1, width=16, features=4)
    return fit.critic_estimator(bounds.infonce, make, rule(rate))


ESTIMATOR = estimator_of()


def run(key=3, x=None, steps=60, estimator=ESTIMATOR, **options):
    a, b = samples()
    options = {"batch_size": 32, "every": 20, **options}
    a = a if x is None else x
    key = jax.random.key(key) if isinstance(key, int) else key
    return fit.train(key, a, b, estimator=estimator, steps=steps, **options)


def equal(one, other) -> bool:
    leaves = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(np.array_equal(a, b) for a, b in leaves)


def test_the_best_state_on_held_out_pairs_comes_back():
    found = run()
    assert found.held_out.shape == (3,) and found.info.bound.shape == (60,)
    assert float(found.value) == float(jnp.max(found.held_out))
    assert int(found.run.steps) == 60 and int(found.failed) == -1
    last = run(held_out=0, batch_size=N)
    assert equal(last.state, last.run.state)
    # The batch is all rows, whose order does not matter.
    expected = ESTIMATOR.estimate(last.state, *samples())
    np.testing.assert_allclose(last.value, expected, rtol=1e-4)


def test_few_rows_are_all_trained_on():
    a, b = samples(n=8)
    options = {"estimator": ESTIMATOR, "steps": 1, "batch_size": 8}
    assert np.isfinite(fit.train(jax.random.key(0), a, b, **options).value)


def test_training_pairs_are_not_the_held_out_ones():
    # A column that is one for held-out pairs only: training never sees a one.
    key = jax.random.key(3)
    order = jax.random.permutation(jax.random.fold_in(key, 1), N)
    x = jnp.zeros((N, 1)).at[order[:32]].set(1.0)

    def update(stream, state, x, y, **_):
        return state, fit.FitInfo(jnp.max(x), jnp.zeros(()))

    def judge(state, x, y, **_):
        return jnp.min(x)

    spy = fit.NeuralEstimator(ESTIMATOR.init, update, judge, judge)
    found = run(key, x, estimator=spy)
    assert float(jnp.max(found.info.bound)) == 0.0
    assert float(found.value) == float(jnp.max(found.held_out)) == 1.0


def test_an_epoch_uses_every_training_pair_once():
    x = jnp.arange(N, dtype=jnp.float32)[:, None]

    def update(stream, state, x, y, **_):
        return state, fit.FitInfo(jnp.sum(x), jnp.zeros(()))

    spy = ESTIMATOR._replace(update=update)
    found = run(0, x, 10, spy, batch_size=16, held_out=0, every=10)
    assert float(jnp.sum(found.info.bound)) == N * (N - 1) / 2


def test_a_run_that_no_longer_improves_stops():
    def judge(state, x, y, **_):
        return jnp.zeros(())

    found = run(steps=100, estimator=ESTIMATOR._replace(objective=judge), patience=2)
    assert int(found.run.steps) == 60  # the first check is the best, two more are not
    assert np.isfinite(found.info.bound[:60]).all()
    assert np.isnan(found.info.bound[60:]).all() and np.isnan(found.held_out[3:]).all()


def test_going_on_is_the_same_as_not_stopping():
    whole = run()
    half = run(steps=20)
    rest = run(steps=40, start=half.run)
    assert equal(whole.run, rest.run)
    bound = jnp.concatenate([half.info.bound, rest.info.bound])
    np.testing.assert_array_equal(whole.info.bound, bound)


def test_the_same_key_gives_the_same_run():
    assert equal(run(), run())
    assert not equal(run(), run(4))


def test_runs_over_keys_and_learning_rates_at_once():
    # Not Adam: it magnifies the rounding of gradients that are almost zero.
    keys = jax.random.split(jax.random.key(0), 2)
    slow = estimator_of(0.1, rule=optax.sgd)
    together = jax.vmap(lambda key: run(key, estimator=slow).value)(keys)
    alone = [run(key, estimator=slow).value for key in keys]
    np.testing.assert_allclose(together, alone, rtol=1e-3)

    def trained(rate):
        return run(estimator=estimator_of(rate, rule=optax.sgd), steps=20).value

    rates = jnp.array([0.01, 0.1])
    found = jax.vmap(trained)(rates)
    expected = [trained(float(rate)) for rate in rates]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_a_step_that_is_not_finite_is_reported_and_not_taken():
    x, _ = samples()
    spoiled = x.at[7].set(jnp.nan)
    with pytest.warns(RuntimeWarning, match=r"step \d+ was not finite"):
        found = run(x=spoiled, held_out=0)
    finite = np.isfinite(found.info.bound)
    assert int(found.failed) == int(np.argmin(finite)) and not finite.all()
    leaves = jax.tree.leaves(found.run.state)
    assert all(np.isfinite(leaf).all() for leaf in leaves)
    assert found.info.bound[finite][-1] > found.info.bound[finite][0]
    # Inside another transformation the field tells.
    inside = jax.jit(lambda: run(x=spoiled, held_out=0).failed)()
    assert int(inside) == int(found.failed)


def test_progress_is_reported_from_inside_the_loop():
    seen = []
    found = run(progress=lambda *numbers: seen.append([float(v) for v in numbers]))
    jax.effects_barrier()
    assert [steps for steps, *_ in seen] == [20, 40, 60]
    np.testing.assert_allclose([row[2] for row in seen], found.held_out, rtol=1e-6)
    mean = jnp.mean(found.info.bound[:20])
    np.testing.assert_allclose(seen[0][1], mean, rtol=1e-5)
    assert all(failed == -1 for *_, failed in seen)


def test_the_bar_moves(capsys):
    with fit.progress_bar(60) as progress:
        found = run(progress=progress)
    assert int(found.run.steps) == 60


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 129}, r"`batch_size` must be .* <= 128; received 129"),
        ({"batch_size": 1}, r"`batch_size` must be a static int >= 2"),
        ({"steps": 70}, r"`steps` must be a multiple of every = 20; received 70"),
        ({"held_out": 159}, r"`held_out` must be .* <= 158"),
        ({"every": 61}, r"`every` must be .* <= 60"),
        ({"patience": 0}, r"`patience` must be a static int >= 1"),
        ({"steps": 1.5, "every": 1}, r"`steps` must be a static int"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=f"train: {message}"):
        run(**options)


def test_unpaired_samples_are_named():
    x, y = samples()
    with pytest.raises(ValueError, match="train: `y` must be as long as `x`"):
        options = {"estimator": ESTIMATOR, "steps": 1, "batch_size": 2}
        fit.train(jax.random.key(0), x, y[1:], **options)

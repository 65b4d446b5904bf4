"""Signal and noise of gradients: goldens, one at a time, and at the edges."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden

from infojax.infoplane._gradients import gradient_snr, running_gradient_snr

GOLDEN = [c for c in golden("information_plane") if c["quantity"] == "gradient_snr"]
RNG = np.random.default_rng(0)
TREE = {
    "kernel": jnp.asarray(RNG.normal(size=(6, 3, 4)) + 0.3),
    "bias": jnp.asarray(RNG.normal(size=(6, 4))),
}


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: c["name"])
def test_golden(case: dict):
    got = jax.jit(gradient_snr)(np.asarray(case["inputs"]["minibatch_gradients"]))
    expected = [case["expected"][name] for name in got._fields]
    np.testing.assert_allclose(got, expected, rtol=1e-8)


def stream(like):
    moments = running_gradient_snr(like)

    @jax.jit
    def read(gradients):
        def step(state, gradient):
            state = moments.update(state, gradient)
            return state, moments.read(state).snr

        state, path = jax.lax.scan(step, moments.init(), gradients)
        return moments.read(state), path

    return read


def test_a_layer_is_all_of_its_parameters_and_gradients_may_come_one_at_a_time():
    flat = np.concatenate([np.reshape(leaf, (6, -1)) for leaf in TREE.values()], axis=1)
    mean, std = (np.linalg.norm(f(flat, axis=0)) for f in (np.mean, np.std))
    got = jax.jit(gradient_snr)(TREE)
    np.testing.assert_allclose(got, [mean, std, mean / std], rtol=1e-12)
    like = jax.eval_shape(lambda: jax.tree.map(lambda g: g[0], TREE))
    running, path = stream(like)(TREE)
    np.testing.assert_allclose(running, got, rtol=1e-12)
    half = gradient_snr(jax.tree.map(lambda g: g[:3], TREE))
    np.testing.assert_allclose(path[2], half.snr, rtol=1e-12)


def test_a_large_mean_does_not_drown_the_spread():
    g = 1e4 + RNG.normal(size=(50, 8))
    exact = np.linalg.norm(g.std(axis=0))
    single = jnp.asarray(g, jnp.float32)
    # Numbers near 1e4 have a resolution of 1e-3 in single precision.
    np.testing.assert_allclose(gradient_snr(single).std_norm, exact, rtol=1e-3)
    running, _ = stream(single[0])(single)
    np.testing.assert_allclose(running.std_norm, exact, rtol=1e-3)


def test_no_spread_is_held_at_the_rounding_error_and_no_gradient_is_zero():
    def both(g):
        return gradient_snr(g), stream(g[0])(g)[0]

    for found in both(jnp.full((4, 3), 0.7)):
        np.testing.assert_allclose(found.snr, 1 / np.finfo(float).eps)
        assert found.std_norm < 1e-15
    for found in both(jnp.zeros((4, 3))):
        assert tuple(found) == (0, 0, 0)
    empty = running_gradient_snr(jnp.ones(3))
    assert tuple(empty.read(empty.init())) == (0, 0, 0)
    slope = jax.grad(lambda g: gradient_snr(g).snr)(jnp.ones((4, 3)))
    assert (slope == 0).all()


def test_half_precision_accumulates_in_single():
    g = jnp.asarray(RNG.normal(size=(300, 5)) + 1, jnp.bfloat16)
    exact = gradient_snr(g.astype(float))
    running, _ = stream(g[0])(g)
    for found in (gradient_snr(g), running):
        assert found.snr.dtype == jnp.bfloat16
        np.testing.assert_allclose(
            np.asarray(found, float), np.asarray(exact, float), rtol=1e-2
        )


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"gradient_snr: `gradients` must be a pytree"):
        gradient_snr({})
    uneven = {"a": jnp.ones((3, 2)), "b": jnp.ones((4, 2))}
    with pytest.raises(ValueError, match=r"gradient_snr: `gradients\['b'\]` must be"):
        gradient_snr(uneven)
    with pytest.raises(ValueError, match=r"gradient_snr: `gradients` must be \[B"):
        gradient_snr(jnp.ones(()))
    with pytest.raises(
        TypeError, match="running_gradient_snr: `like` must be floating"
    ):
        running_gradient_snr(jnp.ones(3, int))
    moments = running_gradient_snr({"a": jnp.ones(3)})
    with pytest.raises(ValueError, match="running_gradient_snr: `gradient` must be of"):
        moments.update(moments.init(), jnp.ones(3))

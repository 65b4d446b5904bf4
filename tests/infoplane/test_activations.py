"""Activations come named, in order, from NNX and Linen, without touching the model."""

from __future__ import annotations

import itertools

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from infojax import infoplane

X = jax.random.normal(jax.random.key(0), (6, 4), jnp.float32)


class Stack(nnx.Module):
    """More than nine layers, whose names sort in another order than they run."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        widths = [4, *range(3, 14)]
        pairs = itertools.pairwise(widths)
        self.parts = nnx.List([nnx.Linear(a, b, rngs=rngs) for a, b in pairs])
        self.after = nnx.BatchNorm(13, rngs=rngs)
        self.a_dropout = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return self.a_dropout(self.after(x))


class Sown(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first, self.second = (
            nnx.Linear(4, 3, rngs=rngs),
            nnx.Linear(3, 2, rngs=rngs),
        )

    def __call__(self, x):
        h = jnp.tanh(self.first(x))
        self.sow(nnx.Intermediate, "z_hidden", h)
        self.sow(nnx.Intermediate, "a_output", self.second(h))
        return self.second(h)


def test_outputs_of_modules_come_in_the_order_of_computation():
    model = Stack(nnx.Rngs(0))
    found = infoplane.activations(model, X)
    # Dropout does nothing in evaluation, and so is no layer of its own.
    assert list(found) == [*(f"parts.{i}" for i in range(11)), "after"]
    assert [a.shape[1] for a in found.values()] == [*range(3, 14), 13]


def test_the_model_stays_as_it_is_in_training_mode():
    model = Stack(nnx.Rngs(0))
    before = jax.tree.map(np.asarray, nnx.to_pure_dict(nnx.state(model, nnx.Param)))
    mean = np.asarray(model.after.mean[...])
    infoplane.activations(model, X)
    after = nnx.to_pure_dict(nnx.state(model, nnx.Param))
    jax.tree.map(np.testing.assert_array_equal, before, after)
    np.testing.assert_array_equal(model.after.mean[...], mean)
    assert not model.a_dropout.deterministic
    assert not nnx.state(model, nnx.Intermediate)


def test_sown_values_take_the_place_of_outputs():
    model = Sown(nnx.Rngs(1))
    found = infoplane.activations(model, X)
    assert list(found) == ["z_hidden", "a_output"]
    np.testing.assert_allclose(found["z_hidden"], jnp.tanh(model.first(X)), rtol=1e-6)


def test_sown_values_leave_no_trace_in_training():
    class Network(nnx.Module):
        def __init__(self, rngs: nnx.Rngs) -> None:
            self.linear = nnx.Linear(4, 3, rngs=rngs)

        def __call__(self, x):
            return infoplane.sow(self, "hidden", jnp.tanh(self.linear(x)))

    model = Network(nnx.Rngs(0))
    out = model(X)
    np.testing.assert_array_equal(out, jnp.tanh(model.linear(X)))
    assert not nnx.state(model, nnx.Intermediate)
    found = infoplane.activations(model, X)
    assert list(found) == ["hidden"]
    np.testing.assert_allclose(found["hidden"], out, rtol=1e-6)


def test_compiled_and_eager_agree():
    model = Sown(nnx.Rngs(1))
    compiled = nnx.jit(infoplane.activations)(model, X)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6),
        compiled,
        infoplane.activations(model, X),
    )


def test_linen_modules_bound_to_their_variables():
    class Network(nn.Module):
        @nn.compact
        def __call__(self, x, *, train: bool):
            x = nn.tanh(nn.Dense(5, name="zeta")(x))
            x = nn.Dropout(0.5, deterministic=not train)(x)
            return nn.Dense(2, name="alpha")(x)

    module = Network()
    bound = module.bind(module.init(jax.random.key(0), X, train=False))
    found = infoplane.activations(bound, X, call=lambda m, x: m(x, train=False))
    assert [name for name in found if "Dropout" not in name] == ["zeta", "alpha"]
    weights = bound.variables["params"]["zeta"]
    np.testing.assert_allclose(
        found["zeta"], X @ weights["kernel"] + weights["bias"], rtol=1e-5
    )


def test_linen_modules_sow_too():
    class Network(nn.Module):
        @nn.compact
        def __call__(self, x):
            h = nn.relu(nn.Dense(5)(x))
            self.sow("intermediates", "hidden", h)
            return nn.Dense(2)(h)

    module = Network()
    bound = module.bind(module.init(jax.random.key(0), X))
    assert list(infoplane.activations(bound, X)) == ["hidden"]


def test_mistakes_are_explained():
    with pytest.raises(TypeError, match=r"activations: `model` must be an nnx\.Module"):
        infoplane.activations(nn.Dense(3), X)
    with pytest.raises(ValueError, match="`x` must be of shape"):
        infoplane.activations(Sown(nnx.Rngs(0)), 1.0)

    class Scalar(nnx.Module):
        def __call__(self, x):
            return jnp.sum(x)

    with pytest.raises(ValueError, match="activations: `model` must be a network"):
        infoplane.activations(Scalar(), X)

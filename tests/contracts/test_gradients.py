"""Gradients agree with finite differences and stay finite where data degenerate."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from contracts.cases import CASES, Case, example

smooth = pytest.mark.parametrize(
    "case", [c for c in CASES if c.smooth], ids=lambda c: c.id
)
every = pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)


@smooth
def test_gradient_agrees_with_finite_differences(case: Case):
    arrays, step = example(case), 1e-5
    gradient = case.differentiated(*arrays)[1]
    rng = np.random.default_rng(0)
    for _ in range(2):
        way = {i: rng.normal(size=arrays[i].shape) for i in case.smooth}

        def value(step: float, way=way) -> float:
            moved = list(arrays)
            for i in way:
                moved[i] = moved[i] + step * way[i]
            return case.differentiated(*moved)[0]

        got = sum(np.sum(way[i] * gradient[i]) for i in case.smooth)
        expected = (value(step) - value(-step)) / (2 * step)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@smooth
def test_forward_mode_is_there_too(case: Case):
    arrays = example(case)

    def f(*parts):
        full = dict(enumerate(arrays)) | dict(zip(case.smooth, parts, strict=True))
        return case.total(*full.values())

    parts = tuple(arrays[i] for i in case.smooth)
    _, tangent = jax.eval_shape(lambda p: jax.jvp(f, p, p), parts)
    assert tangent.shape == ()


def _degenerate(a: np.ndarray) -> dict[str, np.ndarray]:
    constant = np.broadcast_to(a[:1], a.shape).copy()
    repeated = a.copy()
    repeated[1::2] = repeated[: len(a[1::2]) * 2 : 2]
    return {
        "constant": constant,
        "zero": np.zeros_like(a),
        "repeated": repeated,
        "tied": np.round(a),
        "huge": a * 1e6,
        "tiny": a * 1e-6,
    }


@every
def test_degenerate_data_give_finite_values_and_gradients(case: Case):
    arrays = example(case)
    spoiled = {i: _degenerate(np.asarray(arrays[i])) for i in case.floating(arrays)}
    for kind in next(iter(spoiled.values())):
        data = [
            jnp.asarray(spoiled[i][kind]) if i in spoiled else a
            for i, a in enumerate(arrays)
        ]
        value, gradient = case.differentiated(*data)
        assert np.isfinite(value) or case.infinite, (kind, value)
        assert not np.isnan(value), kind
        for g in gradient.values():
            assert np.isfinite(g).all(), kind

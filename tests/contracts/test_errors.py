"""Bad input gives an error that names function, argument, expected and received."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from contracts.cases import CASES, Case, example

ROWS = [(c, kind) for c in CASES for kind in c.bad]


def _break(case: Case, kind: str):
    """Arguments made bad in one way, the options, the error and the guilty names."""
    arrays, options = list(example(case)), {}
    guilty, error = case.arguments, ValueError
    match kind:
        case "integer":
            arrays[0], error = jnp.ones(arrays[0].shape, int), TypeError
            guilty = case.arguments[:1]
        case "rank":
            arrays[0], guilty = jnp.ones((2, 3, 4)), case.arguments[:1]
        case "empty":
            arrays[0], guilty = arrays[0][:0], case.arguments[:1]
        case "mismatch":
            arrays[-1], guilty = arrays[-1][1:], case.arguments[-1:]
        case "width":
            arrays[1], guilty = jnp.ones((4, 7)), case.arguments[1:2]
        case "mask":
            options["where"], guilty = jnp.ones(3, bool), ("where",)
        case "k":
            options["k"], guilty = len(arrays[0]), ("k",)
        case "rectangular":
            arrays[0] = arrays[0][:, 1:]
        case "vector":
            arrays[0] = jnp.ones(3)
        case "labels":
            arrays[1], error, guilty = jnp.ones(len(arrays[1])), TypeError, ("labels",)
    return arrays, options, error, guilty


@pytest.mark.parametrize("case, kind", ROWS, ids=[f"{c.id}-{k}" for c, k in ROWS])
def test_the_error_explains_itself(case: Case, kind: str):
    arrays, options, error, guilty = _break(case, kind)
    with pytest.raises(error) as caught:
        case.call(*arrays, **options)
    message = str(caught.value)
    assert case.name.split(".")[-1] in message
    assert any(f"`{name}`" in message for name in guilty), message
    assert "must be" in message and "received" in message


def test_ragged_lists_are_refused_by_name():
    from infojax import mi

    with pytest.raises((TypeError, ValueError), match=r"ksg: `x`"):
        mi.ksg([[1.0, 2.0], [3.0]], np.ones(2))

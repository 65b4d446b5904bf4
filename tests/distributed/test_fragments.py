"""Layers dealt out to fragments, and what is refused."""

from __future__ import annotations

import jax.numpy as jnp
import pytest

from infojax import distributed as di

LAYER = {"kernel": jnp.ones((2, 2)), "bias": jnp.ones(2)}
PARAMS = {f"block_{i}": LAYER for i in (10, 2, 1, 3)} | {"scale": jnp.ones(2)}


def test_layers_stay_whole_and_are_counted_as_a_reader_would():
    strided = di.assign_fragments(PARAMS, 2)
    order = [f"block_{i}" for i in (1, 2, 3, 10)]
    assert [strided[name]["kernel"] for name in order] == [0, 1, 0, 1]
    assert all(strided[name]["bias"] == strided[name]["kernel"] for name in order)
    assert strided["scale"] == 0
    runs = di.assign_fragments(PARAMS, 2, pattern=di.sequential)
    assert [runs[name]["bias"] for name in order] == [0, 0, 0, 1]
    assert runs["scale"] == 1


def test_layers_of_a_function_are_in_the_order_of_labels():
    got = di.assign_fragments([LAYER] * 3, 3, layer_of=lambda path: -path[0].idx)
    assert [layer["bias"] for layer in got] == [2, 1, 0]


def test_leaves_of_a_flat_tree_are_layers():
    assert di.assign_fragments([jnp.ones(1)] * 3, 2) == [0, 1, 0]


@pytest.mark.parametrize(
    "options, argument",
    [
        ({"num_fragments": 6}, "num_fragments"),
        ({"num_fragments": 0}, "num_fragments"),
        ({"num_fragments": 2, "pattern": lambda *_: 0}, "pattern"),
        ({"num_fragments": 2, "layer_of": lambda path: [path]}, "layer_of"),
    ],
)
def test_bad_layouts_are_refused(options: dict, argument: str):
    with pytest.raises(
        (TypeError, ValueError), match=f"assign_fragments: `{argument}`"
    ):
        di.assign_fragments(PARAMS, **options)

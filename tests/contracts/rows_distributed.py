"""Rows of low-communication training: the codes; the rest is tested beside it."""

from __future__ import annotations

import jax
import numpy as np

from contracts.row import WHERE2, Case
from infojax import distributed


def tensor(rng: np.random.Generator) -> tuple:
    return (rng.normal(size=(3, 5)),)


def packed(rng: np.random.Generator) -> tuple:
    return rng.integers(0, 256, 4, np.uint8), rng.uniform(0.5, 2.0, 2)


def decode(codes, scales):
    return distributed.e3m0_decode(codes, scales, (7,), block_size=4)


def draw(x):
    return distributed.e3m0_encode_stochastic(jax.random.key(0), x, block_size=6)


ROWS = [
    Case(
        "distributed.e3m0_encode",
        lambda x: distributed.e3m0_encode(x, block_size=6),
        tensor,
        smooth=(0,),
        bad=("integer", "empty"),
        arguments=("x",),
    ),
    Case(
        "distributed.e3m0_encode_stochastic",
        draw,
        tensor,
        smooth=(0,),
        bad=("integer", "empty"),
        arguments=("x",),
    ),
    Case(
        "distributed.e3m0_decode",
        decode,
        packed,
        smooth=(1,),
        bad=("empty", "mismatch"),
        arguments=("codes", "scales"),
    ),
    Case(
        "distributed.unpack_codes",
        lambda codes, values: (
            values * distributed.unpack_codes(codes, 7).astype(values.dtype)
        ),
        lambda rng: (packed(rng)[0], rng.normal(size=7)),
        smooth=(1,),
        bad=("empty",),
        arguments=("codes",),
    ),
    Case(
        "distributed.code_entropy_bits",
        lambda codes, w, **more: distributed.code_entropy_bits(
            codes, weights=w, **more
        ),
        lambda rng: (rng.integers(0, 16, 30), rng.uniform(0.5, 2.0, 30)),
        smooth=(1,),
        masks=WHERE2,
        joint=((0, 1),),
        bad=("empty", "mismatch", "mask"),
        arguments=("codes", "weights"),
    ),
]

TYPES = {
    f"distributed.{name}"
    for name in (
        "Compression",
        "E3M0Codes",
        "OuterInfo",
        "OuterOptimizer",
        "OuterState",
        "assign_fragments",
        "e3m0",
        "e3m0_stochastic",
        "sequential",
        "streaming_diloco",
        "strided",
    )
}

"""Train replicas apart and exchange few bits: Streaming DiLoCo and its quantiser."""

from infojax.distributed._compression import Compression, e3m0, e3m0_stochastic
from infojax.distributed._entropy import code_entropy_bits
from infojax.distributed._fragments import assign_fragments, sequential, strided
from infojax.distributed._quantiser import (
    E3M0Codes,
    e3m0_decode,
    e3m0_encode,
    e3m0_encode_stochastic,
    unpack_codes,
)
from infojax.distributed._streaming import (
    OuterInfo,
    OuterOptimizer,
    OuterState,
    streaming_diloco,
)

__all__ = [
    "Compression",
    "E3M0Codes",
    "OuterInfo",
    "OuterOptimizer",
    "OuterState",
    "assign_fragments",
    "code_entropy_bits",
    "e3m0",
    "e3m0_decode",
    "e3m0_encode",
    "e3m0_encode_stochastic",
    "e3m0_stochastic",
    "sequential",
    "streaming_diloco",
    "strided",
    "unpack_codes",
]

"""One of two processes that share the rows of samples.

python on_two_processes.py PROCESS PORT values|gradients
"""

from __future__ import annotations

import sys

import conftest  # noqa: F401  (the configuration of every test)
import jax


def main(process: str, port: str, what: str) -> None:
    jax.distributed.initialize(f"127.0.0.1:{port}", 2, int(process))
    assert (jax.process_count(), jax.device_count()) == (2, 4)
    # The table of contracts has arrays, which start JAX: it comes after its devices.
    from sharding.over_processes import check

    check(every=what == "gradients")


if __name__ == "__main__":
    main(*sys.argv[1:])

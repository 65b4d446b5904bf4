"""Fused kernels inside ``jax.shard_map``, in a process of their own."""

from __future__ import annotations

from pathlib import Path

from devices import printed

SCRIPT = Path(__file__).with_name("on_two_devices.py")


def test_two_devices_change_neither_value_nor_gradient():
    assert printed(SCRIPT, 2).splitlines()[-1] == "two devices agree"

"""Four host devices, in a process of their own."""

from __future__ import annotations

from pathlib import Path

from devices import printed

SCRIPT = Path(__file__).with_name("on_four_devices.py")


def test_devices_and_vmap_agree_and_codes_are_what_travels():
    assert printed(SCRIPT, 4).split() == ["float32", "e3m0", "stochastic"]

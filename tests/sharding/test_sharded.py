"""The rows of the contract table on eight host devices, in a process of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.cases import CASES
from devices import printed

SCRIPT = Path(__file__).with_name("on_eight_devices.py")


@pytest.mark.parametrize(
    "arguments", [[], pytest.param(["swap"], marks=pytest.mark.slow)]
)
def test_eight_devices_change_neither_value_nor_gradient(arguments):
    agreed = set(printed(SCRIPT, 8, *arguments).splitlines())
    planned = {case.id for case in CASES if case.plan}
    assert planned - agreed == {"losses.wasserstein_dependency_loss"}
    assert "nine rows are refused" in agreed

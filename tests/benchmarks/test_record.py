"""What every result says of where it was measured."""

from __future__ import annotations

import json

import record


def test_results_name_the_processor_and_read_back():
    head = record.about()
    assert head["processor"]
    rows = [{"run_s": 0.123456, "quartiles_s": [0.1, 0.2]}, {"run_s": 2.0}]
    found = json.loads(record.as_json(head | {"rows": rows}))
    assert found["processor"] == head["processor"]
    assert found["rows"] == [{"run_s": 0.1235, "quartiles_s": [0.1, 0.2]}, rows[1]]

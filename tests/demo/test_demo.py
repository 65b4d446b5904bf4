"""The demonstration writes a report that stands alone, and tells the truth."""

from __future__ import annotations

import io
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rich.console import Console

from infojax import _demo
from infojax._demo import features, figures, settings, table


@pytest.fixture(autouse=True)
def as_a_user():
    """Float32 and standard promotion: scikit-learn and Optax need both."""
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        yield


def test_the_report_is_complete_and_self_contained(tmp_path):
    console = Console(file=io.StringIO(), width=80)
    path = _demo.run(tmp_path / "out", console, fast=True)
    page = path.read_text()
    pictures = sorted(p.name for p in path.parent.glob("*.png"))
    assert pictures == ["checks.png", "features.png", "timings.png", "training.png"]
    assert page.count('src="data:image/png;base64,') == len(pictures)
    assert not re.search(r'(src|href)="(?!data:)', page)
    printed = console.file.getvalue()
    for word in ("bmi", "cross-entropy", "1v1-normal-0.75", "mi.ksg"):
        assert word in printed and word in page
    assert "…" not in printed  # nothing is cut on a terminal of 80 columns
    assert "nan" not in page.lower().split("base64")[0]


def test_dither_keeps_the_order_of_distinct_values():
    values = np.array([[1.0, 10.0], [2.0, 30.0], [2.0, 20.0]])
    np.testing.assert_array_equal(features._resolution(values), [1.0, 10.0])


def test_permutation_test_tells_dependence_from_independence():
    rng = np.random.default_rng(0)
    y = rng.normal(size=150)
    x = np.column_stack([y + 0.3 * rng.normal(size=150), rng.normal(size=150)])
    orders = np.stack([rng.permutation(150) for _ in range(39)])
    x, y, orders = jnp.asarray(x), jnp.asarray(y), jnp.asarray(orders)
    information, p = features._permutation_test(x, y, orders)
    assert float(information[0]) > 0.5
    assert float(p[0]) == pytest.approx(1 / 40)
    assert float(p[1]) > 0.05


def test_html_escapes_what_it_shows():
    shown = table.to_html(table.Table("a<b", ("x",), [("&",)]))
    assert "a&lt;b" in shown and "<td>&amp;</td>" in shown


def test_every_axis_of_a_picture_is_labelled():
    found = [features.Feature("a", 0.1, 0.01, 0.3), features.Feature("b", 0, 0.9, 0)]
    for ax in figures.features(found).axes:
        assert "[nats]" in ax.get_xlabel() or "correlation" in ax.get_xlabel()


def test_the_full_demonstration_uses_known_tasks():
    from infojax import tasks

    assert set(settings.FULL.tasks) <= set(tasks.names())

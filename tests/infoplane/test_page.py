"""The page is whole: it works in Chromium without a network, and says what it shows."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from infojax import infoplane
from infoplane.browser import run

EPOCHS = np.array([0, 1, 3, 10, 30, 100])


def plane(seeds: int = 3, rows: int = 4096) -> infoplane.Plane:
    rng = np.random.default_rng(0)
    shape = (seeds, 4, len(EPOCHS))
    xt = np.sort(rng.uniform(1, 8, shape))
    names = ("h1", "h2", "<b>h3</b>", "output")
    return infoplane.Plane(names, EPOCHS, xt, xt / 12, rows, 0.6926)


def data(path) -> dict:
    found = re.search(r'application/json">(.*?)</script>', path.read_text(), re.S)
    assert found
    return json.loads(found[1])


def test_the_page_holds_the_numbers(tmp_path):
    path = infoplane.write_page(tmp_path / "new" / "plane.html", plane())
    found = data(path)["planes"][""]
    mean, low, high = infoplane.interval(plane().xt)
    for part, values in {"mean": mean, "low": low, "high": high}.items():
        np.testing.assert_allclose(found["xt"][part], values, atol=1e-6)
    assert found["epochs"] == EPOCHS.tolist()


def test_nothing_is_fetched_and_names_are_text(tmp_path):
    path = infoplane.write_page(tmp_path / "p.html", plane(), title="a < b & c")
    text = path.read_text()
    addresses = set(re.findall(r"https?://[^\"']+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert "<b>h3</b>" not in text
    assert "<title>a &lt; b &amp; c</title>" in text
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=(?!\"data:)", text)


def test_what_was_not_estimated_is_a_gap(tmp_path):
    broken = plane()
    broken.xt[:, 0, 2] = np.nan
    path = infoplane.write_page(tmp_path / "p.html", broken)
    assert data(path)["planes"][""]["xt"]["mean"][0][2] is None
    found = run(
        path,
        "seen.dots = document.querySelectorAll('#plane [data-layer=\"0\"]').length;",
        tmp_path,
    )
    assert found == {"errors": [], "dots": len(EPOCHS) - 1}


SCRIPT = """
const one = s => document.querySelector(s);
const all = s => [...document.querySelectorAll(s)];
const labels = () => all(".label").map(t => t.textContent);
seen.title = document.title;
seen.labels = labels();
seen.dots = all("#plane circle[data-layer]").length;
const dot = one('#plane circle[data-layer="2"][data-epoch="4"]');
dot.dispatchEvent(new PointerEvent("pointerenter", {clientX: 200, clientY: 200}));
seen.tip = [one("#tip").style.visibility, one("#tip").textContent];
dot.dispatchEvent(new PointerEvent("pointerleave"));
seen.hidden = one("#tip").style.visibility;
one("#unit").value = "nats"; one("#unit").dispatchEvent(new Event("change"));
seen.nats = labels();
one("#epoch").value = 1; one("#epoch").dispatchEvent(new Event("input"));
seen.now = one("#now").textContent;
one("#layers button").click();
seen.fewer = all("#plane circle[data-layer]").length;
one("#which").value = "second"; one("#which").dispatchEvent(new Event("change"));
seen.about = one("#about").textContent;
seen.rows = all("#table tr").length;
seen.unseen = all("svg text").filter(t => { const b = t.getBoundingClientRect(),
  s = t.closest("svg").getBoundingClientRect();
  return b.left < s.left - 1 || b.right > s.right + 1 || b.top < s.top - 1; }).length;
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    curve = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.3, 0.4])
    planes = {"first": plane(), "second": plane(seeds=1, rows=100)}
    path = infoplane.write_page(folder / "p.html", planes, curve=curve)
    return run(path, SCRIPT, folder)


def test_chromium_opens_it_without_an_error(shown):
    assert shown["errors"] == []
    assert shown["title"] == "Information plane"


def test_axes_have_labels_and_units(shown):
    bits = ["I(X; T) [bits]", "I(T; Y) [bits]"]
    epochs = ["1 + epoch", bits[0], "1 + epoch", bits[1]]
    assert shown["labels"] == bits + epochs
    assert shown["nats"] == [label.replace("bits", "nats") for label in bits + epochs]
    assert shown["unseen"] == 0


def test_hovering_tells_layer_epoch_and_values(shown):
    visibility, tip = shown["tip"]
    mean, low, high = (
        part[2, 4] / np.log(2) for part in infoplane.interval(plane().xt)
    )
    assert visibility == "visible" and shown["hidden"] == "hidden"
    first, second, _ = tip.split("\n")
    assert first == "layer <b>h3</b>, epoch 30"
    assert second == f"I(X; T) = {mean:.3f} bits ({low:.3f} to {high:.3f})"


def test_controls_choose_what_is_shown(shown):
    assert shown["dots"] == 4 * len(EPOCHS)
    assert shown["now"] == "1"
    assert shown["fewer"] == 3 * len(EPOCHS)
    assert shown["about"].startswith("4 layers, 6 epochs, 100 inputs, one seed")
    assert shown["rows"] == 5

"""Imports point down: a module may use only layers of a lower rank."""

from __future__ import annotations

import ast
from pathlib import Path

import infojax

RANKS = {
    "types": 0,
    "_base": 0.5,
    "kernels": 1,
    "quantize": 1,
    "transforms": 1,
    "closed_form": 1,
    "attention": 1,
    "layers": 1.2,
    "critics": 1.5,
    "tasks": 2,
    "entropy": 2,
    "divergence": 2,
    "bounds": 2,
    "mi": 3,
    "multivariate": 3,
    "dependence": 3,
    "theory": 3,
    "losses": 4,
    "design": 4,
    "pid": 4,
    "communication": 4,
    "prompts": 4,
    "fairness": 5,
    "leakage": 5,
    "fit": 5,
    "infoplane": 5,
    "distributed": 5,
    "_report": 5,
    "_demo": 6,
    "_files": 6,
    "cli": 7,
}
# One rank may hold several layers that do not know each other.
FLAX = {"layers", "critics", "fit", "infoplane", "_demo"}
OPTAX = {"fit", "_demo"}
MATPLOTLIB = {"fairness", "infoplane", "pid", "theory", "_report", "_demo"}
ROOT = Path(infojax.__file__).parent


def imports(path: Path):
    """Modules a file imports, as dotted names, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "infojax":
                yield from (f"infojax.{alias.name}" for alias in node.names)
            else:
                yield node.module


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = [p for p in sorted(ROOT.rglob("*.py")) if p != ROOT / "__init__.py"]


def test_every_file_has_a_rank():
    assert {layer(p) for p in FILES} <= set(RANKS)


def test_imports_point_down():
    for path in FILES:
        here = layer(path)
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "infojax" and len(parts) > 1 and parts[1] in RANKS:
                there = parts[1]
                lower = RANKS[there] < RANKS[here]
                assert there == here or lower, f"{path.name} imports {name}"


def test_tasks_know_no_estimator():
    for path in FILES:
        if layer(path) == "tasks":
            used = {n.split(".")[1] for n in imports(path) if n.startswith("infojax.")}
            assert used <= {"types", "_base", "tasks", "closed_form", "transforms"}


def test_foreign_machinery_stays_in_its_layer():
    for path in FILES:
        for name in imports(path):
            root = name.split(".")[0]
            assert root != "flax" or layer(path) in FLAX, path
            assert root != "optax" or layer(path) in OPTAX, path
            assert root not in {"chex", "ott"}, path
            if root == "matplotlib":
                assert layer(path) in MATPLOTLIB, path

"""No public name without a row, a docstring with its sections, and a true example."""

from __future__ import annotations

import doctest
import importlib
import inspect
import itertools
import pkgutil

import flax.nnx as nnx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import infojax
from contracts.cases import CASES, TYPES

SECTIONS = ("Args:", "Returns:", "Gradients:", "Cost:", "Example:", "References:")
FAMILIES = sorted(
    name for name in infojax.__all__ if inspect.ismodule(getattr(infojax, name))
)


def public() -> dict[str, object]:
    """Every public name, as ``family.name`` or a bare top-level name."""
    names = {
        name: getattr(infojax, name)
        for name in infojax.__all__
        if name not in FAMILIES and not name.startswith("__")
    }
    for family in FAMILIES:
        module = getattr(infojax, family)
        names |= {f"{family}.{n}": getattr(module, n) for n in module.__all__}
    return names


PUBLIC = public()
FUNCTIONS = sorted(n for n, o in PUBLIC.items() if not inspect.isclass(o))


def test_every_public_name_has_a_row():
    rows = {case.name for case in CASES} | TYPES
    assert set(PUBLIC) - rows == set(), "public names without a row"
    assert rows - set(PUBLIC) == set(), "rows without a public name"


def test_every_family_on_disk_is_public():
    found = {m.name for m in pkgutil.iter_modules(infojax.__path__) if m.ispkg}
    assert {n for n in found if not n.startswith("_")} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_explains_itself(family: str):
    module = importlib.import_module(f"infojax.{family}")
    assert module.__doc__


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_docstring(name: str):
    doc = inspect.getdoc(PUBLIC[name])
    assert doc, f"{name} has no docstring"
    assert len(doc.splitlines()[0]) <= 88
    if name in FUNCTIONS:
        missing = [s for s in SECTIONS if f"\n{s}" not in doc]
        assert not missing, f"{name} lacks {missing}"


def _example(subject: object) -> str:
    """The indented lines of the section ``Example:``."""
    lines = iter((inspect.getdoc(subject) or "").splitlines())
    for line in lines:
        if line.startswith("Example:"):
            break
    return "\n".join(itertools.takewhile(lambda l: not l or l[0] == " ", lines))


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_example_prints_what_it_says(name: str):
    subject = PUBLIC[name]
    family = getattr(infojax, name.split(".")[0], infojax)
    names = {m: getattr(infojax, m) for m in FAMILIES}
    names |= {"jax": jax, "jnp": jnp, "np": np, "nnx": nnx, "optax": optax}
    names |= {"infojax": infojax}
    names |= {n: getattr(family, n) for n in getattr(family, "__all__", ())}
    names |= {n: getattr(infojax, n) for n in infojax.__all__ if n in PUBLIC}
    parser = doctest.DocTestParser()
    example = parser.get_doctest(_example(subject), names, name, None, 0)
    # As a user meets it: float32 and standard promotion.
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        result = doctest.DocTestRunner(verbose=False).run(example)
    assert result.failed == 0
    assert result.attempted > 0 or name not in FUNCTIONS, f"{name} has no example"

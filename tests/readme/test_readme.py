"""The README tells the truth: its code runs, its commands, names and links exist.

Every Python block runs on its own, in an empty namespace, so that each can be copied. A
block with ``>>>`` is a doctest, whose printed numbers are checked; the others must run.
"""

from __future__ import annotations

import doctest
import json
import re
import shlex
import tomllib
from pathlib import Path

import accuracy
import jax
import pytest
import typer
from contracts.test_coverage import FAMILIES, FUNCTIONS, PUBLIC
from statistical.test_mi_on_tasks import MEASURED, SAMPLES, SEEDS

from infojax import tasks
from infojax.cli import app

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    (match[1], match[2], 1 + TEXT.count("\n", 0, match.start(2)))
    for match in BLOCK.finditer(TEXT)
]
PYTHON = [(code, line) for language, code, line in BLOCKS if language == "python"]
PROSE = BLOCK.sub("", TEXT)
COMMANDS = [
    shlex.split(line, comments=True)
    for language, code, _ in BLOCKS
    if language == "sh"
    for line in code.splitlines()
]


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("code, line", PYTHON, ids=[f"line{n}" for _, n in PYTHON])
def test_python_block_runs(code: str, line: int):
    names = {"__name__": "readme"}
    # As a user meets it: float32 and standard promotion.
    with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
        if ">>>" in code:
            parsed = doctest.DocTestParser().get_doctest(
                code, names, "README", "README.md", line - 1
            )
            assert doctest.DocTestRunner(verbose=False).run(parsed).failed == 0
        else:
            exec(compile("\n" * (line - 1) + code, "README.md", "exec"), names)


def test_every_block_is_of_a_known_kind():
    assert {language for language, _, _ in BLOCKS} == {"python", "sh", "bibtex"}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_exists(words: list[str]):
    match words:
        case ["make", target]:
            phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
            assert phony and target in phony[1].split()
        case ["infojax", name, *arguments]:
            # Parsing checks names and values of options, and runs nothing.
            group = typer.main.get_command(app)
            group.commands[name].make_context(name, arguments)
        case ["pip", "install", what]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
            extra = re.fullmatch(r"\.(?:\[(\w+)\])?", what)
            assert extra
            assert extra[1] is None or extra[1] in project["optional-dependencies"]
        case _:
            pytest.fail(f"an unknown command: {words}")


def test_the_catalogue_names_every_public_function():
    catalogue = section("Catalogue")
    assert [n for n in FUNCTIONS if f"`{n}`" not in catalogue] == []


def test_every_name_exists():
    dotted = re.findall(rf"`((?:{'|'.join(FAMILIES)})\.\w+)", PROSE)
    assert dotted and set(dotted) <= set(PUBLIC)


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)\s]+)\)", PROSE)
    local = [link for link in links if not link.startswith("https://")]
    assert local and [link for link in local if not (ROOT / link).exists()] == []


def test_tables_are_rectangular():
    """A pipe that is not escaped would shift the cells of its row."""
    for table in re.findall(r"(?:^\|.*\n)+", PROSE, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1, table.splitlines()[0]


def test_every_example_is_listed():
    listed = set(re.findall(r"\]\(examples/(\w+\.py)\)", section("Examples")))
    assert listed == {path.name for path in (ROOT / "examples").glob("[!_]*.py")}


def test_what_the_examples_measured_is_in_their_results():
    """Every mean ± error of the table is that of a row of the file it names."""
    text = section("Examples")
    table = [line for line in text.splitlines() if "](examples/results/" in line]
    assert len(table) >= 9
    for line in table:
        (name,) = re.findall(r"\]\(examples/results/(\w+)\.png\)", line)
        path = ROOT / "examples" / "results" / f"{name}.json"
        measured = [
            (value, row[f"{key}_error"])
            for row in json.loads(path.read_text())["rows"]
            for key, value in row.items()
            if f"{key}_error" in row
        ]
        for mean, error in re.findall(r"(\d+\.\d+) ± (\d+\.\d+)", line):
            half = 0.51 * 10.0 ** -len(mean.split(".")[1])
            assert any(
                abs(abs(m) - float(mean)) <= half and abs(e - float(error)) <= half
                for m, e in measured
            ), (name, mean, error)


def test_tables_of_errors_are_what_was_measured():
    found = accuracy.read()
    tables = accuracy.table(found), accuracy.groups(found, 1000)
    for line in "\n".join(tables).splitlines():
        assert line in TEXT


@pytest.mark.parametrize("name", MEASURED)
def test_accuracy_is_what_was_measured(name: str):
    text = section("Measured accuracy")
    assert f"n = {SAMPLES} samples, {SEEDS} seeds" in text
    truth = f"{tasks.make(name).mutual_information:.3f}"
    cells = [f"{bias:+.3f} ± {spread:.3f}" for bias, spread in MEASURED[name]]
    assert f"| {' | '.join([f'`{name}`', truth, *cells])} |" in text

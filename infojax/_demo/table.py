"""One table, shown in the terminal by rich and in the report as HTML."""

from __future__ import annotations

import html
from typing import NamedTuple

from rich import box
from rich.markup import escape
from rich.table import Table as RichTable

__all__ = ["Table", "to_html", "to_rich"]


class Table(NamedTuple):
    """Cells are ready to print; the first column is text, the others are numbers."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def to_rich(table: Table) -> RichTable:
    shown = RichTable(
        title=escape(table.title),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for place, name in enumerate(table.header):
        # On a narrow terminal the text folds, so that no number is cut.
        justify = "right" if place else "left"
        shown.add_column(
            escape(name), justify=justify, no_wrap=place > 0, overflow="fold"
        )
    for row in table.rows:
        shown.add_row(*map(escape, row))
    return shown


def to_html(table: Table) -> str:
    def line(tag: str, cells: tuple[str, ...]) -> str:
        inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{inner}</tr>"

    body = "\n".join(line("td", row) for row in table.rows)
    return (
        f"<table>\n<caption>{html.escape(table.title)}</caption>\n"
        f"<thead>{line('th', table.header)}</thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )

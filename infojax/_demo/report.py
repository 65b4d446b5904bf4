"""The page that a person opens: words, figures and tables in one file."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import Any, NamedTuple

from infojax._demo.table import Table, to_html

__all__ = ["Section", "write"]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto;
       padding: 0 1rem; color: #1d2430; }
h1 { margin-bottom: 0; } .lead { font-size: 1.15rem; color: #465064; }
h2 { margin-top: 2.5rem; border-top: 1px solid #d8dde4; padding-top: 1.2rem; }
img { max-width: 100%; } table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid #e3e7ec; text-align: right; }
th:first-child, td:first-child { text-align: left; }
code { background: #f1f3f6; padding: .1rem .3rem; border-radius: 3px; }
"""
LEAD = (
    "infojax measures information in data and in networks, and trains on it: mutual "
    "information, entropies and divergences as functions of JAX arrays, which compile, "
    "batch and differentiate. Everything on this page was computed just now, on this "
    "machine, by the command <code>infojax demo</code>."
)


class Section(NamedTuple):
    """A heading, what to see in words, a figure and the table behind it.

    ``name`` is the file name of the figure without its suffix; ``text`` is HTML.
    """

    name: str
    title: str
    text: str
    figure: Any
    table: Table


def write(folder: Path, sections: list[Section]) -> Path:
    """Write the PNG of every section and ``report.html``; return the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for section in sections:
        stream = io.BytesIO()
        section.figure.savefig(stream, format="png", dpi=130)
        (folder / f"{section.name}.png").write_bytes(stream.getvalue())
        data = base64.b64encode(stream.getvalue()).decode()
        title = html.escape(section.title)
        parts.append(
            f"<h2>{title}</h2>\n<p>{section.text}</p>\n"
            f'<img alt="{title}" src="data:image/png;base64,{data}">\n'
            f"{to_html(section.table)}"
        )
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>infojax: a demonstration</title>\n<style>{STYLE}</style>\n</head>\n"
        f'<body>\n<h1>infojax</h1>\n<p class="lead">{LEAD}</p>\n'
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path

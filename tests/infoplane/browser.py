"""A page in a real browser without a window, and what it says there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str:
    """The browser, or a skipped test."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or pytest.skip("no Chromium on this machine")


def run(page: Path, script: str, folder: Path) -> dict[str, Any]:
    """Fields that ``script`` sets on ``seen``, and the page's errors as ``errors``.

    The copy that is opened collects errors from before anything else runs, and no
    host name resolves.
    """
    browser = chromium()
    watch = """<script>
    window.seen = {errors: []};
    for (const kind of ["error", "warn"])
      console[kind] = (...m) => seen.errors.push(m.join(" "));
    const wrong = e => seen.errors.push(String(e.message || e.reason || e.target));
    addEventListener("error", wrong, true);
    addEventListener("unhandledrejection", wrong);
    </script>"""
    report = f"""<script>
    addEventListener("load", () => {{
      {script}
      const made = document.createElement("pre");
      made.id = "seen"; made.textContent = JSON.stringify(seen);
      document.body.appendChild(made);
    }});
    </script>"""
    text = page.read_text()
    copy = folder / "watched.html"
    text = text.replace("<head>", "<head>" + watch, 1)
    copy.write_text(text.replace("</body>", report + "</body>", 1))
    done = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1200,900",
            "--dump-dom",
            copy.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    return json.loads(unescape(found[1]))

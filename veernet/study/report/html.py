"""The page: template, style, scripts, plotly.js and the document, in one file.

Figures are drawn by plotly.js where the page is read: they follow the choices of their
reader (set, reading, figure, losses, profile) and the colours of light and dark. Drawn
beforehand, each choice would be a figure of its own, hundreds of them.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from plotly.offline import get_plotlyjs

SCRIPTS = (
    "core.js",
    "controls.js",
    "head.js",
    "table.js",
    "picker.js",
    "slices.js",
    "planes.js",
    "gradients.js",
    "dial.js",
    "arena.js",
    "sizes.js",
    "families.js",
    "claims.js",
    "selftest.js",
    "start.js",
)
"""In the order in which they run."""


def render(document: dict[str, Any]) -> str:
    """Return the page for a document of :func:`veernet.study.report.make_document`."""
    parts = {
        "style": _asset("page.css"),
        "plotly": get_plotlyjs(),
        "document": _embedded(document),
        "scripts": "\n".join(_asset(name) for name in SCRIPTS),
    }
    page = _asset("page.html")
    for name, text in parts.items():
        before, after = page.split(f"<!--{name}-->", 1)
        page = before + text + after
    return page


def _embedded(document: dict[str, Any]) -> str:
    """Return JSON that can stand within a script element."""
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.replace("<", "\\u003c")


def _asset(name: str) -> str:
    return files("veernet.study.report").joinpath("page", name).read_text("utf-8")

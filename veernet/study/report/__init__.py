"""The study as one page: what was run, what came of it, and what is missing.

Everything is computed here and embedded as one JSON document; what the page's scripts
do is show it. The page fetches nothing: plotly.js is written into it.
"""

from veernet.study.report.build import build_report, render
from veernet.study.report.document import Sources, make_document

__all__ = ["Sources", "build_report", "make_document", "render"]

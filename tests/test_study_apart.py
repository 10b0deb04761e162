"""The study stands apart: nothing imports it but its own verbs."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "veernet"
VERBS = {"cli/report.py"}
IMPORT = re.compile(
    r"^\s*(?:from veernet\.study\b|import veernet\.study\b"
    r"|from veernet import [^#\n]*\bstudy\b|from \.+study\b)",
    re.MULTILINE,
)


def test_nothing_outside_the_study_imports_it():
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "study" not in path.relative_to(PACKAGE).parts
        and IMPORT.search(path.read_text("utf-8"))
    }
    assert importing == VERBS


def test_the_expression_finds_every_way_to_import_the_study():
    for line in (
        "from veernet.study.run import run",
        "    from veernet.study import report",
        "import veernet.study.town",
        "from veernet import errors, study",
    ):
        assert IMPORT.search(line), line
    assert not IMPORT.search("from veernet.studying import run")

"""What the library says of options and keys, the page says of fields and buttons."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path
from typing import Any

import pytest

import veernet
from tests.reviews import Client, registration
from veernet.errors import InputError
from veernet.register.depths.depth import ASK
from veernet.review.regdoc import document_of, problems_of
from veernet.review.wording import for_page

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")

OPTION = re.compile(r"--[a-z]")
KEY = re.compile(r"\w\[\d+\]|\w_\w|depth\.unit|well\.")


def strings(path: Path) -> list[str]:
    """Return the texts in a module, the parts of one that is put together as one."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = (v.value if isinstance(v, ast.Constant) else 9 for v in node.values)
            found.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return found


def test_no_finding_names_an_option_of_the_command() -> None:
    package = Path(veernet.__file__).parent
    reported = [
        text
        for folder in ("register", "check", "findings", "trace")
        for path in (package / folder).rglob("*.py")
        for text in strings(path)
        if OPTION.search(text)
    ]
    assert len(reported) >= 4
    # What stands in an f-string stands there once more, in parts.
    whole = [
        text for text in reported if not any(text in o and text != o for o in reported)
    ]
    left = [text for text in whole if OPTION.search(for_page(text))]
    assert not left
    assert "Add here" in for_page(ASK)


CHANGES: list[tuple[Any, str]] = [
    (lambda d: d["tracks"][0]["curves"][0].update(left=150), "T1, GR, scale: "),
    (lambda d: d["tracks"][0]["curves"][1].update(wrap_start=1), "CALI, wrap start: 1"),
    (lambda d: d["tracks"][1]["curves"][0].update(colour="red"), "T2, ILD, colour: "),
    (lambda d: d["tracks"][0].update(left=[{"row": 0, "column": 500}]), "track T1: "),
    (lambda d: d["depth"].update(unit="km"), "unit of depth: 'km'"),
    (lambda d: d["well"].update(WELL="a\nb"), "WELL of the well: "),
    (
        lambda d: d["depth"]["points"].append({"row": 900, "depth": 1010}),
        "depth points must increase",
    ),
    (
        lambda d: d["tracks"][1]["curves"][0].update(backup_of="NONE"),
        "curve 'NONE' is not in section",
    ),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_registration_is_told_in_the_names_of_its_table(
    change: Any, said: str
) -> None:
    document = copy.deepcopy(document_of(registration()))
    change(document)
    with pytest.raises(InputError) as caught:
        problems_of(document)
    assert str(caught.value).startswith(said) or f", {said}" in str(caught.value)
    assert not KEY.search(str(caught.value))
    assert "wraps: true" not in str(caught.value)


def test_an_edit_is_refused_in_words_of_the_page(client: Client) -> None:
    answer = client.edit("wrap", curve="CALI", row0=300, row1=320, by=1)
    assert answer.status == 422
    assert "tick its Wraps in Register" in answer.json["error"]

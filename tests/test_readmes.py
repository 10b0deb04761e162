"""The READMEs say what is so: commands parse, links lead somewhere, examples load."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from veernet.cli import _parser
from veernet.registration import load_registrations

ROOT = Path(__file__).parent.parent
READMES = sorted(
    path
    for folder in ("", "veernet", "veernet/*", "configs", "scripts/*", "data")
    for path in ROOT.glob(f"{folder}/README.md" if folder else "README.md")
)


def blocks(path: Path, kind: str) -> list[str]:
    pattern = rf"^```{kind}\n(.*?)^```$"
    return re.findall(pattern, path.read_text(), re.MULTILINE | re.DOTALL)


def commands(path: Path) -> list[str]:
    lines = [line for block in blocks(path, "") for line in block.splitlines()]
    return [line for line in lines if re.match(r"veernet (?!train|synth)\w", line)]


def test_there_are_as_many_as_are_looked_at() -> None:
    assert len(READMES) >= 12


@pytest.mark.parametrize("path", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_parses(path: Path) -> None:
    for line in commands(path):
        words = shlex.split(line, comments=True)[1:]
        assert _parser().parse_args(words).command == words[0], line


@pytest.mark.parametrize("path", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_the_readme_is_short_and_in_the_order_of_use() -> None:
    path = ROOT / "README.md"
    text = path.read_text()
    assert len(text.splitlines()) < 250
    first = [
        text.index(line)
        for line in (
            "veernet scan well.tif",
            "veernet register well.tif",
            "veernet check well.yaml",
            "veernet digitise well.tif",
            "veernet qc well.las",
            "veernet review well.tif",
        )
    ]
    assert first == sorted(first)


@pytest.mark.parametrize("name", ["README.md", "veernet/formats/README.md"])
def test_the_registration_that_it_shows_loads(name: str, tmp_path: Path) -> None:
    example, *others = blocks(ROOT / name, "yaml")
    path = tmp_path / "well.yaml"
    for other in others:
        path.write_text(other)
        assert load_registrations(path)
    path.write_text(example)
    (registration,) = load_registrations(path)
    assert registration.depth.depths[0] == 250.0
    if name == "README.md":
        assert len(example.splitlines()) <= 13

"""The sample in data/ is what its README says, and short enough to be read."""

from __future__ import annotations

import re
from pathlib import Path

from veernet.files import sha256
from veernet.registration import load_registrations

DATA = Path(__file__).parent.parent / "data"


def test_checksums_are_those_of_the_readme() -> None:
    text = (DATA / "README.md").read_text()
    stated = dict(re.findall(r"^    ([0-9a-f]{64})  (\S+)$", text, re.MULTILINE))
    assert sorted(stated.values()) == ["sample.las", "sample.tif", "sample.yaml"]
    for digest, name in stated.items():
        assert sha256(DATA / name) == digest, name


def test_the_registration_is_short() -> None:
    path = DATA / "sample.yaml"
    assert len(path.read_text().splitlines()) <= 40
    (registration,) = load_registrations(path)
    assert [t.name for t in registration.tracks] == ["T1", "T2"]
    assert registration.depth.skewed

"""Messages of the library in the words of the page: its fields and buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BY_HAND = "add a depth point at two depth numerals or more (Add here)"

OPTIONS = (
    (re.compile(r"give the depths of --top and --bottom"), _BY_HAND),
    (re.compile(r"give --top and --bottom"), _BY_HAND),
    (
        re.compile(r"--within LEAST GREATEST settles it"),
        "compare a few with the numerals on the scan",
    ),
    (re.compile(r"of --within: is .* wider\?"), "that was given for the whole log"),
    (re.compile(r"add wraps: true"), "tick Wraps, or leave the wrap start empty"),
    (
        re.compile(r"only a curve with wraps: true goes on there"),
        "only a curve that wraps goes on there",
    ),
    (re.compile(r"register wraps: true"), "tick its Wraps in Register"),
    (re.compile(r"--report FILE\.json lists all"), "mend those listed first"),
)
"""Options of commands and keys of files, and what the page has in their place."""

FIELDS = {
    "left": "left end",
    "right": "right end",
    "points": "points of the scale",
    "wraps": "Wraps",
    "wrap_start": "wrap start",
    "backup_of": "Back-up of",
    "null_value": "null value",
}
"""Keys of a curve that the table calls otherwise."""

_CURVE = re.compile(r"^tracks\[(\d+)\]\.curves\[(\d+)\](?:\.(\w+)(?:\[\d+\])?)?: ")
_TRACK = re.compile(r"^tracks\[(\d+)\](?:\.(left|right|\w+)(?:\[\d+\])?)?: ")
_DEPTH_POINT = re.compile(r"^depth\.points\[(\d+)\](?:\.(\w+))?: ")
_PLAIN = (
    (re.compile(r"^(?:tracks|depth\.points): "), ""),
    (re.compile(r"^depth\.unit: "), "unit of depth: "),
    (re.compile(r"^well\.([^:]+): "), r"\1 of the well: "),
    (re.compile(r"^null_value: "), "null value: "),
)


def for_page(said: str) -> str:
    """Return a message with what a person can press in place of options and keys."""
    for pattern, words in OPTIONS:
        said = pattern.sub(words, said)
    return said


def of_registration(said: str, document: Mapping[str, Any]) -> str:
    """Return a message about a registration with names in place of keys.

    Parameters
    ----------
    said
        As `veernet.registration` words it: the path of a key, and what is wrong.
    document
        The registration that it is about.
    """
    said = re.sub(r"^registration, line \d+: ", "", said)
    if found := _CURVE.match(said):
        track = document["tracks"][int(found[1])]
        curve = track["curves"][int(found[2])].get("mnemonic")
        field = FIELDS.get(found[3] or "", found[3])
        where = [track["name"], curve or f"curve {int(found[2]) + 1}", field]
        said = f"{', '.join(filter(None, where))}: {said[found.end() :]}"
    elif found := _TRACK.match(said):
        track = document["tracks"][int(found[1])]
        sides = {"left": ", left edge", "right": ", right edge"}
        name = f"track {track['name']}{sides.get(found[2] or '', '')}"
        said = f"{name}: {said[found.end() :]}"
    elif found := _DEPTH_POINT.match(said):
        what = f", {found[2]}" if found[2] else ""
        said = f"depth point {int(found[1]) + 1}{what}: {said[found.end() :]}"
    for pattern, words in _PLAIN:
        said = pattern.sub(words, said)
    return for_page(said)

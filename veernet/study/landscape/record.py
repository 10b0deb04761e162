"""What was measured of one network, and its file: numbers, slices and how they came."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from veernet.errors import InputError
from veernet.files import write_text
from veernet.study.landscape.slices import Lines, Plane

VERSION = 1
"""Of the file's layout."""


@dataclass(frozen=True)
class Landscape:
    """The landscape around one network.

    Parameters
    ----------
    numbers
        The measures by flat name, as :func:`veernet.study.landscape.measure` lists
        them; None where one could not be had (a median with most sides censored, an
        overflow).
    lines
        The slices along single directions.
    plane
        The slice in two directions, where it was asked for.
    settings
        Of the measurement, with its seed, as plain values.
    """

    numbers: dict[str, float | None]
    lines: Lines
    plane: Plane | None
    settings: dict[str, Any]


def write(path: Path, landscape: Landscape) -> None:
    """Write a landscape as JSON, whole or not at all.

    Raises
    ------
    InputError
        If nothing can be written at that place.
    """
    document = {"version": VERSION, **asdict(landscape)}
    write_text(path, json.dumps(document, allow_nan=False, indent=1) + "\n")


def read_landscape(path: Path) -> Landscape:
    """Read what :func:`write` wrote.

    Raises
    ------
    InputError
        If the file cannot be read, or is none of these.
    """
    try:
        return parse_landscape(path.read_text(encoding="utf-8"), str(path))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as a landscape: {error}"
        raise InputError(msg) from error


def parse_landscape(text: str, path: str) -> Landscape:
    """Return the landscape that a text describes, which an error calls ``path``.

    Raises
    ------
    InputError
        If it is of another version, or has other parts.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or document.pop("version", None) != VERSION:
        msg = f"{path} is no landscape of version {VERSION}: measure it again"
        raise InputError(msg)
    if set(document) != {field.name for field in fields(Landscape)}:
        msg = f"{path} has the parts {sorted(document)}: measure it again"
        raise InputError(msg)
    lines, plane = document["lines"], document["plane"]
    return Landscape(
        numbers=document["numbers"],
        lines=Lines(tuple(lines["deltas"]), lines["values"]),
        plane=None if plane is None else Plane(tuple(plane["deltas"]), plane["values"]),
        settings=document["settings"],
    )

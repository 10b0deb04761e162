"""Names and words of the schema, and the extension values that are ours."""

from __future__ import annotations

import math
from typing import NamedTuple

from veernet.formats.xmldoc import Element
from veernet.records import Line

WITSML = "http://www.energistics.org/energyml/data/witsmlv2"
EML = "http://www.energistics.org/energyml/data/commonv2"
OWN = "veernet:"
"""Begins the names of extension values that are ours."""

UNKNOWN = "not stated"
"""Stands in elements that the schema requires and a registration does not tell."""

LINE_STYLES: dict[str, Line] = {
    "solid": "solid",
    "long dashed": "long-dash",
    "short dashed": "short-dash",
    "dotted": "dot",
    "dashed": "long-dash",
}


class Pixel(NamedTuple):
    """A calibration point: where it is, on which side of which track, our digits."""

    depth: float
    column: float
    row: float
    role: str
    track: str
    exact: str


def pixel(value: float) -> int:
    """Return a position as the schema has it: whole, and not below 0."""
    return max(0, math.floor(value + 0.5))


def extensions(element: Element) -> dict[str, list[str]]:
    """Return our extension values of an element, each name's in their order."""
    found: dict[str, list[str]] = {}
    for value in element.all("ExtensionNameValue"):
        name = value.text_of("Name")
        text = value.text_of("Value")
        if name.startswith(OWN):
            found.setdefault(name.removeprefix(OWN), []).append(text)
        else:
            value.used = False
    return found

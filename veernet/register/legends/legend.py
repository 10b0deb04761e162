"""Read the legends of a page: what is drawn in each track, on which scale, and how.

A curve of 0.9 confidence or more is stated: everything of it was read clearly, its unit
goes with its name, and another legend of the page says the same or its scale is one
that the field prints. All others are suggestions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veernet.records import Scan
from veernet.register.depths.printscale import Unit
from veernet.register.geometry.page import FoundSection
from veernet.register.legends.agree import confirm
from veernet.register.legends.curve import curves_of
from veernet.register.legends.header import SIDES, read_header
from veernet.register.legends.record import LegendCurve
from veernet.register.legends.vocabulary import depth_unit_in
from veernet.register.naming import Title, title_of
from veernet.register.ocr.reader import Reader


@dataclass(frozen=True)
class Legend:
    """What the header of a section says.

    Parameters
    ----------
    curves
        By track, from the top down.
    depth_unit
        Of the section's depths, None where it is not told.
    title
        What the section is called, None where that is not read.
    """

    curves: tuple[LegendCurve, ...] = ()
    depth_unit: Unit | None = None
    title: Title | None = None


def read_legends(
    scan: Scan,
    sections: Sequence[FoundSection],
    read: Reader,
    wanted: Sequence[FoundSection] | None = None,
) -> tuple[Legend, ...]:
    """Read the legends of all sections of a page, each confirming the others.

    Parameters
    ----------
    scan
        The page.
    sections
        Of it.
    read
        Reads print.
    wanted
        Sections whose legends are read; None for all.

    Returns
    -------
    tuple of Legend
        One a section; empty where nothing was or could be read.
    """
    drafts: list[list[list[LegendCurve]]] = []
    units: list[Unit | None] = []
    titles: list[Title | None] = []
    for section in sections:
        others = [other for other in sections if other is not section]
        sides: list[list[LegendCurve]] = []
        printed: list[str] = []
        title: Title | None = None
        read_here = wanted is None or any(section is one for one in wanted)
        for side in SIDES if read_here else ():
            header = read_header(scan, section, side, read, others)
            sides.append([] if header is None else curves_of(header, section))
            if header is not None and side == "above":
                printed += [t.text for track in header.texts for t in track]
                title = title_of(header)
        drafts.append(sides)
        units.append(depth_unit_in(printed))
        titles.append(title)
    curves = confirm(drafts)
    return tuple(map(Legend, curves, units, titles))

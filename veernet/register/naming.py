"""Names of the sections of a page: by their titles where these are read, else by depth.

The main section is the one that covers the log; a detail of it on a larger scale may be
longer on paper. A repeat covers a part of it on its own scale.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.page import FoundSection
from veernet.register.legends.header import Header

MAIN, REPEAT = "main", "repeat"

Role = Literal["main", "repeat"]

COVERS = 0.9
"""Of the depths of the section that covers most: what the main one covers at least."""

READ_SURELY = 0.7
"""Confidence in depths from which they tell which section is the main one."""

ROOM = 0.02
"""Of its depths: how far a repeat may reach beyond the main section, where lines were
counted a little further."""

ALIKE = 0.05
"""Share by which the scales of a section and its repeat may differ."""

NEAR = 0.07
"""Of the width of all tracks: rows above a grid in which its title is a line of print
among others; above, titles alone are heard."""

CLEAR = 0.85
"""Score of print from which it is heard."""

_SIGNS: dict[Role, re.Pattern[str]] = {
    "repeat": re.compile(r"\bREPEAT\b(?!\w)"),
    "main": re.compile(r"\bMA?[I1L]?N ?(PASS|LOG|SECTION|RUN)\b"),
}
"""Words of titles; the narrow letters of small print are lost."""

_ALONE = re.compile(
    r"(REPEAT|MA[I1L]?N) ?(PASS|LOG|SECTION|RUN|ANALYSIS)( \d+( ?IN\w*)?)?"
)
"""A line that is a title, and nothing else."""


@dataclass(frozen=True)
class Title:
    """What is printed over a section to tell it from the others.

    Parameters
    ----------
    role
        main or repeat.
    text
        As it was read.
    """

    role: Role
    text: str


def title_of(header: Header) -> Title | None:
    """Return the title of the section below a header, None where none is read.

    A header that names both is a list of what was run.
    """
    reach = len(header.band) - NEAR * header.width
    found = {}
    for text in (text for own in header.texts for text in own):
        if text.score < CLEAR:
            continue
        words = " ".join(re.findall(r"[A-Z0-9]+", text.text.upper()))
        if text.row < reach and not _ALONE.fullmatch(words):
            continue
        for role, sign in _SIGNS.items():
            if sign.search(words):
                found[role] = Title(role, text.text)
    return next(iter(found.values())) if len(found) == 1 else None


def longest(found: Sequence[FoundSection]) -> int:
    """Return which section takes most rows."""
    return max(range(len(found)), key=lambda k: found[k].last_row - found[k].first_row)


def main_of(
    found: Sequence[FoundSection],
    depths: Sequence[DepthProposal],
    titles: Sequence[Title | None],
) -> int:
    """Return which section is the main one.

    One that is called so, if any, else one that is not called a repeat; of these the
    longest that covers as much depth as any.
    """
    roles = [None if title is None else title.role for title in titles]
    every = range(len(found))
    called = [k for k in every if roles[k] == "main"]
    own = called or [k for k in every if roles[k] != "repeat"] or [*every]
    first = own[longest([found[k] for k in own])]
    if not depths[first].points:
        return first
    covered = {
        k: depths[k].points[-1].depth - depths[k].points[0].depth
        for k in own
        if depths[k].points and depths[k].confidence >= READ_SURELY
    }
    most = max(covered.values(), default=0.0)
    wide = [k for k, depth in covered.items() if depth >= COVERS * most] or [first]
    return wide[longest([found[k] for k in wide])]


def names_of(
    found: Sequence[FoundSection],
    depths: Sequence[DepthProposal],
    titles: Sequence[Title | None],
) -> list[str]:
    """Return the names of sections from top to bottom, each once.

    Parameters
    ----------
    found, depths, titles
        Of the sections.
    """
    main = main_of(found, depths, titles)
    names: list[str] = []
    for index, (depth, title) in enumerate(zip(depths, titles, strict=True)):
        if index == main:
            names.append(MAIN)
            continue
        called = title is not None and title.role == "repeat"
        other = title is not None and title.role == "main"
        if called or (not other and _lies_within(depth, depths[main])):
            count = 1 + sum(name.startswith(REPEAT) for name in names)
            names.append(REPEAT if count == 1 else f"{REPEAT}-{count}")
        else:
            names.append(f"section-{index + 1}")
    return names


def _lies_within(depth: DepthProposal, main: DepthProposal) -> bool:
    """Tell whether depths are some of the main section's, at the same scale."""
    if not depth.points or not main.points or not depth.scale or not main.scale:
        return False
    first, last = depth.points[0].depth, depth.points[-1].depth
    room = max(1.0, ROOM * (last - first))
    inside = (
        main.points[0].depth - room <= first and last <= main.points[-1].depth + room
    )
    return inside and abs(depth.scale / main.scale - 1) < ALIKE

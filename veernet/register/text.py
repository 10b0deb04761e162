"""The proposal as a registration file in which every finding says how sure it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from veernet.axes import Edge
from veernet.register.like import Likened
from veernet.register.proposal import STATED
from veernet.register.propose import ProposedSection
from veernet.registration import to_yaml

_HEAD = """\
# Proposed by veernet register: look at the overlay, give the curves of each track, and
# correct what is marked as a suggestion.
"""

_LIKE = """\
# By veernet register, with the curves and scales of {template}: look at the
# overlay, and correct what is marked as a suggestion or remarked on.
"""

_CURVES = """\
    curves:   # still to be given: every curve that is drawn in the track, such as
    # - {mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear, line: solid}
"""

_NUMBER = re.compile(r"\.0$")


def proposal_yaml(scan: Path, page: int, sections: Sequence[ProposedSection]) -> str:
    """Return proposed sections as YAML, incomplete where something is to be given.

    It is read by :func:`veernet.registration.load_registrations` once that is filled
    in, and until then refused with the missing key's name.
    """
    documents = [_section(scan, page, section) for section in sections]
    return _HEAD + "---\n".join(documents)


def likened_yaml(likened: Sequence[Likened], template: str) -> str:
    """Return registrations by a template as YAML, with what is to be looked at.

    It is a complete registration file; the comments say how sure each finding is.
    """
    head = _LIKE.format(template=_one_line(template))
    return head + "---\n".join(_likened(one) for one in likened)


def likened_lines(likened: Sequence[Likened]) -> list[str]:
    """Return a line for each finding and remark."""
    lines = proposal_lines([one.proposed for one in likened])
    return lines + [
        f"{one.registration.section}: {remark}"
        for one in likened
        for remark in one.remarks
    ]


def proposal_lines(sections: Sequence[ProposedSection]) -> list[str]:
    """Return a line for each finding, with its confidence."""
    lines = []
    for section in sections:
        found, depth = section.found, section.depth
        tracks = f"{len(found.tracks)} tracks, {len(found.lines.rows)} depth lines"
        lines.append(
            f"{section.name}: rows {found.first_row:.0f} to {found.last_row:.0f}, "
            f"{tracks} ({found.confidence:.2f})"
        )
        if depth.refusal:
            lines.append(f"{section.name}: no depths: {depth.refusal}")
            continue
        first, last = section.points[0], section.points[-1]
        sure = "stated" if depth.stated else "a suggestion"
        lines.append(
            f"{section.name}: {first.depth:.10g} to {last.depth:.10g} "
            f"{depth.unit or 'units unknown'}, {sure} ({depth.confidence:.2f})"
        )
        lines += [f"{section.name}: {note}" for note in depth.notes]
    return lines


def _likened(likened: Likened) -> str:
    """Return one document, its marks and remarks as comments where they belong."""
    found, depth = likened.proposed.found, likened.proposed.depth
    rows = f"rows {found.first_row:.0f} to {found.last_row:.0f}"
    grid = f"{_mark(found.confidence)}: {rows}"
    marks = {"section:": grid, "  points:": _mark(depth.confidence)}
    after = {"  points:": depth.notes, "tracks:": likened.remarks}
    lines: list[str] = []
    for line in to_yaml(likened.registration).splitlines():
        # Each of the keys stands once at its depth: curves are indented further.
        key = line[: line.find(":") + 1]
        mark = marks.pop(key, None)
        lines.append(line if mark is None else f"{line}   {mark}")
        indent = " " * (len(key) - len(key.lstrip()))
        lines += [f"{indent}# {_one_line(told)}" for told in after.pop(key, ())]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _section(scan: Path, page: int, section: ProposedSection) -> str:
    found, depth = section.found, section.depth
    lines = [
        f"image: {_quoted(scan.name)}",
        *([f"page: {page}"] if page else []),
        f"section: {section.name}   {_mark(found.confidence)}: rows "
        f"{found.first_row:.0f} to {found.last_row:.0f}",
        "depth:",
    ]
    unit = depth.unit or ""
    lines.append(f"  unit: {unit}" + ("" if unit else "  # still to be given: ft or m"))
    lines += [f"  # {note}" for note in depth.notes]
    if depth.refusal:
        lines.append(f"  # {depth.refusal}")
        lines.append("  points:   # still to be given: two or more")
    else:
        lines.append(f"  points:   {_mark(depth.confidence)}")
    for point in section.points:
        turn = ""
        if point.row_left is not None and point.row_right is not None:
            turn = f", row_left: {_plain(point.row_left)}"
            turn += f", row_right: {_plain(point.row_right)}"
        row, at = _plain(point.row), f"{point.depth:.10g}"
        lines.append(f"    - {{row: {row}, depth: {at}{turn}}}")
    lines += ["step: 0.5", "null_value: -999.25", "tracks:"]
    for number, track in enumerate(found.tracks, 1):
        lines.append(f"  - name: T{number}")
        lines += _edge("left", track.left) + _edge("right", track.right)
        lines.append(_CURVES.rstrip("\n"))
    return "\n".join(lines) + "\n"


def _edge(side: str, edge: Edge) -> list[str]:
    if len(edge.rows) == 1:
        return [f"    {side}: {_plain(edge.columns[0])}"]
    pairs = zip(edge.rows, edge.columns, strict=True)
    return [
        f"    {side}:",
        *(f"      - {{row: {_plain(r)}, column: {_plain(c)}}}" for r, c in pairs),
    ]


def _mark(confidence: float) -> str:
    word = "stated" if confidence >= STATED else "a suggestion, to be checked"
    return f"# {word}, {confidence:.2f}"


def _plain(value: float) -> str:
    return _NUMBER.sub("", f"{value:.1f}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""A registration by a template as a file in which every finding says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

from veernet.register.heading.text import well_lines
from veernet.register.like import Likened
from veernet.register.remarks import depth_remarks
from veernet.register.text import proposal_lines
from veernet.register.tracktext import mark
from veernet.registration import to_yaml

_LIKE = """\
# By veernet register, with the curves and scales of {template}: look at the
# overlay, and correct what is marked as a suggestion or remarked on.
"""


def likened_yaml(likened: Sequence[Likened], template: str) -> str:
    """Return registrations by a template as YAML, with what is to be looked at.

    It is a complete registration file; the comments say how sure each finding is.
    """
    head = _LIKE.format(template=_one_line(template))
    documents = [_likened(one) for one in likened]
    found = likened[0].proposed.well
    if found:
        # The well is that of the page, never the template's, and stands once.
        well = "\n".join(well_lines(found, likened[0].proposed.depth.unit)) + "\n"
        if len(documents) == 1:
            documents[0] = documents[0].replace("\ntracks:", f"\n{well}tracks:", 1)
        else:
            documents.insert(0, well)
    return head + "---\n".join(documents)


def likened_lines(likened: Sequence[Likened]) -> list[str]:
    """Return a line for each finding and remark."""
    lines = proposal_lines([one.proposed for one in likened])
    return lines + [
        f"{one.registration.section}: {remark}"
        for one in likened
        for remark in one.remarks
    ]


def _likened(likened: Likened) -> str:
    """Return one document, its marks and remarks as comments where they belong."""
    found, depth = likened.proposed.found, likened.proposed.depth
    rows = f"rows {found.first_row:.0f} to {found.last_row:.0f}"
    grid = f"{mark(found.confidence)}: {rows}"
    marks = {"section:": grid, "  points:": mark(depth.confidence)}
    after = {"  points:": depth_remarks(likened.proposed), "tracks:": likened.remarks}
    lines: list[str] = []
    for line in to_yaml(likened.registration).splitlines():
        # Each of the keys stands once at its depth: curves are indented further.
        key = line[: line.find(":") + 1]
        marking = marks.pop(key, None)
        lines.append(line if marking is None else f"{line}   {marking}")
        indent = " " * (len(key) - len(key.lstrip()))
        lines += [f"{indent}# {_one_line(note)}" for note in after.pop(key, ())]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())

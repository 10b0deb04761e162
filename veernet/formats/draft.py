"""What a foreign format says of a section: a registration, or a part of one.

No format but ours tells everything that a registration needs. A draft holds what was
read and leaves out what was not; a template with the same tracks, `complete`, or the
user, who finds the missing keys named in the file, makes a registration of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from veernet.axes import DepthAxis, DepthPoint
from veernet.errors import InputError
from veernet.formats.text import listed
from veernet.records import Registration, Track
from veernet.registration import SECTION, to_yaml

_TRACKS = """\
# This registration is not complete. Still to be given: every track, and every curve
# that is drawn in it.
# tracks:
#   - name: T1
#     left: 1               # column of the edge
#     right: 499
#     curves:
#       - {mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear, line: solid}
"""


@dataclass(frozen=True)
class DraftDepth:
    """Depth points, and their unit where it is known: ft or m."""

    unit: str | None
    points: tuple[DepthPoint, ...]


@dataclass(frozen=True)
class Draft:
    """A registration of which tracks, unit, step and null value may be unknown.

    The fields are those of `veernet.records.Registration`; no tracks and None stand for
    what is not known.
    """

    section: str
    depth: DraftDepth
    tracks: tuple[Track, ...] = ()
    step: float | None = None
    null_value: float | None = None
    well: dict[str, str] = field(default_factory=dict)
    image: str | None = None
    page: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """What a registration needs and this one does not tell."""
        given = {"the unit of depth": self.depth.unit, "tracks and scales": self.tracks}
        return tuple(name for name, value in given.items() if not value)

    @classmethod
    def of(cls, registration: Registration) -> Draft:
        """Return a registration as a draft that lacks nothing."""
        depth = DraftDepth(registration.depth.unit, registration.depth.points)
        return cls(**{**vars(registration), "depth": depth})


def check_depth(draft: Draft, path: Path) -> Draft:
    """Return a draft whose depth points are in order.

    Raises
    ------
    InputError
        If they are fewer than two, or do not increase in row and depth.
    """
    try:
        DepthAxis(draft.depth.unit or "ft", draft.depth.points)
    except InputError as error:
        msg = f"{path}, section {draft.section!r}: {error}"
        raise InputError(msg) from error
    return draft


def fill(
    draft: Draft, templates: Sequence[Registration], name: str
) -> tuple[Draft, tuple[str, ...]]:
    """Fill what a draft does not know from a template.

    Parameters
    ----------
    draft
        What was read.
    templates
        Registrations; the one of the draft's section is used, or the only one. Well,
        image and page are the draft's own affair and never taken.
    name
        Of the template's file, for the remarks.

    Returns
    -------
    tuple
        The draft, and remarks on what was taken and on what was not needed.

    Raises
    ------
    InputError
        If no template fits.
    """
    same = [t for t in templates if t.section == draft.section]
    if not same and len(templates) > 1:
        known = ", ".join(t.section for t in templates)
        msg = (
            f"{name} has no section {draft.section!r} but {known}: "
            "give one section to be used for all, or one of that name"
        )
        raise InputError(msg)
    template = (same or list(templates))[0]
    taken: list[str] = []
    if draft.depth.unit is None:
        taken.append("unit")
        depth = replace(draft.depth, unit=template.depth.unit)
        draft = replace(draft, depth=depth)
    if draft.step is None:
        taken.append("step")
        draft = replace(draft, step=template.step)
    if draft.null_value is None:
        taken.append("null value")
        draft = replace(draft, null_value=template.null_value)
    where = f"section {draft.section}"
    if draft.tracks:
        remark = f"{where}: has tracks of its own; those of {name} are not used"
        return draft, (remark,)
    taken.append("tracks and scales")
    remark = f"{where}: {', '.join(taken)} are those of {name}: check the edges"
    return replace(draft, tracks=template.tracks), (f"{remark} against the scan",)


def complete(draft: Draft, path: Path) -> Registration:
    """Return the registration that a draft has become.

    Raises
    ------
    InputError
        If something is still missing, or what is there does not agree.
    """
    if draft.missing:
        msg = (
            f"{path}, section {draft.section!r}: does not tell "
            f"{' and '.join(draft.missing)}: name a registration that does with --like"
        )
        raise InputError(msg)
    given = {name: value for name, value in vars(draft).items() if value is not None}
    try:
        axis = DepthAxis(draft.depth.unit or "", draft.depth.points)
        return Registration(**{**given, "depth": axis})
    except InputError as error:
        msg = f"{path}, section {draft.section!r}: {error}"
        raise InputError(msg) from error


def draft_yaml(drafts: Sequence[Draft]) -> str:
    """Return drafts as YAML in which what is missing is named, in its place.

    The text is read by `load_registrations` once that is filled in, and until then
    refused with the missing key's name.
    """
    documents = []
    for draft in drafts:
        text = to_yaml(draft)
        if draft.depth.unit is None:
            unit = "depth:\n  unit:   # still to be given: ft or m\n"
            text = re.sub(r"^depth:\n", unit, text, count=1, flags=re.MULTILINE)
        documents.append(text if draft.tracks else text + _TRACKS)
    return "---\n".join(documents)


def section_name(
    stated: str, taken: Collection[str], remarks: list[str], otherwise: str = "main"
) -> str:
    """Return what a section is called here: its name becomes part of a file's.

    Parameters
    ----------
    stated
        As the foreign file has it; may be empty.
    taken
        Names of the sections before it.
    remarks
        Told of a name that had to be changed.
    otherwise
        The name if none is stated.
    """
    name = re.sub(r"[^\w.+-]+", " ", stated).strip(" .+-") or otherwise
    # Blanks that stand in a row are kept where all else may stay as it is.
    name = stated if SECTION.fullmatch(stated) else name
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name} {count}"
    if stated and unique != stated:
        remarks.append(f"the section {stated!r} is called {unique!r} here")
    assert SECTION.fullmatch(unique)
    return unique


def tracks_stated(registration: Registration) -> str:
    """Return the tracks of a registration and their curves, in short."""
    curves = [curve.mnemonic for track in registration.tracks for curve in track.curves]
    names = listed([track.name for track in registration.tracks])
    return f"tracks {names} with curves {listed(curves)}"

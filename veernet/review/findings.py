"""What a person should look at, with the place on the page that it is about."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from veernet.check.finding import Finding as CheckFinding
from veernet.records import Registration, Trace
from veernet.register.depths.proposal import STATED
from veernet.review.regdoc import Document
from veernet.review.wording import for_page

if TYPE_CHECKING:
    from veernet.register.propose import ProposedSection

Severity = Literal["wrong", "suggestion", "note", "stated"]
Source = Literal["register", "check", "digitise"]

ORDER: tuple[Severity, ...] = ("wrong", "suggestion", "note", "stated")

PRINTED = ("unit", "scale", "left", "right", "points", "line", "weight", "colour")
"""Of a curve: what the legend of the page says, and a person corrects."""

SAME_ROW = 0.5
"""Rows by which a depth point may be rounded; one that is farther off was moved."""

_DEPTH = re.compile(r"^depth (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?) at row ")
_ROW = re.compile(r"\brows? (\d+(?:\.\d+)?)")
_COLUMN = re.compile(r"\bcolumns? (\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class ListedFinding:
    """One thing to look at.

    Parameters
    ----------
    text
        What it is and what to do, in a sentence.
    severity
        wrong: a curve would be wrong; suggestion: to be confirmed; note; stated: sure,
        and accepted as it stands.
    source
        Which stage found it.
    section
        Of the registration.
    row, column
        Where on the page, as far as it is told.
    track, curve
        What it is about.
    """

    text: str
    severity: Severity
    source: Source
    section: str
    row: float | None = None
    column: float | None = None
    track: str | None = None
    curve: str | None = None

    @property
    def key(self) -> str:
        """A name that stays as long as the finding says the same."""
        said = f"{self.source}\0{self.section}\0{self.text}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {"key": self.key, **vars(self)}

    @classmethod
    def from_json(cls, listed: dict[str, Any]) -> ListedFinding:
        """Read a finding that was kept."""
        return cls(**{name: value for name, value in listed.items() if name != "key"})


def worst_first(findings: Iterable[ListedFinding]) -> list[ListedFinding]:
    """Return findings in the order in which they are gone through."""
    return sorted(
        findings,
        key=lambda f: (ORDER.index(f.severity), -1.0 if f.row is None else f.row),
    )


def of_well(section: ProposedSection) -> list[ListedFinding]:
    """Return one finding for all fields of the well that are suggestions."""
    from veernet.register.remarks import well_remark  # noqa: PLC0415 - with OpenCV

    text = well_remark(section.well)
    if not text:
        return []
    first = next(field for field in section.well if well_remark([field]))
    place = float(first.row), float(first.column)
    return [ListedFinding(text, "suggestion", "register", section.name, *place)]


def of_proposal(section: ProposedSection, image_rows: int) -> list[ListedFinding]:
    """Return what is to be confirmed of a proposed section.

    Depths that are stated are one finding; a suggestion is one for each point, so that
    they are gone through one by one.
    """
    from veernet.register.geometry.trust import edge_doubts  # noqa: PLC0415
    from veernet.register.remarks import wrap_remarks  # noqa: PLC0415
    from veernet.register.tracktext import curve_words  # noqa: PLC0415 - with OpenCV

    name, found, depth = section.name, section.found, section.depth
    row = float(found.first_row)

    def say(text: str, severity: Severity, **where: Any) -> ListedFinding:  # noqa: ANN401
        at = {"row": row, **where}
        return ListedFinding(for_page(text), severity, "register", name, **at)

    def graded(confidence: float) -> Severity:
        return "stated" if confidence >= STATED else "suggestion"

    listed = [
        say(
            f"section {name}: rows {found.first_row:.0f} to {found.last_row:.0f}, "
            f"{len(found.tracks)} tracks ({found.confidence:.2f})",
            graded(found.confidence),
        )
    ]
    for number, text in edge_doubts([track.trust for track in found.tracks]):
        track, edge = found.tracks[number // 2], number % 2
        column = float((track.right if edge else track.left).column_at(row))
        at = {"column": column, "track": f"T{number // 2 + 1}"}
        listed.append(say(text, "suggestion", **at))
    listed += [say(text, "suggestion") for text in wrap_remarks(section)]
    if depth.refusal:
        listed.append(say(f"no depths: {depth.refusal}", "wrong"))
    elif depth.stated:
        first, last = section.points[0], section.points[-1]
        listed.append(
            say(
                f"depths {first.depth:g} to {last.depth:g} {depth.unit or ''}"
                f" ({depth.confidence:.2f})",
                "stated",
                row=first.row,
            )
        )
    else:
        listed += [
            say(
                f"depth {point.depth:g} at row {point.row:.0f} "
                f"({depth.confidence:.2f}): compare it with the numeral",
                "suggestion",
                row=point.row,
            )
            for point in section.points
        ]
    notes = [note for note in depth.notes if note not in depth.minor]
    listed += [_placed(say(note, "note"), image_rows) for note in notes]
    for curve in section.legend.curves:
        track = found.tracks[curve.track]
        column = float(track.left.column_at(row) + track.right.column_at(row)) / 2
        listed.append(
            say(
                "; ".join([curve_words(curve), *curve.notes]),
                graded(curve.confidence),
                column=column,
                track=f"T{curve.track + 1}",
                curve=curve.mnemonic,
            )
        )
    return listed


def of_check(found: CheckFinding, image_rows: int) -> ListedFinding:
    """Return a finding of the check of a registration, with its place."""
    severity: Severity = "wrong" if found.severe else "note"
    listed = ListedFinding(for_page(found.text), severity, "check", found.section)
    return _placed(listed, image_rows)


def of_reading(
    traces: Sequence[Trace], registration: Registration
) -> list[ListedFinding]:
    """Return what is to be looked at of traces as they stand."""
    # With the tracer, which the first picture does not wait for.
    from veernet.findings import of_traces  # noqa: PLC0415

    return [
        ListedFinding(
            found.text,
            "note",
            "digitise",
            found.section,
            row=None if found.rows is None else float(found.rows[0]),
            curve=found.curves[0] if found.curves else None,
        )
        for found in of_traces(traces, registration)
    ]


def still_there(finding: ListedFinding, document: Document, proposed: Document) -> bool:
    """Tell whether a finding of a proposal is still to be answered.

    Parameters
    ----------
    finding
        Of the proposal.
    document
        The registration as it stands.
    proposed
        As it was proposed.

    Returns
    -------
    bool
        False once a person has changed the curve or the depth point that it is about,
        or taken it away.
    """
    if finding.curve is not None:
        now = _curve(document, finding.curve)
        return now is not None and now == (_curve(proposed, finding.curve) or now)
    depth = _number(_DEPTH, finding.text)
    if depth is None or finding.row is None:
        return True
    return any(
        float(f"{point['depth']:g}") == depth
        and abs(point["row"] - finding.row) < SAME_ROW
        for point in document["depth"]["points"]
    )


def _curve(document: Document, mnemonic: str) -> dict[str, Any] | None:
    """Return what a registration says of how a curve is printed."""
    for track in document["tracks"]:
        for curve in track["curves"]:
            if curve.get("mnemonic") == mnemonic:
                return {key: _plain(curve.get(key)) for key in PRINTED}
    return None


def _plain(value: object) -> object:
    """Return a value so that what is empty, or written otherwise, compares as equal."""
    if isinstance(value, str):
        return value.lower()
    return "" if value is None else value


def _placed(finding: ListedFinding, image_rows: int) -> ListedFinding:
    """Add the place on the page that the sentence of a finding names."""
    row = _number(_ROW, finding.text)
    if row is not None and not 0 <= row < image_rows:
        row = None
    column = _number(_COLUMN, finding.text)
    return replace(
        finding,
        row=finding.row if row is None else row,
        column=finding.column if column is None else column,
    )


def _number(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return None if found is None else float(found[1])

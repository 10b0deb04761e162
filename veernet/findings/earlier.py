"""Findings of a reading that was made before, and of which a part has changed since.

What traces show by themselves is found again in any reading. What the ink showed is
not, as its maps were let go: such a finding stays with the trace file until what it is
about was read anew, or looked at by a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from veernet.check.finding import Finding
from veernet.edits.samples import ENDS, Samples

OF_TRACES = ("undrawn", "unread", "off-scale", "bridged", "together", "impossible")
"""Kinds that `veernet.findings.of_traces` finds in any reading."""

GAPS = ("unread", "off-scale")
"""Kinds about rows without a reading, which a person may want so."""

OF_FILES = ("scan", "registration")
"""Kinds about the scan and its registration, which every reading of it finds."""


def earlier(metadata: Mapping[str, str], section: str) -> tuple[Finding, ...]:
    """Return the findings about ink that the metadata of a trace file holds.

    Parameters
    ----------
    metadata
        As `veernet.export.read_reviewed` returns it; what a table tool has broken in it
        is passed over.
    section
        Of the registration.
    """
    try:
        stored = json.loads(metadata.get("findings", "[]"))
    except ValueError:
        stored = []
    return of_ink(stored if isinstance(stored, list) else [], section)


def of_ink(stored: Iterable[object], section: str) -> tuple[Finding, ...]:
    """Return those of some findings, as JSON has them, that are about ink."""
    found = (Finding.from_dict(one, section) for one in stored if isinstance(one, dict))
    return tuple(one for one in found if one.kind not in OF_TRACES)


def unseen(
    findings: Iterable[Finding], curves: Mapping[str, Samples]
) -> Iterator[Finding]:
    """Yield the findings of which a person has not looked at all rows.

    Parameters
    ----------
    findings
        About ink.
    curves
        The reading, by mnemonic.
    """
    for one in findings:
        if one.rows is None or not one.curves or not _is_seen(one, curves):
            yield one


def not_set(
    findings: Iterable[Finding], curves: Mapping[str, Samples]
) -> Iterator[Finding]:
    """Yield findings but for the gaps that a person has set or accepted.

    Parameters
    ----------
    findings
        Of traces.
    curves
        The reading, by mnemonic.
    """
    for one in findings:
        gap = one.kind in GAPS and one.rows is not None
        # A stretch that is read alone has no samples that anybody could have seen.
        edited = any(name in curves for name in one.curves)
        if not (gap and edited and _is_seen(one, curves)):
            yield one


def touching(
    findings: Iterable[Finding], rows: tuple[int, int], *, inside: bool
) -> Iterator[Finding]:
    """Yield the findings that hold for a stretch, or that still hold beside it.

    Parameters
    ----------
    findings
        Of the stretch and what is around it; of the whole.
    rows
        First and last registered row of the stretch.
    inside
        Whether those of rows of the stretch are wanted, and those about no rows; else
        those that are not of its rows alone.
    """
    for one in findings:
        if one.rows is None:
            wanted = inside or one.kind not in OF_FILES
        elif inside:
            wanted = one.rows[0] <= rows[1] and one.rows[1] >= rows[0]
        else:
            wanted = one.rows[0] < rows[0] or one.rows[1] > rows[1]
        if wanted:
            yield one


def _is_seen(finding: Finding, curves: Mapping[str, Samples]) -> bool:
    """Whether a person has looked at all rows that a finding is about."""
    assert finding.rows is not None
    for name in finding.curves:
        samples = curves.get(name)
        if samples is None:
            continue
        row0 = max(finding.rows[0], samples.row0)
        row1 = min(finding.rows[1], samples.row1)
        if row0 > row1 or not _but_for_ends(samples.part(row0, row1).reviewed):
            return False
    return True


def _but_for_ends(reviewed: NDArray[np.bool_]) -> bool:
    """Whether all rows are reviewed, or all but a few above and below the rest."""
    seen = np.flatnonzero(reviewed)
    if not seen.size:
        return False
    ends = int(seen[0]), reviewed.size - 1 - int(seen[-1])
    inside = seen[-1] + 1 - seen[0] == seen.size
    return bool(inside and max(ends) <= min(ENDS, seen.size // 2))

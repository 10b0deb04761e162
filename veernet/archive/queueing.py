"""What to review first, and the commands that open it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from veernet.archive.records import Log

UNPACKED = "to-review"
"""Folder that the commands unpack a log into."""


def importance(row: Mapping[str, Any]) -> float:
    """Return how much a review of a log is worth: doubtful values, all curves."""
    return float(row["doubt"] or 0.0) * float(
        (row["depths"] or 0) * (row["curves"] or 0)
    )


def commands(row: Mapping[str, Any], log: Log, results: Path) -> list[str]:
    """Return the commands that open a log in the review page.

    Parameters
    ----------
    row
        Of the ledger.
    log
        Of the plan.
    results
        The folder of results.
    """
    section = row["worst_section"] or "main"
    unpacked = Path(UNPACKED)
    registration, named = registration_of(row, log, unpacked)
    first = ["veernet", "archive", "export", str(results), "--id", row["log"]]
    first += ["--out", str(unpacked)]
    second = ["veernet", "review", row["address"], "--registration", registration]
    second += ["--trace", str(unpacked / row["log"] / f"{section}.parquet")]
    if named and len(row["sections"] or ()) > 1:
        second += ["--section", section]
    return [shlex.join(first), shlex.join(second)]


def registration_of(
    row: Mapping[str, Any], log: Log, unpacked: Path
) -> tuple[str, bool]:
    """Return the registration file of the worst section, and whether it names it.

    Of several files, one for each section, it is the one of that name; what was
    proposed is unpacked with the rest.
    """
    if log.how != "own":
        files = [name for name in row["files"] or () if name.endswith(".yaml")]
        name = files[0] if files else "registration.yaml"
        return str(unpacked / row["log"] / name), True
    if len(log.registrations) == 1:
        return log.registrations[0], True
    section = row["worst_section"] or "main"
    stem = PurePosixPath(row["address"]).stem
    for address in log.registrations:
        if PurePosixPath(address).stem in {f"{stem}.{section}", section}:
            return address, False
    return log.registrations[0], True

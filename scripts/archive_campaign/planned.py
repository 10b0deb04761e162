"""Write logs that are stubs, plan them, and open a folder for their results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from veernet.archive.beginning import begin
from veernet.archive.ledger import Ledger
from veernet.archive.records import ArchiveSettings

WHEN = 1_600_000_000
"""Seconds since 1970 that all outputs are dated by."""


def write_stubs(folder: Path, kinds: Sequence[Mapping[str, Any]]) -> Path:
    """Write a stub for each, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, kind in enumerate(kinds):
        name = f"log{number:04d}_{kind['do']}.tif"
        content = json.dumps({**kind, "number": number}, sort_keys=True)
        (folder / name).write_text(content, encoding="ascii")
    return folder


def plan_stubs(folder: Path, path: Path) -> Path:
    """Plan the stubs of a folder, and return the plan."""
    from veernet.archive.planning import (  # noqa: PLC0415 - drivers do without
        Registering,
        make_plan,
        write_plan,
    )
    from veernet.archive.sources import find_scans  # noqa: PLC0415

    scans = find_scans([str(folder)])
    write_plan(path, make_plan(scans, Registering(propose=True)), WHEN, {})
    return path


def open_stubs(results: Path, plan: Path, **changed: Any) -> Ledger:  # noqa: ANN401
    """Open a folder of results whose logs are stubs."""
    here = "archive_campaign.stubs"
    # Whatever is killed at random is no fault of a log, however often it is.
    usual = {"loader": f"{here}:load", "reader": f"{here}:read", "when": WHEN}
    usual["interruptions"] = 1000
    return begin(results, plan, ArchiveSettings(**{**usual, **changed}))

"""Plan logs again that were refused or have failed: a plan more in the same folder."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from veernet.archive.header import sizes_of
from veernet.archive.ledger import Ledger
from veernet.archive.own import own_registrations
from veernet.archive.planning import deal, in_order, write_plan
from veernet.archive.records import PIXEL, PIXELS_A_BYTE, REASONS, ArchiveSettings
from veernet.archive.run import settings_for
from veernet.archive.sources import is_remote
from veernet.archive.status import ledger_rows
from veernet.archive.tables import PLAN
from veernet.errors import InputError
from veernet.files import write_text


def plan_retry(
    ledger: Ledger,
    *,
    reasons: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    registrations: Path | None = None,
    memory: int | None = None,
    time: float | None = None,
) -> int:
    """Plan logs again, and return how many.

    Files are looked at anew: one that was replaced is read as it is now.

    Parameters
    ----------
    ledger
        Of the folder of results, all of whose shards are done.
    reasons
        Of those to be read again; all that failed unless given.
    ids
        These logs, however they ended; a * stands for anything.
    registrations
        Folder in which their registrations are looked for; else they are the ones that
        were planned, read anew.
    memory, time
        New limits; as they were unless given.

    Raises
    ------
    InputError
        If a reason is not known, no log is meant, or a run is not finished.
    """
    unknown = sorted(set(reasons or ()) - set(REASONS))
    if unknown:
        msg = f"--reason {unknown[0]}: the reasons are {', '.join(REASONS)}"
        raise InputError(msg)
    done = ledger.committed()
    if any(shard not in done for shard in ledger.shards()):
        msg = f"{ledger.folder}: not all logs have ended: veernet archive run it first"
        raise InputError(msg)
    wanted = _wanted(ledger, reasons, ids)
    if not wanted:
        msg = f"{ledger.folder}: no log is meant: see veernet archive status"
        raise InputError(msg)
    set_limits(ledger, memory, time)
    plan = _part_of_plan(ledger, wanted, registrations)
    number = ledger.plans()[-1] + 1
    about = {"sources": f"retry {number} of {ledger.folder.name}"}
    path = ledger.plan_path(number)
    temporary = path.with_name(f".{secrets.token_hex(8)}.parquet")
    try:
        write_plan(temporary, plan, ledger.plan(0).when, about)
        # A link, unlike a renaming, never takes the place of what is there.
        os.link(temporary, path)
    except FileExistsError as error:
        msg = (
            f"{ledger.folder}: somebody else has planned a retry just now: when that "
            "has ended, see veernet archive status"
        )
        raise InputError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)
    return int(plan.num_rows)


def _wanted(
    ledger: Ledger, reasons: Sequence[str] | None, ids: Sequence[str] | None
) -> set[str]:
    rows = ledger_rows(ledger, ["outcome", "reason"])
    found = set()
    for row in rows.to_pylist():
        named = ids and any(fnmatchcase(row["log"], one) for one in ids)
        meant = (
            row["reason"] in reasons if reasons else row["outcome"] == "failed"
        ) and row["outcome"] in {"failed", "refused"}
        if named or (meant and not ids):
            found.add(row["log"])
    return found


def _part_of_plan(
    ledger: Ledger, wanted: set[str], registrations: Path | None
) -> pa.Table:
    """Return the rows of the wanted logs, with what has changed about their files."""
    whole = ledger.plan(0).table()
    part = whole.filter(pa.array([log in wanted for log in whole["log"].to_pylist()]))
    rows = part.to_pandas()
    _check_unchanged(rows)
    if registrations is not None:
        own = own_registrations(rows[["address"]], registrations)
        rows.loc[own != "", "how"] = "own"
        rows.loc[own != "", "registrations"] = own[own != ""]
    pixels = rows["rows"].astype(float) * rows["columns"]
    work = np.where(pixels > 0, pixels, PIXELS_A_BYTE * rows["bytes"]) / PIXEL
    rows["shard"] = deal(work, pa.array(rows["log"], pa.string()))
    return in_order(pa.Table.from_pandas(rows[PLAN.names], PLAN, preserve_index=False))


def _check_unchanged(rows: pd.DataFrame) -> None:
    """Put the sizes of files that were replaced in place of those of the plan."""
    addresses = [str(address) for address in rows["address"]]
    sizes = rows["bytes"].to_numpy(np.int64).copy()
    now = [
        Path(one).stat().st_size if not is_remote(one) and Path(one).is_file() else size
        for one, size in zip(addresses, sizes, strict=True)
    ]
    changed = np.flatnonzero(sizes != now)
    pixels = rows[["rows", "columns"]].to_numpy(np.int32).copy()
    pixels[changed] = sizes_of([addresses[i] for i in changed])
    rows["bytes"] = now
    rows["rows"], rows["columns"] = pixels.T


def set_limits(ledger: Ledger, memory: int | None, time: float | None) -> None:
    """Keep new limits with the results: they are no part of what is read.

    Parameters
    ----------
    ledger
        Of the folder of results; one that is opened afterwards has them.
    memory, time
        As `veernet.archive.records.ArchiveSettings` has them; as they were unless
        given.

    Raises
    ------
    InputError
        If a limit makes no sense.
    """
    if memory is None and time is None:
        return
    had = ledger.settings
    checked = settings_for(
        had.when,
        memory=had.memory if memory is None else memory,
        time=had.time if time is None else time,
    )
    settings: ArchiveSettings = replace(had, memory=checked.memory, time=checked.time)
    if settings == had:
        return
    record = {**ledger.run, "settings": settings.to_dict()}
    write_text(Path(ledger.folder) / "run.json", json.dumps(record, indent=1) + "\n")

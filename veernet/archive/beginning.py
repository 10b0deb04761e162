"""Begin a run, or go on with it: its folder, and what all drivers agree on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from veernet import __version__, leftovers
from veernet.archive.ledger import FOLDERS, FORMAT, Ledger, put_new
from veernet.archive.plan import Plan
from veernet.archive.records import LIMITS, ArchiveSettings
from veernet.errors import InputError
from veernet.files import replacing, sha256
from veernet.weights import SUFFIXES, weights_file, weights_stem


def begin(folder: Path, plan: Path, settings: ArchiveSettings) -> Ledger:
    """Open a folder of results for a run, and make it if it is not there.

    Parameters
    ----------
    folder
        Of the results.
    plan
        That is to be run.
    settings
        How.

    Raises
    ------
    InputError
        If the folder holds something else, or results of another plan or of other
        settings, version or weights: those go into a folder of their own.
    """
    Plan(plan)
    if folder.is_dir() and not (folder / "run.json").is_file():
        # Another driver may be about to begin here, or was killed as it did.
        strange = {p.name for p in folder.iterdir()} - {*FOLDERS, "lost+found"}
        if any(not name.startswith(leftovers.PREFIX) for name in strange):
            msg = f"{folder} holds other files: name a new folder for the results"
            raise InputError(msg)
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    hashed = sha256(plan)
    wanted = {
        "format": FORMAT,
        "plan": hashed,
        "key": run_key(settings, hashed),
        "version": __version__,
        "settings": settings.to_dict(),
    }
    ledger = Ledger(folder)
    _copy_plan(plan, ledger.plan_path(0), hashed)
    for place in (folder, folder / "plans", folder / "commits"):
        leftovers.clear(place)
    put_new(folder / "run.json", wanted)
    _check_same(ledger.run, wanted, folder)
    return ledger


def run_key(settings: ArchiveSettings, plan: str) -> str:
    """Return a hash of all that the bytes of the results depend on."""
    stem = weights_stem(None if settings.weights is None else Path(settings.weights))
    files = [weights_file(stem, suffix) for suffix in SUFFIXES]
    stated = settings.to_dict()
    for name in LIMITS:
        stated.pop(name)
    stated["weights"] = [sha256(path) for path in files if path.is_file()]
    text = json.dumps([FORMAT, __version__, plan, stated], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_same(
    had: Mapping[str, Any], wanted: Mapping[str, Any], folder: Path
) -> None:
    if had["key"] == wanted["key"]:
        return
    for name, says in (("plan", "another plan"), ("version", "another version")):
        if had[name] != wanted[name]:
            msg = f"{folder} holds results of {says}: give these a folder of their own"
            raise InputError(msg)
    differ = [
        f"{name} {had['settings'].get(name)!r}"
        for name, value in wanted["settings"].items()
        if had["settings"].get(name) != value and name not in LIMITS
    ]
    stated = ", ".join(differ) or "other weights"
    msg = f"{folder} holds results with {stated}: give these a folder of their own"
    raise InputError(msg)


def _copy_plan(plan: Path, target: Path, hashed: str) -> None:
    """Keep a plan with its results, whole or not at all."""
    if target.exists():
        if sha256(target) != hashed:
            msg = (
                f"{target.parents[1]} holds results of another plan: name a new folder"
            )
            raise InputError(msg)
        return
    with replacing(target) as temporary:
        shutil.copyfile(plan, temporary)

"""The runs of a folder as tables: one row a run, and its figures by set and curve."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from veernet.errors import InputError
from veernet.study.kept import (
    Kept,
    below,
    joined,
    kept_files,
    read_folder,
    read_kept,
    without,
)
from veernet.study.landscape.record import Landscape, parse_landscape
from veernet.study.parts import SCORED

ARM = (
    "profile",
    "loss",
    "optimizer",
    "averaging",
    "lr",
    "alpha",
    "beta",
    "label_width",
    "blank",
    "epochs",
)
"""Labels that tell the arms of the study apart; runs of an arm differ by their seed."""

SHARED = ("input", "outputs", "model", "data", "trainer")
"""Settings of these groups are the same in all runs of a profile, but for"""
VARIED = ("data.label_width", "data.blank", "trainer.max_epochs")


@dataclass(frozen=True)
class Study:
    """What a folder of runs holds.

    Parameters
    ----------
    runs
        Indexed by the run's folder: the labels of :data:`ARM` (None where a label says
        nothing), ``base_lr`` (the learning rate of the plain sweep), ``seed``, what
        ``run.json`` says of its making, and in ``scored`` the commit that scored it.
    masks, curves
        The tables of :class:`~veernet.study.scores.StudyScores`, with ``run`` and
        ``set``, and ``mse`` of each curve.
    history
        What the runs logged while they trained: ``run``, ``step`` and a column each.
    landscapes
        By run, where one was measured.
    """

    runs: pd.DataFrame
    masks: pd.DataFrame
    curves: pd.DataFrame
    history: pd.DataFrame
    landscapes: Mapping[str, Landscape] = field(default_factory=dict)


def read_study(folder: Path) -> Study:
    """Read every finished run below a folder, and those that files of sweeps keep.

    Where a run lies there and is also kept beside, the former counts.

    Raises
    ------
    InputError
        If there is none, or two of one arm were configured otherwise, or two arms of
        one profile had other pictures, networks or trainers.
    """
    found: dict[str, Kept] = {}
    for path in folder.rglob(SCORED):
        name = path.parent.relative_to(folder).as_posix()
        with _whole(name):
            found[name] = read_folder(path.parent, name)
    loose, parts = set(found), list(found.values())
    for path in kept_files(folder):
        kept = below(read_kept(path), path.parent.relative_to(folder))
        parts.append(without(kept, loose))
        loose |= set(kept.records)
    runs = joined(parts) if parts else Kept({}, {})
    if not runs.records:
        msg = f"{folder} holds no finished run of the study: run an experiment"
        raise InputError(msg)
    return _study(runs)


def _study(kept: Kept) -> Study:
    """Check runs, and put what they say into tables."""
    records, landscapes = {}, {}
    for name, (run, scored, landscape) in kept.records.items():
        with _whole(name):
            records[name] = _run_record(run, scored)
            if landscape is not None:
                landscapes[name] = parse_landscape(landscape, name)
    _check_arms(records)
    runs = pd.DataFrame.from_dict(records, orient="index").drop(columns="settings")
    curves = kept.tables["curves"]
    mse = curves["error_squared"] / curves["points"]
    return Study(
        runs.rename_axis("run"),
        kept.tables["masks"],
        curves.assign(mse=mse),
        kept.tables["history"],
        landscapes,
    )


@contextmanager
def _whole(run: str) -> Iterator[None]:
    """Say which run it is that is damaged, whatever that makes of its reading."""
    try:
        yield
    except InputError:
        raise
    # Parquet that is cut short, JSON that is none, labels that are not there ...
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        msg = f"the run {run} is damaged ({reason}): take it out, or make it again"
        raise InputError(msg) from error


def landscape_numbers(landscapes: Mapping[str, Landscape]) -> pd.DataFrame:
    """Return what was measured around the weights of runs as a table.

    Returns
    -------
    DataFrame
        ``run`` and the numbers that :func:`veernet.study.landscape.measure` lists, NaN
        where one could not be had; without rows where nothing was measured.
    """
    rows = [{"run": run, **found.numbers} for run, found in landscapes.items()]
    table = pd.DataFrame(rows) if rows else pd.DataFrame({"run": []})
    return table.astype({name: float for name in table if name != "run"})


def _run_record(run: str, scoring: str) -> dict[str, Any]:
    document, scored = json.loads(run), json.loads(scoring)
    labels = {**dict.fromkeys(ARM), **document.pop("labels")}
    settings = document.setdefault("settings", {})
    rate = settings.get(f"rates.{labels['optimizer']}", labels["lr"])
    made = {"scored": scored.get("commit", "unknown"), "base_lr": rate}
    return {**labels, **document, **made}


def _check_arms(records: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse runs that differ in more than what tells their arms apart.

    Runs of one arm differ in their seeds alone. All runs of a profile share the rest
    but for what arms vary, or a figure of the one would not be one of the other.
    """
    known: dict[tuple[Any, ...], tuple[Any, str]] = {}
    for run, own in records.items():
        # Weights of other losses than Tversky, and epochs, are settings like others.
        dial = own["loss"] == "tversky"
        arm = [
            own[label]
            for label in ARM
            if label != "epochs" and (dial or label not in ("alpha", "beta"))
        ]
        for name, value in own["settings"].items():
            if name.startswith("rates."):  # of other arms; ``lr`` says its own
                continue
            keys = {(*arm, name): "the same arm"}
            if name.partition(".")[0] in SHARED and name not in VARIED:
                keys[own["profile"], name] = "the same profile"
            for key, what in keys.items():
                # A setting that not all of them know came with later code.
                theirs, first = known.setdefault(key, (value, run))
                if theirs != value:
                    msg = (
                        f"{run} has {name} {value} and {first}, of {what}, "
                        f"{theirs}: keep them in folders of their own"
                    )
                    raise InputError(msg)

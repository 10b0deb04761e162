"""Plots drawn from vectors: readings beside the exact truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmark.cache import Cache
from benchmark.definitions import PlotSet
from benchmark.methods import Columns, Reading, chosen_methods, methods
from benchmark.real import Section, folded, has_colours, read_kept
from benchmark.scoring import CurveScore, score_reading, swaps_in
from veernet.engines import Engine
from veernet.errors import InputError
from veernet.evaluate.measure import interpolate
from veernet.records import Registration
from veernet.registration import load_registrations

TRUTH = ".truth.csv"
"""End of the name of the file that holds what a plot was drawn from."""


def run_plots(
    given: PlotSet,
    folder: Path,
    engine: Engine,
    kept: Cache,
    only: Sequence[str] | None = None,
) -> list[CurveScore]:
    """Score every curve of every plot at the depths of its samples."""
    scores = []
    files = [f for pattern in given.files for f in sorted(folder.glob(pattern + TRUTH))]
    if not files:
        msg = f"{folder} holds no {', '.join(given.files)}{TRUTH}: is it the right one?"
        raise InputError(msg)
    numbered = enumerate(tqdm(files, given.name, unit=" plots", disable=None), start=1)
    for number, values in numbered:
        file = values.with_name(values.name.removesuffix(TRUTH) + ".yaml")
        (registration,) = load_registrations(file)
        truth = pd.read_csv(values)
        picture = file.with_name(str(registration.image))
        known = methods(engine.spec.confidence, colour=has_colours(registration))
        known = chosen_methods(known, only)
        guide = on_rows(truth, registration)
        section = read_kept(picture, file, registration, engine, known, kept, guide)
        scores += score_plot(given.name, f"plot {number}", section, truth)
    return scores


def score_plot(
    test: str, page: str, section: Section, truth: pd.DataFrame
) -> list[CurveScore]:
    """Score the readings of a plot at the samples of its truth.

    At a sample the drawing has a vertex, so that truth is exact there; between two
    samples it is not a straight line where the curve wraps.

    Parameters
    ----------
    test, page
        Names to note.
    section
        As read.
    truth
        ``DEPT``, and a column per curve in its unit, wraps unfolded.
    """
    registration = section.registration
    rows = registration.depth.row_at(truth["DEPT"].to_numpy())
    curves = [(t, c) for t in registration.tracks for c in t.curves]
    by_row = on_rows(truth, registration)
    drawn = np.stack(
        [
            folded(
                by_row[c.mnemonic],
                registration.edges_at(t, section.rows),
                wraps=c.wraps,
            )
            for t, c in curves
        ]
    )
    scores = []
    for method, readings in section.readings.items():
        for index, (track, spec) in enumerate(curves):
            read = readings[spec.mnemonic]
            wide = registration.edges_at(track, section.rows)
            left, right = edges = registration.edges_at(track, rows)
            fraction = spec.scale.fraction_at(truth[spec.mnemonic].to_numpy(float))
            scores.append(
                score_reading(
                    Reading(*(interpolate(section.rows, part, rows) for part in read)),
                    left + fraction * (right - left),
                    edges,
                    swaps_in(read.column, drawn, index, wide, wraps=spec.wraps),
                    test=test,
                    method=method,
                    page=page,
                    mnemonic=spec.mnemonic,
                    line=spec.line,
                )
            )
    return scores


def on_rows(truth: pd.DataFrame, registration: Registration) -> Columns:
    """Return (rows,) unfolded columns of the page of each curve."""
    rows = np.arange(*registration.row_range, dtype=np.float64)
    samples = registration.depth.row_at(truth["DEPT"].to_numpy())
    found: Columns = {}
    for track in registration.tracks:
        left, right = registration.edges_at(track, rows)
        for spec in track.curves:
            fraction = spec.scale.fraction_at(truth[spec.mnemonic].to_numpy(float))
            at = interpolate(samples, fraction, rows)
            found[spec.mnemonic] = left + at * (right - left)
    return found

"""Plots of real logs that other programs drew, each in several variants.

Every reading is calibrated as ``digitise`` does, and its values are compared at the
depths of the truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmark.cache import Cache
from benchmark.definitions import RealPlotSet
from benchmark.methods import Reading, Readings, chosen_methods, methods
from benchmark.plots import TRUTH, on_rows
from benchmark.real import Section, has_colours, read_kept
from benchmark.samples import Drawn, SampleScore, drawn_curves, score_samples
from veernet.axes import Floats
from veernet.calibrate import calibrate_all
from veernet.engines import Engine
from veernet.errors import InputError
from veernet.records import Registration, Trace
from veernet.registration import load_registrations

SAME_DEPTH = 0.01
"""Depth units within which a value belongs to a sample of the truth."""


def run_real_plots(
    given: RealPlotSet,
    folder: Path,
    engine: Engine,
    kept: Cache,
    only: Sequence[str] | None = None,
) -> list[SampleScore]:
    """Score every curve of every variant of every case."""
    files = sorted((folder / given.folder).glob(f"*{TRUTH}"))
    if not files:
        msg = f"{folder / given.folder} holds no *{TRUTH}: is it the right folder?"
        raise InputError(msg)
    scores: list[SampleScore] = []
    jobs = [(values, variant) for values in files for variant in given.variants]
    for values, variant in tqdm(jobs, given.name, unit=" plots", disable=None):
        stem = values.name.removesuffix(TRUTH)
        straight, file = (
            values.with_name(f"{stem}_{v}.yaml") for v in (given.variants[0], variant)
        )
        (registration,) = load_registrations(file)
        (page,) = load_registrations(straight)
        picture = file.with_name(str(registration.image))
        known = methods(engine.spec.confidence, colour=has_colours(registration))
        known = chosen_methods(known, only)
        truth = pd.read_csv(values)
        guide = on_rows(truth, registration)
        section = read_kept(picture, file, registration, engine, known, kept, guide)
        scores += score_case(given, (stem, variant), section, page, truth)
    return scores


def score_case(
    given: RealPlotSet,
    names: tuple[str, str],
    section: Section,
    straight: Registration,
    truth: pd.DataFrame,
) -> list[SampleScore]:
    """Score the readings of a variant at the samples of its truth.

    Parameters
    ----------
    given
        The set.
    names
        Case and variant.
    section
        As read.
    straight
        Registration of the straight picture.
    truth
        ``DEPT``, ``ROW``, and by mnemonic the folded column ``_COL`` and the count of
        wraps ``_WRAP``.
    """
    case, variant = names
    level = next((v for k, v in given.levels.items() if case.startswith(k)), None)
    if level is None:
        msg = f"set {given.name!r} has no level for case {case[:3]}: add it"
        raise InputError(msg)
    drawn = drawn_curves(straight, truth)
    rows_per_sample = float(np.median(np.diff(truth["ROW"].to_numpy(float))))
    registered = {c.mnemonic: c for t in section.registration.tracks for c in t.curves}
    depth = truth["DEPT"].to_numpy(float)
    return [
        score
        for method, readings in section.readings.items()
        for score in score_samples(
            _at_samples(readings, section.registration, drawn, depth),
            drawn,
            registered,
            min(0.5 / rows_per_sample, 0.5),
            test=given.name,
            method=method,
            case=case[:3],
            variant=variant,
            level=level,
        )
    ]


def _at_samples(
    readings: Readings,
    registration: Registration,
    drawn: Mapping[str, Drawn],
    depth: Floats,
) -> Readings:
    """Return readings on the straight picture, at the depths of the samples."""
    rows = np.arange(*registration.row_range, dtype=np.int64)
    origin = np.zeros(rows.size, dtype=np.uint8)
    traces = [
        Trace(m, rows, reading.column, reading.confidence, origin)
        for m, reading in readings.items()
    ]
    curves = {curve.mnemonic: curve for curve in calibrate_all(traces, registration)}
    found: Readings = {}
    for mnemonic, curve in drawn.items():
        made = curves.get(mnemonic)
        if made is None:
            unread = np.full(depth.size, np.nan)
            found[mnemonic] = Reading.without_confidence(unread)
            continue
        near = np.abs(made.depth[:, None] - depth).argmin(axis=0)
        there = np.abs(made.depth[near] - depth) < SAME_DEPTH
        value = np.where(there, made.value[near], np.nan)
        column = curve.left + curve.spec.scale.fraction_at(value) * curve.width
        found[mnemonic] = Reading(column, made.confidence[near])
    return found

"""Sets of drawn strips: each strip is drawn, read by every method and scored."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmark.cache import Cache
from benchmark.cases import draw_case
from benchmark.definitions import GeneratedSet
from benchmark.methods import (
    OURS,
    PERFECT_NAMES,
    PERFECT_NETWORK,
    chosen_methods,
    methods,
)
from benchmark.perfect import perfect_evidence, perfect_names
from benchmark.scoring import CurveScore, score_readings
from veernet.engines import Engine, load_engine
from veernet.segment import segment


def run_generated(
    given: GeneratedSet,
    kept: Cache,
    weights: Path | None,
    program: Path | None = None,
    *,
    count: int | None = None,
    jobs: int = 1,
    only: Sequence[str] | None = None,
) -> list[CurveScore]:
    """Score every strip of a set, those already done from the cache.

    Parameters
    ----------
    given
        The set.
    kept
        Where results are kept.
    weights
        Of the network; the release's unless given.
    program
        Of plotdigitizer, for sets that it can read.
    count
        Strips, if fewer than the set has.
    jobs
        Processes.
    only
        The methods to run beside this tool, all unless given.
    """
    peer = program if given.peers else None
    drawn = replace(given, count=0, about="", bars=(), times_better=None)
    drawn = replace(drawn, perfect_network=False, peers=False)
    names = _names(given, peer, only)
    lines = {n: kept.for_method(n).lines(drawn, kept.drawing, n) for n in names}
    done = {name: lines[name].read() for name in names}
    wanted = range(min(given.count, count or given.count))
    missing = {i: [n for n in names if i not in done[n]] for i in wanted}
    work = [(index, left) for index, left in missing.items() if left]
    scored = _scored(given, work, weights, peer, jobs)
    for index, by_method in tqdm(
        scored, given.name, len(work), unit=" strips", disable=None
    ):
        for name, scores in by_method.items():
            done[name][index] = scores
            lines[name].append(index, scores)
    return [
        CurveScore.from_dict(each)
        for index in wanted
        for name in names
        for each in done[name][index]
    ]


def _names(
    given: GeneratedSet, program: Path | None, only: Sequence[str] | None
) -> list[str]:
    """Return the methods of a set: this tool, its perfect stages, the baselines."""
    perfect = [PERFECT_NAMES]
    if given.perfect_network:
        perfect.insert(0, PERFECT_NETWORK)
    return [*chosen_methods(methods(program=program), only), *perfect]


def _scored(
    given: GeneratedSet,
    work: Sequence[tuple[int, Sequence[str]]],
    weights: Path | None,
    program: Path | None,
    jobs: int,
) -> Iterator[tuple[int, dict[str, list[dict[str, Any]]]]]:
    indices, names = [index for index, _ in work], [names for _, names in work]
    arguments = (repeat(given), indices, names, repeat(weights), repeat(program))
    if jobs == 1:
        yield from map(_score_strip, *arguments)
        return
    # Engines hold threads, which do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        yield from pool.map(_score_strip, *arguments)


def _score_strip(
    given: GeneratedSet,
    index: int,
    names: Sequence[str],
    weights: Path | None,
    program: Path | None,
) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Return the scores of a strip by method."""
    engine = _engine(weights)
    recipe = given.recipes[index % len(given.recipes)]
    case = draw_case(recipe, index, given.seed, given.stream)
    known = methods(engine.spec.confidence, program)
    evidence = segment(case.panel, engine)
    # Names are exchanged on what the tool has read.
    asked = {*names, OURS} if PERFECT_NAMES in names else set(names)
    read = {n: known[n](case.sheet, evidence) for n in known if n in asked}
    if PERFECT_NETWORK in names:
        read[PERFECT_NETWORK] = known[OURS](case.sheet, perfect_evidence(case))
    if PERFECT_NAMES in names:
        read[PERFECT_NAMES] = perfect_names(case, read[OURS])
    return index, {
        name: [asdict(s) for s in score_readings(given.name, case, name, read[name])]
        for name in names
    }


@cache
def _engine(weights: Path | None) -> Engine:
    """Return the network of this process, built once."""
    return load_engine(weights)

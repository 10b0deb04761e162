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
from benchmark.methods import methods
from benchmark.scoring import CurveScore, score_case
from veernet.engines import Engine, load_engine


def run_generated(
    given: GeneratedSet,
    kept: Cache,
    weights: Path | None,
    program: Path | None = None,
    *,
    count: int | None = None,
    jobs: int = 1,
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
    """
    peer = program if given.peers else None
    drawn = replace(given, count=0, about="", bars=(), times_better=None)
    lines = kept.lines(drawn, kept.drawing, bool(peer))
    done = lines.read()
    wanted = range(min(given.count, count or given.count))
    missing = [index for index in wanted if index not in done]
    work = _scored(given, missing, weights, peer, jobs)
    for index, scores in tqdm(
        work, given.name, len(missing), unit=" strips", disable=None
    ):
        done[index] = scores
        lines.append(index, scores)
    return [CurveScore.from_dict(each) for index in wanted for each in done[index]]


def _scored(
    given: GeneratedSet,
    indices: Sequence[int],
    weights: Path | None,
    program: Path | None,
    jobs: int,
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    arguments = (repeat(given), indices, repeat(weights), repeat(program))
    if jobs == 1:
        yield from map(_score_strip, *arguments)
        return
    # Engines hold threads, which do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        yield from pool.map(_score_strip, *arguments)


def _score_strip(
    given: GeneratedSet, index: int, weights: Path | None, program: Path | None
) -> tuple[int, list[dict[str, Any]]]:
    engine = _engine(weights)
    recipe = given.recipes[index % len(given.recipes)]
    case = draw_case(recipe, index, given.seed, given.stream)
    known = methods(engine.spec.confidence, program)
    scores = score_case(given.name, case, engine, known)
    return index, [asdict(s) for s in scores]


@cache
def _engine(weights: Path | None) -> Engine:
    """Return the network of this process, built once."""
    return load_engine(weights)

"""The command line: which sets are run, with which network, and where it all goes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmark import peers
from benchmark.agreement import Agreement, Identity, agreements, identities
from benchmark.cache import Cache, open_cache
from benchmark.definitions import (
    CONFIG,
    AnySet,
    EnginesSet,
    GeneratedSet,
    IdentitySet,
    PairSet,
    PlotSet,
    RealPlotSet,
    SpeedSet,
    StabilitySet,
    read_definitions,
)
from benchmark.generated import run_generated
from benchmark.methods import OURS, methods
from benchmark.pictures import draw_pictures
from benchmark.plots import run_plots
from benchmark.real import read_section, real_folder, say_skipped
from benchmark.real_plots import run_real_plots
from benchmark.results import Results
from benchmark.samples import SampleScore
from benchmark.scoring import CurveScore
from benchmark.speed import Speed, run_speed
from benchmark.stability import Change, run_engines, run_stability
from benchmark.table import format_verdicts, write_tables
from veernet.engines import Engine, load_engine
from veernet.errors import InputError

TOOL = "tool"
"""Stands for this tool among the names of methods."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark: tables into the out folder, the bars onto the terminal."""
    options = parse(arguments)
    try:
        results = run(options)
    except InputError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2
    write_tables(options.out, results)
    draw_pictures(options.out, results)
    print(format_verdicts(results.verdicts))
    print(f"wrote {options.out / 'benchmark.md'}")
    return 0


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "veernet"
    parser = argparse.ArgumentParser(
        prog="python scripts/benchmark",
        description="Measure this tool and its baselines on every set of "
        "configs/benchmark.yaml. A run that was stopped goes on where it was.",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="all unless given")
    parser.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help=f"beside {OURS}, all unless given; {TOOL} stands for {OURS} alone",
    )
    parser.add_argument("--count", type=_counted, help="strips of a set, at most")
    parser.add_argument("--weights", type=Path, help="the release weights unless given")
    parser.add_argument(
        "--jobs", type=_counted, default=1, help="processes that read strips"
    )
    parser.add_argument("--runs", type=_counted, default=1, help="of the timed command")
    parser.add_argument("--config", type=Path, default=CONFIG, help="the sets")
    parser.add_argument("--cache", type=Path, default=cache, help="for plotdigitizer")
    return parser.parse_args(arguments)


def _counted(text: str) -> int:
    """Read a number of things, of which there is one at least."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is no number from 1 up"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def run(options: argparse.Namespace) -> Results:
    """Run the sets that were asked for, all that can be run unless any were.

    Raises
    ------
    InputError
        If a set is not known, or the private folder lacks a file.
    """
    sets = chosen(read_definitions(options.config), options.sets)
    only = chosen_names(options.methods)
    options.out.mkdir(parents=True, exist_ok=True)
    kept = open_cache(options.out / "cache", options.weights)
    engine = load_engine(options.weights)
    folder = real_folder()
    found = _Found()
    for given in sets:
        if isinstance(given, GeneratedSet):
            found.scores += _generated(given, kept, options, only)
        elif folder is None:
            say_skipped()
            continue
        else:
            _run_real(given, folder, engine, kept, options, only, found)
        found.sets.append(given)
        print(f"{given.name}: done", file=sys.stderr)
    return Results(
        engine.spec.name,
        tuple(found.sets),
        scores=tuple(found.scores),
        samples=tuple(found.samples),
        agreements=tuple(found.agreements),
        identities=tuple(found.identities),
        changes=tuple(found.changes),
        speeds=tuple(found.speeds),
    )


@dataclass
class _Found:
    """What was measured so far."""

    sets: list[AnySet] = field(default_factory=list)
    scores: list[CurveScore] = field(default_factory=list)
    samples: list[SampleScore] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    speeds: list[Speed] = field(default_factory=list)


def _run_real(
    given: AnySet,
    folder: Path,
    engine: Engine,
    kept: Cache,
    options: argparse.Namespace,
    only: Sequence[str] | None,
    found: _Found,
) -> None:
    """Run a set that needs the private folder."""
    if isinstance(given, PlotSet):
        found.scores += run_plots(given, folder, engine, kept, only)
    elif isinstance(given, RealPlotSet):
        found.samples += run_real_plots(given, folder, engine, kept, only)
    elif isinstance(given, IdentitySet):
        section = read_section(given.registration, folder, engine, kept, only)
        found.identities += identities(given, section)
    elif isinstance(given, PairSet):
        both = (given.first, given.second)
        first, second = (read_section(p, folder, engine, kept, only) for p in both)
        found.agreements += agreements(given, first, second)
    elif isinstance(given, StabilitySet):
        found.changes += run_stability(given, folder, engine, kept)
    elif isinstance(given, EnginesSet):
        found.changes += run_engines(given, folder, options.weights, kept)
    elif isinstance(given, SpeedSet):
        speed = run_speed(given, folder, kept, options.weights, options.runs)
        found.speeds.append(speed)


def chosen(sets: Sequence[AnySet], names: Sequence[str] | None) -> list[AnySet]:
    """Return the sets of these names, or all."""
    known = {each.name for each in sets}
    if unknown := sorted(set(names or ()) - known):
        msg = f"{', '.join(unknown)}: no such set: there are {', '.join(sorted(known))}"
        raise InputError(msg)
    return [each for each in sets if names is None or each.name in names]


def chosen_names(names: Sequence[str] | None) -> list[str] | None:
    """Return the methods that are wanted beside the tool, None for all."""
    if names is None:
        return None
    known = {TOOL, *methods(program=Path(), colour=True)}
    if unknown := sorted(set(names) - known):
        msg = (
            f"{', '.join(unknown)}: no such method: there are "
            f"{', '.join(sorted(known))}"
        )
        raise InputError(msg)
    return [name for name in names if name != TOOL]


def _generated(
    given: GeneratedSet,
    kept: Cache,
    options: argparse.Namespace,
    only: Sequence[str] | None,
) -> list[CurveScore]:
    wanted = given.peers and (only is None or "plotdigitizer" in only)
    program = peers.install_plotdigitizer(options.cache) if wanted else None
    return run_generated(
        given,
        kept,
        options.weights,
        program,
        count=options.count,
        jobs=options.jobs,
        only=only,
    )

"""The command line: which sets are run, with which network, and where it all goes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmark import peers
from benchmark.agreement import Agreement, Identity, agreements, identities
from benchmark.cache import Cache, open_cache
from benchmark.definitions import (
    CONFIG,
    AnySet,
    GeneratedSet,
    IdentitySet,
    PairSet,
    PlotSet,
    SpeedSet,
    read_definitions,
)
from benchmark.generated import run_generated
from benchmark.pictures import draw_pictures
from benchmark.plots import run_plots
from benchmark.real import read_section, real_folder, say_skipped
from benchmark.results import Results
from benchmark.scoring import CurveScore
from benchmark.speed import Speed, run_speed
from benchmark.table import format_verdicts, write_tables
from veernet.engines import load_engine
from veernet.errors import InputError


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
    options.out.mkdir(parents=True, exist_ok=True)
    kept = open_cache(options.out / "cache", options.weights)
    engine = load_engine(options.weights)
    folder = real_folder()
    scores: list[CurveScore] = []
    compared: list[Agreement] = []
    identical: list[Identity] = []
    timed: list[Speed] = []
    done: list[AnySet] = []
    for given in sets:
        if isinstance(given, GeneratedSet):
            scores += _generated(given, kept, options)
        elif folder is None:
            say_skipped()
            continue
        elif isinstance(given, PlotSet):
            scores += run_plots(given, folder, engine, kept)
        elif isinstance(given, IdentitySet):
            section = read_section(given.registration, folder, engine, kept)
            identical += identities(given, section)
        elif isinstance(given, PairSet):
            both = (given.first, given.second)
            first, second = (read_section(p, folder, engine, kept) for p in both)
            compared += agreements(given, first, second)
        elif isinstance(given, SpeedSet):
            timed.append(run_speed(given, folder, kept, options.weights, options.runs))
        done.append(given)
        print(f"{given.name}: done", file=sys.stderr)
    return Results(
        engine.spec.name,
        tuple(done),
        tuple(scores),
        tuple(compared),
        tuple(identical),
        tuple(timed),
    )


def chosen(sets: Sequence[AnySet], names: Sequence[str] | None) -> list[AnySet]:
    """Return the sets of these names, or all."""
    known = {each.name for each in sets}
    if unknown := sorted(set(names or ()) - known):
        msg = f"{', '.join(unknown)}: no such set: there are {', '.join(sorted(known))}"
        raise InputError(msg)
    return [each for each in sets if names is None or each.name in names]


def _generated(
    given: GeneratedSet, kept: Cache, options: argparse.Namespace
) -> list[CurveScore]:
    program = peers.install_plotdigitizer(options.cache) if given.peers else None
    return run_generated(
        given,
        kept,
        options.weights,
        program,
        count=options.count,
        jobs=options.jobs,
    )

"""The accuracy table: how far each method lies from the truth of generated strips.

    python scripts/accuracy.py --count 200 --json accuracy.json [--weights FILE]

Two test sets, both from a stream of draws that no training takes from: one solid and
one dashed curve in a track (``configs/synth.yaml``), and one solid curve alone, for a
peer that reads no more than one. Every method reads the same strips:

- ``dp`` and ``skeleton``: the network and either tracer, as ``veernet digitise`` runs
  them.
- ``ink run``: no network. The run of ink nearest to that of the row before, starting at
  the truth's first column, passing over depth lines, its wraps unfolded by the truth:
  all in its favour.
- ``plotdigitizer``: the program of that name, as its own process in an environment of
  its own (it is GPL). It gets the inside of the track, thresholded, of which it reads
  more than of grey, and its wraps are unfolded like the ink run's.

A curve is scored at every row where it is drawn. A curve that a method did not read at
all counts as infinitely wrong in the medians and is left out of the means. In the mean
of R-squared, what is below 0 counts as 0: a curve that hardly moves can have any.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
import peers
import yaml
from numpy.typing import NDArray
from tqdm import tqdm

from veernet.axes import Floats, Scale
from veernet.engines import Engine, load_engine
from veernet.evaluate import LINE_WIDTH
from veernet.evaluate.measure import fill, measure, swapped
from veernet.evaluate.scores import Measures
from veernet.files import write_text
from veernet.network import ConfidenceTable
from veernet.records import Evidence, Grey, Line, Panel, Registration, Scan
from veernet.rectify import panels, to_trace
from veernet.runs import runs
from veernet.segment import segment
from veernet.synth.dataset import Stream, sample_rng
from veernet.synth.recipe import Recipe
from veernet.synth.strips import Strip, draw_strip
from veernet.synth.write import register_strip
from veernet.trace import Tracer, trace

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "synth.yaml"

ONE_CURVE, TWO_CURVES = "one curve", "two curves"

TRACERS: tuple[Tracer, ...] = ("dp", "skeleton")
DEFAULT: Tracer = "dp"

BAR_MAE, BAR_R_SQUARED = 1.0, 0.99
"""The project's bars, for the median over all curves of the default tracer."""

BORDER = 3
"""Columns inside an edge that the methods without a network leave to its border."""

FRACTION = Scale("linear", 0.0, 1.0)
"""Curves are compared as unfolded fractions of the track: on a linear scale, as on a
logarithmic one, R-squared is then that of the values that ``evaluate`` compares."""


@dataclass(frozen=True)
class Case:
    """A strip to be read, its registration, and the one panel that comes of both."""

    index: int
    strip: Strip
    registration: Registration
    panel: Panel

    @property
    def edges(self) -> tuple[Floats, Floats]:
        """Left and right edge of the track at each row of the page, as registered."""
        rows = np.arange(self.strip.image.shape[0])
        return self.registration.edges_at(self.registration.tracks[0], rows)


@dataclass(frozen=True)
class CurveScore:
    """How one method read one curve.

    Parameters
    ----------
    test, method, strip, mnemonic, line
        Test set, who read it, and which curve it is.
    rows, coverage
        Rows where the curve is drawn, and the share of them that was read.
    read, filled
        On the rows that were read, and on all with gaps filled (linear, nearest at the
        ends, mid-track if nothing was read).
    off_scale, invented
        Rows where the curve is not drawn, and how many of them were read all the same.
    """

    test: str
    method: str
    strip: int
    mnemonic: str
    line: Line
    rows: int
    coverage: float
    read: Measures
    filled: Measures
    off_scale: int
    invented: int


Middle = tuple[float | None, float | None]
Method = Callable[[Case, Evidence], list[Floats]]


@dataclass(frozen=True)
class Summary:
    """The curves of one style that one method read: medians and means.

    Each pair is the median, in which a curve that was not read counts as infinitely
    wrong, and the mean, which leaves it out; None where there is none or it is
    infinite.
    """

    test: str
    method: str
    style: str
    curves: int
    coverage: Middle
    mae_px: Middle
    r_squared: Middle
    filled_mae_px: Middle
    hit_1px: Middle
    hit_3px: Middle
    swapped: float
    off_scale: int
    invented: float | None


def read_recipe(path: Path = CONFIG) -> Recipe:
    """Return the recipe of the test set from the configuration of ``veernet synth``."""
    given = yaml.safe_load(path.read_text("utf-8"))["recipe"]
    del given["_target_"]
    frozen: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in given.items()
    }
    return Recipe(**frozen)


def draw_cases(
    recipe: Recipe, count: int, seed: int = 0, stream: Stream = "test"
) -> Iterator[Case]:
    """Draw strips as ``veernet synth`` does, one at a time, and rectify them."""
    for index in range(count):
        rng = sample_rng(seed, stream, index)
        strip = draw_strip(recipe, rng)
        registration = register_strip(strip, rng, "", f"strip{index:04d}")
        (panel,) = panels(Scan.from_array(strip.image), registration)
        yield Case(index, strip, registration, panel)


def score(case: Case, curve: int, column: Floats, test: str, method: str) -> CurveScore:
    """Score the reading of one curve.

    Parameters
    ----------
    case, curve
        The strip, and the curve's index in it.
    column
        (rows,) unfolded column of the page where it was read, NaN where unread.
    test, method
        Names to note.
    """
    left, right = case.edges
    truth = case.strip.columns[curve] + case.strip.wraps[curve] * (right - left)
    drawn, read = np.isfinite(truth), np.isfinite(column)
    rows = np.flatnonzero(drawn)
    found, true = (column - left) / (right - left), (truth - left) / (right - left)
    full = fill(np.arange(float(column.size)), found, rows.astype(np.float64), 0.5)
    width = (right - left)[drawn]
    measured = measure(found[drawn], true[drawn], FRACTION, width)
    jumps = _swapped(case, curve, column)
    spec = case.registration.tracks[0].curves[curve]
    return CurveScore(
        test=test,
        method=method,
        strip=case.index,
        mnemonic=spec.mnemonic,
        line=spec.line,
        rows=rows.size,
        coverage=float(read[drawn].mean()) if rows.size else 0.0,
        read=replace(measured, swaps=len(runs(jumps)), swap_share=float(jumps.mean())),
        filled=measure(full, true[drawn], FRACTION, width),
        off_scale=int(np.sum(~drawn)),
        invented=int(np.sum(read & ~drawn)),
    )


def _swapped(case: Case, curve: int, column: Floats) -> NDArray[np.bool_]:
    """Rows where a reading follows another curve of the track instead of its own."""
    others = np.delete(case.strip.columns, curve, axis=0)
    if not others.size:
        return np.zeros(column.size, dtype=bool)
    left, right = case.edges
    period = right - left if case.strip.curves[curve].wraps else None
    if period is not None:
        column = left + np.mod(column - left, period)
    own = case.strip.columns[curve]
    return swapped(column, own, others, LINE_WIDTH, period)


def read_with_network(
    case: Case,
    evidence: Evidence,
    tracer: Tracer,
    confidence: ConfidenceTable | None = None,
) -> list[Floats]:
    """Return (rows,) unfolded columns of the page, one array a curve."""
    paths = trace(case.panel, evidence, tracer=tracer, confidence=confidence)
    return [to_trace(p, case.panel, case.registration).column for p in paths]


def read_ink_run(case: Case, curve: int) -> Floats:
    """Return (rows,) columns of the run of ink nearest to that of the row before."""
    left, right = case.edges
    truth = case.strip.columns[curve]
    drawn = np.flatnonzero(np.isfinite(truth))
    if not drawn.size:
        return np.full(truth.size, np.nan)
    start = drawn[0]
    fraction = (truth[start] - left[start]) / (right[start] - left[start])
    column = fraction * case.panel.width - BORDER
    return _on_page(case, curve, peers.read_ink_runs(_inside(case), start, column))


def read_with_peer(case: Case, program: Path) -> Floats:
    """Return (rows,) columns where plotdigitizer read the only curve of a strip."""
    return _on_page(case, 0, peers.read_with_plotdigitizer(_inside(case), program))


def _inside(case: Case) -> Grey:
    """Return the picture of the track without its borders."""
    first = case.panel.margin + BORDER
    return case.panel.image[:, first : first + case.panel.width - 2 * BORDER + 1]


def _on_page(case: Case, curve: int, column: Floats) -> Floats:
    """Return columns of the page, each in the wrap that lies nearest to the truth."""
    left, right = case.edges
    width = right - left
    found = left + (column + BORDER) / case.panel.width * width
    if case.strip.curves[curve].wraps:
        truth = case.strip.columns[curve] + case.strip.wraps[curve] * width
        found = found + np.round((truth - found) / width) * width
    return np.asarray(found)


def methods(
    confidence: ConfidenceTable | None = None, program: Path | None = None
) -> dict[str, Method]:
    """Return the methods by name.

    Parameters
    ----------
    confidence
        Of the network: it decides with the tracer which rows are read.
    program
        Of plotdigitizer, which is left out without it.
    """

    def ink_run(case: Case, _: Evidence) -> list[Floats]:
        return [read_ink_run(case, i) for i in range(len(case.strip.curves))]

    def plotdigitizer(case: Case, _: Evidence) -> list[Floats]:
        return [read_with_peer(case, cast("Path", program))]

    known: dict[str, Method] = {
        tracer: partial(read_with_network, tracer=tracer, confidence=confidence)
        for tracer in TRACERS
    }
    known["ink run"] = ink_run
    if program is not None:
        known["plotdigitizer"] = plotdigitizer
    return known


def score_all(
    test: str, cases: Iterable[Case], engine: Engine, known: Mapping[str, Method]
) -> Iterator[CurveScore]:
    """Read every strip with every method, and score every curve."""
    for case in cases:
        evidence = segment(case.panel, engine)
        for name, method in known.items():
            for curve, column in enumerate(method(case, evidence)):
                yield score(case, curve, column, test, name)


def summarise(scores: Sequence[CurveScore]) -> list[Summary]:
    """Summarise each method on each test, all curves together and style by style.

    A curve that is drawn in no row is left out, but for its invented rows.
    """
    summaries = []
    for test, method in dict.fromkeys((s.test, s.method) for s in scores):
        mine = [s for s in scores if (s.test, s.method) == (test, method)]
        solid = [s for s in mine if s.line == "solid"]
        dashed = [s for s in mine if s.line != "solid"]
        groups = {"all": mine, "solid": solid, "dashed": dashed}
        if not (solid and dashed):
            del groups["all"]
        summaries += [_summary(test, method, k, v) for k, v in groups.items() if v]
    return summaries


def _summary(
    test: str, method: str, style: str, scores: Sequence[CurveScore]
) -> Summary:
    drawn = [s for s in scores if s.rows]
    off_scale = sum(s.off_scale for s in scores)
    return Summary(
        test=test,
        method=method,
        style=style,
        curves=len(drawn),
        coverage=_middle([s.coverage for s in drawn], worst=0.0),
        mae_px=_middle([s.read.mae_px for s in drawn], worst=np.inf),
        r_squared=_middle(
            # A curve that stands still has no R-squared, however well it is read.
            [s.read.r_squared for s in drawn if s.filled.r_squared is not None],
            worst=-np.inf,
            least=0.0,
        ),
        filled_mae_px=_middle([s.filled.mae_px for s in drawn], worst=np.inf),
        hit_1px=_middle([s.read.hit_1px for s in drawn], worst=0.0),
        hit_3px=_middle([s.read.hit_3px for s in drawn], worst=0.0),
        swapped=float(np.mean([bool(s.read.swaps) for s in drawn])) if drawn else 0.0,
        off_scale=off_scale,
        invented=sum(s.invented for s in scores) / off_scale if off_scale else None,
    )


def _middle(
    values: Sequence[float | None], worst: float, least: float = -np.inf
) -> Middle:
    """Return the median, None counting as the worst, and the mean without None.

    In the mean, what is less than ``least`` counts as that.
    """
    if not values:
        return None, None
    median = float(np.median([worst if v is None else v for v in values]))
    known = [max(v, least) for v in values if v is not None]
    mean = float(np.mean(known)) if known else None
    return (median if np.isfinite(median) else None), mean


def bars(summaries: Sequence[Summary]) -> dict[str, bool]:
    """Say which of the project's bars the default tracer meets, two curves a track."""
    (mine,) = (
        s
        for s in summaries
        if (s.test, s.method, s.style) == (TWO_CURVES, DEFAULT, "all")
    )
    mae, r_squared = mine.mae_px[0], mine.r_squared[0]
    return {
        f"median MAE <= {BAR_MAE:g} px": mae is not None and mae <= BAR_MAE,
        f"median R-squared >= {BAR_R_SQUARED:g}": (
            r_squared is not None and r_squared >= BAR_R_SQUARED
        ),
    }


def format_markdown(summaries: Sequence[Summary]) -> str:
    """Return the table: of every pair, the median / the mean over curves."""
    head = (
        *("test", "method", "curves drawn", "read %", "MAE px", "R2", "filled MAE px"),
        *("hit 1 px %", "hit 3 px %", "swapped %", "invented %"),
    )
    lines = [head, ["---"] * 3 + ["---:"] * (len(head) - 3)]
    for s in summaries:
        cells = [s.test, s.method, f"{s.curves} {s.style}"]
        cells += [_pair(s.coverage, ".1f", 100), _pair(s.mae_px, ".2f")]
        cells += [_pair(s.r_squared, ".4f"), _pair(s.filled_mae_px, ".2f")]
        cells += [_pair(s.hit_1px, ".1f", 100), _pair(s.hit_3px, ".1f", 100)]
        cells += [f"{100 * s.swapped:.1f}"]
        cells += ["-" if s.invented is None else f"{100 * s.invented:.1f}"]
        lines.append(cells)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _pair(pair: Middle, form: str, factor: float = 1) -> str:
    return " / ".join("-" if v is None else format(factor * v, form) for v in pair)


def run_tests(
    engine: Engine, count: int, single: int, seed: int, program: Path | None
) -> list[CurveScore]:
    """Draw both test sets, and read them with every method that can."""
    recipe = read_recipe()
    alone = replace(recipe, lines=("solid",))
    table = engine.spec.confidence
    two = score_all(TWO_CURVES, draw_cases(recipe, count, seed), engine, methods(table))
    one = score_all(
        ONE_CURVE, draw_cases(alone, single, seed), engine, methods(table, program)
    )
    return list(tqdm(chain(two, one), unit=" curves", disable=None))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "veernet"
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200, help="of two curves")
    parser.add_argument("--single", type=int, default=50, help="of one curve")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, help="the release weights unless given")
    parser.add_argument("--json", type=Path, help="write the table and every curve")
    parser.add_argument("--cache", type=Path, default=cache, help="for plotdigitizer")
    return parser.parse_args(arguments)


def main() -> None:
    """Print the table and whether the bars are met."""
    options = parse()
    engine = load_engine(options.weights)
    program = peers.install_plotdigitizer(options.cache) if options.single else None
    scores = run_tests(engine, options.count, options.single, options.seed, program)
    summaries = summarise(scores)
    print(format_markdown(summaries))
    met = bars(summaries)
    for bar, yes in met.items():
        print(f"{DEFAULT}, {TWO_CURVES}: {bar}: {'met' if yes else 'missed'}")
    if options.json:
        whole = {
            "network": engine.spec.name,
            "count": options.count,
            "single": options.single,
            "seed": options.seed,
            "bars": met,
            "table": [asdict(s) for s in summaries],
            "curves": [asdict(s) for s in scores],
        }
        write_text(options.json, json.dumps(whole, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()

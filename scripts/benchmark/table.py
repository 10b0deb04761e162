"""The tables: CSV for programs, Markdown for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd

from benchmark.agreement import Agreement, Identity
from benchmark.figures import Figure
from benchmark.markdown import (
    format_calibration,
    format_changes,
    format_confidence,
    format_samples,
    format_stages,
    format_sums,
    interval,
    number,
    pair,
    table,
    within,
)
from benchmark.methods import OURS
from benchmark.paired import Paired
from benchmark.results import Results
from benchmark.speed import Speed
from benchmark.summary import Summary, Verdict
from veernet.files import write_text


def write_tables(out: Path, results: Results) -> None:
    """Write ``benchmark.md`` and its numbers as CSV, one file a kind of record."""
    frames = {
        "curves": pd.DataFrame([_flat(asdict(s)) for s in results.scores]),
        "summary": pd.DataFrame(_long(results.summaries)),
        "real_plots": pd.DataFrame([_flat(asdict(s)) for s in results.samples]),
        "real_plots_sums": pd.DataFrame([asdict(s) for s in results.sums]),
        "stages": pd.DataFrame([asdict(s) for s in results.stages]),
        "changes": pd.DataFrame([asdict(c) for c in results.changes]),
        "pairs": pd.DataFrame([asdict(a) for a in results.agreements]),
        "identities": pd.DataFrame([asdict(i) for i in results.identities]),
        "speed": pd.DataFrame([asdict(s) for s in results.speeds]),
        "baselines": pd.DataFrame([_flat(asdict(p)) for p in results.paired]),
        "bars": pd.DataFrame([asdict(v) for v in results.verdicts]),
    }
    for name, frame in frames.items():
        if not frame.empty:
            text = frame.to_csv(index=False, lineterminator="\n", float_format="%.6g")
            write_text(out / f"{name}.csv", text)
    write_text(out / "benchmark.md", format_results(results))


def format_results(results: Results) -> str:
    """Return all tables as one Markdown document."""
    about = "\n".join(f"- **{s.name}**: {s.about}" for s in results.sets)
    parts = [
        f"# Benchmark of {OURS}, network {results.network}\n",
        f"{about}\n",
        "Median / mean over curves, with the 95 % interval of the median; an unread "
        "curve counts as infinitely wrong in a median.\n",
        "## Bars\n",
        format_verdicts(results.verdicts),
    ]
    if results.summaries:
        parts += ["\n## Curves with a truth\n", format_markdown(_shown(results))]
        parts += [
            "\n## Confidence\n",
            "Over the rows of all curves: within 3 px; wrong, of what is read; the "
            "largest share that can be read, the surest first, with 2 and 5 % of it "
            "wrong; right, of rows with a confidence above .9; expected calibration "
            "error.\n",
            format_confidence(results.summaries),
        ]
    if results.stages:
        parts += [
            "\n## Stages with perfect input\n",
            "Rows of all curves within 3 px, and how much of the loss names make.\n",
            format_stages(results.stages),
        ]
    if results.sums:
        parts += ["\n## Real plots, over the samples of all curves\n"]
        parts += [format_sums(results.sums)]
        parts += ["\n## Real plots, curve by curve, by this tool\n"]
        parts += [format_samples(results.samples)]
    if results.scores or results.samples:
        parts += ["\n## Confidence stated, and share right, by this tool\n"]
        parts += [format_calibration(results.scores, results.samples)]
    if results.changes:
        parts += ["\n## What should not matter\n", format_changes(results.changes)]
    if results.paired:
        parts += ["\n## Against the best baseline, paired\n"]
        parts += [format_paired(results.paired)]
    if results.identities:
        parts += ["\n## Identities\n", format_identities(results.identities)]
    if results.agreements:
        parts += [
            "\n## Two readings of one log\n",
            "Differences in % of the track, depth in that of the log; aligned: once "
            "each window of depth is shifted to fit.\n",
            format_agreements(results.agreements),
        ]
    if results.speeds:
        parts += ["\n## Speed\n", format_speeds(results.speeds)]
    return "\n".join(parts) + "\n"


def _shown(results: Results) -> list[Summary]:
    """Every style of this tool, and all styles together, or those of a bar, of all."""
    asked = {(s.name, bar.group) for s in results.sets for bar in s.bars}
    return [
        s
        for s in results.summaries
        if s.method == OURS or s.group == "all" or (s.test, s.group) in asked
    ]


def format_markdown(summaries: Sequence[Summary]) -> str:
    """Return the table of curves with a truth."""
    head = (
        *("set", "method", "curves", "read %", "MAE px", "R2", "MAE px, gaps filled"),
        *("median px", "hit 1 px %", "hit 3 px %", "swapped %", "invented %"),
    )
    lines = []
    for s in summaries:
        cells = [s.test, s.method, f"{s.curves} {s.group}"]
        cells += [pair(s.coverage, ".1f", 100), within(s.mae_px, ".2f")]
        cells += [within(s.r_squared, ".4f"), pair(s.filled_mae_px, ".2f")]
        cells += [pair(s.median_px, ".2f"), pair(s.hit_1px, ".1f", 100)]
        cells += [within(s.hit_3px, ".1f", 100), number(s.swapped.mean, ".1f", 100)]
        cells += [number(s.invented, ".1f", 100)]
        lines.append(cells)
    return table(head, lines, texts=3)


def format_verdicts(found: Iterable[Verdict]) -> str:
    """Return what was met and what was missed."""
    lines = [
        (
            *(v.test, v.bar, number(v.value), interval(v.low, v.high)),
            "met" if v.met else "**missed**",
        )
        for v in found
    ]
    return table(("set", "bar", "value", "interval", ""), lines, texts=2)


def format_paired(found: Iterable[Paired]) -> str:
    """Return this tool beside the best baseline of each set."""
    head = (
        *("set", "figure", "baselines", "best", "curves", "ours px", "theirs px"),
        *("ours less theirs", "interval", "times better", "interval"),
    )
    lines = []
    for p in found:
        cells = [p.test, p.figure, p.among, p.baseline, str(p.curves)]
        cells += [number(p.ours), number(p.theirs)]
        for each in (p.difference, p.times):
            cells += [number(each.median), interval(each.low, each.high)]
        lines.append(cells)
    return table(head, lines, texts=4)


def format_agreements(found: Iterable[Agreement]) -> str:
    """Return the pairs, curve by curve."""
    head = (
        *("pair", "curve", "method", "both read %", "median %", "p90 %", "bias %"),
        *("scatter %", "aligned %", "spread %", "same ink %", "offset", "depth bias"),
        *("depth scatter", "windows"),
    )
    lines = []
    for a in sorted(found, key=lambda a: (a.test, a.curve, a.method != OURS)):
        cells = [a.test, a.curve, a.method, number(a.both, ".1f", 100)]
        shares = (a.median, a.p90, a.bias, a.scatter, a.aligned, a.spread, a.same_ink)
        cells += [number(share, ".2f", 100) for share in shares]
        cells += [number(a.offset, ".2f"), number(a.depth_bias, ".2f")]
        cells += [number(a.depth_scatter, ".2f"), str(a.windows)]
        lines.append(cells)
    return table(head, lines, texts=3)


def format_identities(found: Iterable[Identity]) -> str:
    """Return the identities, method by method."""
    head = ("set", "method", "rows", "both read %", "median", "p90", "median px")
    lines = [
        (
            *(i.test, i.method, str(i.shown), number(i.both, ".1f", 100)),
            *(number(v, ".3f") for v in (i.median, i.p90)),
            number(i.median_px, ".2f"),
        )
        for i in found
    ]
    return table(head, lines, texts=2)


def format_speeds(found: Iterable[Speed]) -> str:
    """Return time and memory."""
    head = (
        *("set", "rows", "seconds", "CPU seconds", "GB", "rows of a tenth", "seconds"),
        *("time per row over that of the tenth", "runs", "load before"),
    )
    lines = [
        (
            *(s.test, str(s.rows), f"{s.seconds:.1f}", f"{s.cpu_seconds:.1f}"),
            *(f"{s.gigabytes:.2f}", str(s.part_rows), f"{s.part_seconds:.1f}"),
            f"{s.times_slower:.2f}",
            *(str(s.runs), f"{s.load:.1f}"),
        )
        for s in found
    ]
    return table(head, lines, texts=1)


def _flat(record: dict[str, object]) -> dict[str, object]:
    """Return a record with those in it one level up, names joined."""
    found: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, Figure):
            value = value._asdict()  # noqa: PLW2901 - a figure is a record too
        if isinstance(value, dict):
            found.update({f"{key}_{k}": v for k, v in value.items() if k != "even"})
        elif key != "by_confidence":
            found[key] = value
    return found


def _long(summaries: Iterable[Summary]) -> list[dict[str, object]]:
    """Return a line per set, method, group and figure."""
    lines = []
    for s in summaries:
        names = {
            "set": s.test,
            "method": s.method,
            "group": s.group,
            "curves": s.curves,
        }
        for each in fields(s):
            value = getattr(s, each.name)
            if isinstance(value, Figure):
                lines.append({**names, "figure": each.name, **value._asdict()})
    return lines

"""Markdown: cells, and the tables of rows and samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmark.confidence import Bin, Counts, tally
from benchmark.figures import Figure
from benchmark.methods import OURS
from benchmark.results import Stages
from benchmark.samples import SampleScore
from benchmark.scoring import CurveScore
from benchmark.stability import Change
from benchmark.summary import Summary
from benchmark.sums import SampleSum

NONE = "-"
"""Stands for infinite, and for what does not exist."""


def format_confidence(summaries: Iterable[Summary]) -> str:
    """Return what every method reads of the rows of a set, and how sure it is."""
    head = (
        *("set", "method", "hit 3 px %", "wrong %", "readable at 2 %", "at 5 %"),
        *("right above .9 %", "calibration error"),
    )
    lines = []
    for s in summaries:
        if s.group == "all":
            cells = [s.test, s.method, number(s.hit_3px_rows.mean, ".1f", 100)]
            shares = (s.wrong, s.readable_2, s.readable_5, s.sure_right)
            cells += [number(share.mean, ".1f", 100) for share in shares]
            lines.append([*cells, number(s.calibration_error.mean, ".3f")])
    return table(head, lines, texts=2)


def format_stages(stages: Iterable[Stages]) -> str:
    """Return what perfect input at a stage would gain."""
    head = (
        *("set", "hit 3 px %", "with perfect names", "with a perfect network"),
        "names' share of the loss %",
    )
    lines = [
        [
            s.test,
            number(s.hit, ".1f", 100),
            number(s.perfect_names, ".1f", 100),
            number(s.perfect_network, ".1f", 100),
            number(s.names_share, ".0f", 100),
        ]
        for s in stages
    ]
    return table(head, lines, texts=1)


def format_sums(sums: Iterable[SampleSum]) -> str:
    """Return the real plots by variant and level, method by method."""
    head = (
        *("set", "curves of", "method", "curves", "samples", "read %", "median px"),
        *("hit 1 px %", "hit 3 px %", "wrong %", "named 3 px %", "any 3 px %"),
        *("alone: 3 px %", "wraps lost %", "readable at 2 %", "at 5 %"),
        *("right above .9 %", "calibration error"),
    )
    lines = []
    ordered = sorted(sums, key=lambda s: (s.test, s.variant, s.part, s.method != OURS))
    for s in ordered:
        cells = [s.test, f"{s.variant}, {s.part}", s.method]
        cells += [str(s.curves), str(s.samples), number(s.read, ".1f", 100)]
        cells += [number(s.median_px, ".2f")]
        shares = (
            *(s.hit_1px, s.hit_3px, s.wrong, s.named_3px, s.any_3px, s.hit_3px_alone),
            *(s.lost_wraps, s.readable_2, s.readable_5, s.sure_right),
        )
        cells += [number(share, ".1f", 100) for share in shares]
        lines.append([*cells, number(s.calibration_error, ".3f")])
    return table(head, lines, texts=3)


def format_samples(scores: Iterable[SampleScore]) -> str:
    """Return the real plots curve by curve, as this tool read them."""
    head = (
        *("case", "variant", "curve", "line", "samples", "read %", "median px"),
        *("hit 1 px %", "hit 3 px %", "wrong %", "named 3 px %", "any 3 px %"),
        *("alone: 3 px %", "plain 3 px %", "folded 3 px %"),
    )
    lines = []
    for s in scores:
        if s.method != OURS:
            continue
        cells = [s.case, s.variant, s.curve, s.line, str(s.samples)]
        cells += [number(s.read, ".1f", 100), number(s.median_px, ".2f")]
        shares = (
            *(s.hit_1px, s.hit_3px, s.wrong, s.named_3px, s.any_3px, s.hit_3px_alone),
            *(s.plain_3px, s.folded_3px),
        )
        lines.append([*cells, *(number(share, ".1f", 100) for share in shares)])
    return table(head, lines, texts=4)


def format_calibration(
    scores: Sequence[CurveScore], samples: Sequence[SampleScore]
) -> str:
    """Return, by bin of confidence, what was stated and what was right."""
    head = ("set", "confidence", "rows", "stated %", "right %")
    lines = [
        [
            name,
            f"{each.low:.1f} to {each.high:.1f}",
            str(each.rows),
            number(each.stated, ".1f", 100),
            number(each.right, ".1f", 100),
        ]
        for name, each in _bins(scores, samples)
    ]
    return table(head, lines, texts=2)


def _bins(
    scores: Sequence[CurveScore], samples: Sequence[SampleScore]
) -> Iterator[tuple[str, Bin]]:
    """Yield the bins of each set, and of each variant of the real plots."""
    counted: dict[tuple[str, str], list[tuple[Counts, int]]] = {}
    for s in scores:
        counted.setdefault((s.test, s.method), []).append((s.by_confidence, s.rows))
    for p in samples:
        key = f"{p.test}, {p.variant}", p.method
        counted.setdefault(key, []).append((p.by_confidence, p.samples))
    for (name, method), curves in counted.items():
        if method == OURS:
            counts, rows = zip(*curves, strict=True)
            yield from ((name, each) for each in tally(counts, rows).bins())


def format_changes(changes: Iterable[Change]) -> str:
    """Return what changed with noise and with the engine, curve by curve."""
    head = ("change", "section", "curve", "rows", "moved %", "read or unread %")
    lines = [
        [
            *(c.change, c.section, c.curve, str(c.rows)),
            *(number(share, ".3f", 100) for share in (c.moved, c.flipped)),
        ]
        for c in changes
    ]
    return table(head, lines, texts=3)


def table(head: Sequence[str], lines: Iterable[Sequence[str]], texts: int) -> str:
    """Return a table; the first so many columns hold text, the others numbers."""
    rule = ["---"] * texts + ["---:"] * (len(head) - texts)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))


def pair(of: Figure, form: str, factor: float = 1) -> str:
    """Return median and mean of a figure."""
    return f"{number(of.median, form, factor)} / {number(of.mean, form, factor)}"


def within(of: Figure, form: str, factor: float = 1) -> str:
    """Return median and mean, with the interval of the median."""
    low, high = (number(v, form, factor) for v in (of.low, of.high))
    return f"{pair(of, form, factor)} ({low} to {high})"


def interval(low: float | None, high: float | None) -> str:
    """Return both ends of an interval, nothing where there is none."""
    return "" if low is None and high is None else f"{number(low)} to {number(high)}"


def number(value: float | None, form: str = ".3g", factor: float = 1) -> str:
    """Return a number, or what stands for none."""
    return NONE if value is None else format(factor * value, form)

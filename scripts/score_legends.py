"""Score the legends that veernet register reads against registrations made by hand.

    VEERNET_REAL=DIR python scripts/score_legends.py [--only NAME] --out OUT

For each registration the section is taken that holds the middle of its depths. A curve
is found if one of the same mnemonic, or the same values in the same place, was read.
Writes ``legends.csv`` and ``legends.md``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pandas as pd

from by_hand import options_of, registrations
from veernet.files import write_text
from veernet.records import CurveSpec, Registration, Track
from veernet.register.depths.proposal import STATED
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.legends.legend import Legend, read_legends
from veernet.register.legends.record import LegendCurve
from veernet.register.ocr.reader import load_reader
from veernet.scan import open_scan

SAME = ({"TENS", "LTEN"}, {"CALI", "DCAL"}, {"LB", "LBF"}, {"MS/M", "MMHO/M"})
"""Mnemonics and units that stand for one thing."""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the table of all registrations."""
    options = options_of(__doc__, argv)
    read = load_reader()
    pages: dict[str, tuple[Sequence[FoundSection], Sequence[Legend], float]] = {}
    rows = []
    for stem, registration, path in registrations(options.only):
        if path.name not in pages:
            scan = open_scan(path)
            sections = find_sections(scan)
            begun = time.perf_counter()
            legends = read_legends(scan, sections, read)
            pages[path.name] = sections, legends, time.perf_counter() - begun
        rows.append({"file": stem, **compare(registration, *pages[path.name])})
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "legends.csv", table.to_csv(index=False))
    total = table.drop(columns=["file", "seconds", "wrong"]).sum()
    text = f"{table.to_string(index=False)}\n\n{total.to_string()}\n"
    write_text(options.out / "legends.md", text)
    print(text)


def compare(
    registration: Registration,
    sections: Sequence[FoundSection],
    legends: Sequence[Legend],
    seconds: float,
) -> dict[str, Any]:
    """Compare a registration with what was read over the section of its middle."""
    middle = float(registration.depth.rows[[0, -1]].mean())
    count = dict.fromkeys(
        ("curves", "found", "mnemonic", "values", "unit", "line", "stated"), 0
    )
    wrong: list[str] = []
    count["curves"] = sum(len(track.curves) for track in registration.tracks)
    own = [
        (section, legend)
        for section, legend in zip(sections, legends, strict=True)
        if section.first_row - 1 <= middle <= section.last_row + 1
    ]
    left = list(own[0][1].curves) if own else []
    for track in registration.tracks:
        for spec in track.curves:
            curve = _find(spec, track, left, own[0][0], middle) if own else None
            if curve is None:
                continue
            left.remove(curve)
            right = _judge(spec, curve)
            count["found"] += 1
            for name, good in right.items():
                count[name] += good
            if curve.confidence >= STATED:
                count["stated"] += 1
                wrong += [
                    f"{spec.mnemonic} {n}" for n, good in right.items() if not good
                ]
    extra = [c.mnemonic for c in left if c.confidence >= STATED]
    wrong += [f"{name} is not there" for name in extra]
    return {**count, "more": len(left), "wrong": ", ".join(wrong), "seconds": seconds}


def _find(
    spec: CurveSpec,
    track: Track,
    curves: Sequence[LegendCurve],
    section: FoundSection,
    row: float,
) -> LegendCurve | None:
    """Return the curve that was read for one of a registration, None if none."""
    place = float(track.left.column_at(row) + track.right.column_at(row)) / 2

    def fits(curve: LegendCurve) -> bool:
        found = section.tracks[curve.track]
        left, right = (
            float(found.left.column_at(row)),
            float(found.right.column_at(row)),
        )
        return left - 5 <= place <= right + 5

    near = [curve for curve in curves if fits(curve)]
    named = [c for c in near if _same(c.mnemonic, spec.mnemonic)]
    values = [c for c in near if c.ends == (spec.scale.left, spec.scale.right)]
    # Two of one scale are told apart by their line.
    alike = [c for c in values if c.line == spec.line and not c.known]
    for some in (named, alike):
        if some:
            return some[0]
    return None


def _judge(spec: CurveSpec, curve: LegendCurve) -> dict[str, bool]:
    scale = spec.scale
    return {
        "mnemonic": _same(curve.mnemonic, spec.mnemonic),
        "values": curve.ends == (scale.left, scale.right)
        and curve.scale.kind == scale.kind,
        "unit": curve.unit is not None and _same(curve.unit, spec.unit),
        "line": curve.line == spec.line,
    }


def _same(a: str, b: str) -> bool:
    return a == b or any({a, b} <= group for group in SAME)


if __name__ == "__main__":
    main()

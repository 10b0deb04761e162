"""What several verbs write and tell: curves, progress, and how they ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from veernet.digitise import Progress
    from veernet.export import Provenance
    from veernet.records import Curve, Registration, Trace

DONE, DEFECT, WRONG_INPUT, REFUSED = 0, 1, 2, 3

EXIT_CODES = (
    "exit codes: 0 done; 1 a defect of veernet; 2 the input or the arguments are "
    "wrong; 3 refused: the scan is no readable curve log"
)


def write_curves(
    path: Path,
    curves: Sequence[Curve],
    traces: Sequence[Trace],
    registration: Registration,
    provenance: Provenance,
    *,
    confidence: bool,
    remarks: Sequence[str] = (),
) -> str:
    """Write curves, and return a line that tells of how many depths each was read."""
    from veernet import export

    export.write_curves(
        path, curves, registration, provenance, confidence=confidence, remarks=remarks
    )
    by_name = {trace.mnemonic: trace for trace in traces}
    read = ", ".join(_told(curve, by_name[curve.mnemonic]) for curve in curves)
    return f"{path}: {curves[0].depth.size} depths; read: {read}"


def _told(curve: Curve, trace: Trace) -> str:
    """Say of how many depths a curve has a value, and how much is off scale."""
    from veernet.records import OFF_SCALE

    text = f"{curve.mnemonic} {(curve.value == curve.value).mean():.1%}"
    off = sum(int((trace.origin == origin).sum()) for origin in OFF_SCALE)
    return f"{text} ({off / trace.origin.size:.0%} off scale)" if off else text


def panel_progress(done_word: str) -> Progress:
    """Return a bar per panel on a terminal, a line per panel elsewhere."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Never]] = {}

    def show(name: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            if done == total:
                print(f"{name}: {total} rows {done_word}", file=sys.stderr)
            return
        if name not in bars:
            bars[name] = tqdm(total=total, desc=name, unit="row", leave=False)
        bars[name].update(done - bars[name].n)
        if done == total:
            bars.pop(name).close()

    return show


def page_progress(done_word: str) -> Callable[[int, int], None]:
    """Return a bar of rows on a terminal, and a line at the end elsewhere."""
    show = panel_progress(done_word)
    return lambda done, total: show("page", done, total)

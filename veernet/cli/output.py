"""What several verbs write and tell: curves, progress, and how they ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from veernet.digitise import Progress
    from veernet.export import Deed, Provenance
    from veernet.records import Curve, Registration, Trace

DONE, DEFECT, WRONG_INPUT, REFUSED = 0, 1, 2, 3

MOSTLY = 0.5
"""Share of a curve's rows off scale from which that is told in capitals."""

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
    deed: Deed,
    reviewed: Mapping[str, NDArray[np.bool_]] | None = None,
) -> list[str]:
    """Write curves and, beside a LAS, its audit trail; return lines that tell of it.

    The first says of how many depths each curve was read.
    """
    from veernet import export

    export.write_curves(
        path,
        curves,
        registration,
        provenance,
        confidence=confidence,
        remarks=deed.remarks,
        reviewed=reviewed,
    )
    by_name = {trace.mnemonic: trace for trace in traces}
    read = ", ".join(
        _reported(curve, by_name[curve.mnemonic], registration) for curve in curves
    )
    lines = [f"{path}: {curves[0].depth.size} depths; read: {read}"]
    if path.suffix.lower() == ".las":
        trail = export.write_audit(
            path, curves, registration, provenance, deed, reviewed=reviewed
        )
        lines.append(str(trail))
        notes = export.replaced_letters(curves, registration, provenance)
        lines += [f"note: {note}" for note in notes]
    return lines


def with_audit(path: Path) -> list[Path]:
    """Return the files that writing curves to a path makes: a LAS has its trail."""
    from veernet.export import audit_path

    return [path, audit_path(path)] if path.suffix.lower() == ".las" else [path]


def _reported(curve: Curve, trace: Trace, registration: Registration) -> str:
    """Say of how many depths a curve has a value, and how much is off scale.

    A back-up is drawn where its main curve is off scale: it is off scale elsewhere.
    """
    from veernet.records import OFF_SCALE

    text = f"{curve.mnemonic} {(curve.value == curve.value).mean():.1%}"
    off = sum(int((trace.origin == origin).sum()) for origin in OFF_SCALE)
    if not off:
        return text
    share = off / trace.origin.size
    _, spec = registration.curve(curve.mnemonic)
    loud = share > MOSTLY and not spec.backup_of
    return f"{text} ({share:.0%} {'OFF SCALE' if loud else 'off scale'})"


def panel_progress(done_word: str, unit: str = "row") -> Progress:
    """Return a bar per panel on a terminal, a line per panel elsewhere."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Never]] = {}

    def show(name: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            if done == total:
                print(f"{name}: {total} {unit}s {done_word}", file=sys.stderr)
            return
        if name not in bars:
            bars[name] = tqdm(total=total, desc=name, unit=unit, leave=False)
        bars[name].update(done - bars[name].n)
        if done == total:
            bars.pop(name).close()

    return show


def page_progress(done_word: str) -> Callable[[int, int], None]:
    """Return a bar of rows on a terminal, and a line at the end elsewhere."""
    show = panel_progress(done_word)
    return lambda done, total: show("page", done, total)

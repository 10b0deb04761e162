"""The evidence that curves were traced on, kept so that a stretch is traced again."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from veernet.errors import InputError
from veernet.review.document import Document
from veernet.review.editing import plan
from veernet.review.regdoc import Document as RegistrationDocument

if TYPE_CHECKING:
    from veernet.trace.kept import KeptEvidence

KEPT = 4 * 2**30
"""Bytes of evidence that is kept of all scans; what was not used for longest goes."""

SUFFIX = ".npz"

WARM = 24
"""Rows of the stretch that is traced at the start, so that the first one that a person
waits for finds the compiled code loaded."""


def evidence_key(scan_sha256: str, document: RegistrationDocument) -> str:
    """Return a name for the evidence of a section: of its pixels, tracks and depths.

    Scales, names and well fields do not change what the network sees.
    """
    seen = {
        "page": document["page"],
        "rows": [
            (point["row"], point.get("row_left"), point.get("row_right"))
            for point in document["depth"]["points"]
        ],
        "tracks": [
            {
                "edges": (track["left"], track["right"]),
                "curves": [
                    [curve.get(key) for key in ("line", "weight", "colour", "wraps")]
                    for curve in track["curves"]
                ],
            }
            for track in document["tracks"]
        ],
    }
    content = json.dumps([scan_sha256, seen], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


class Evidences:
    """Finds what is kept for the sections of a document.

    Parameters
    ----------
    document
        Under review.
    scan_sha256
        Of its scan.
    folder
        Where evidence is kept.
    """

    def __init__(self, document: Document, scan_sha256: str, folder: Path) -> None:
        self._document = document
        self._scan = scan_sha256
        self._folder = folder
        self._open: dict[Path, KeptEvidence] = {}
        self._lock = threading.Lock()

    def file_for(self, registration: RegistrationDocument) -> Path:
        """Return where the evidence of a section is to be kept; its folder is made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._clear()
        return self._folder / f"{evidence_key(self._scan, registration)}{SUFFIX}"

    def of(self, section: str) -> KeptEvidence | None:
        """Return the evidence of a section: of its registration, or an earlier one.

        Edges that were moved since do not matter: it knows where it lies on the page.
        """
        with self._document.lock:
            known = self._document.registrations_of(section)
        for registration in known:
            name = f"{evidence_key(self._scan, registration)}{SUFFIX}"
            found = self._opened(self._folder / name)
            if found is not None:
                return found
        return None

    def warm(self, section: str) -> None:
        """Trace a short stretch of the first curve that is read, and forget it."""
        kept = self.of(section)
        with self._document.lock:
            own = self._document.section(section)
            drawn, registration = own.drawn(), own.registration
        if kept is None or registration is None:
            return
        for name, curve in drawn.items():
            read = np.flatnonzero(np.isfinite(curve.samples.column))
            if read.size <= WARM:
                continue
            first, last = (int(read[k]) for k in (0, WARM))
            picks = [
                [curve.first_row + k, float(curve.samples.column[k])]
                for k in (first, last)
            ]
            content = {"action": "retrace", "curve": name, "picks": picks}
            try:
                plan(drawn, registration, content, kept)
            except InputError:
                continue
            return

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for kept in self._open.values():
                kept.close()
            self._open.clear()

    def forget(self, path: Path) -> None:
        """Close a file that is about to be written anew."""
        with self._lock:
            kept = self._open.pop(path, None)
        if kept is not None:
            kept.close()

    def _opened(self, path: Path) -> KeptEvidence | None:
        with self._lock:
            if path in self._open:
                return self._open[path]
            if not path.is_file():
                return None
            # With the tracer, which the first picture does not wait for.
            from veernet.trace.kept import KeptEvidence  # noqa: PLC0415

            try:
                self._open[path] = KeptEvidence(path)
            except InputError:
                path.unlink(missing_ok=True)
                return None
            path.touch()
            return self._open[path]

    def _clear(self) -> None:
        files = [(f.stat().st_mtime, f) for f in self._folder.glob(f"*{SUFFIX}")]
        kept = 0
        for _, file in sorted(files, reverse=True):
            kept += file.stat().st_size
            if kept > KEPT and file not in self._open:
                file.unlink(missing_ok=True)

"""Kept evidence: what the network saw of a section, on disk and sliced by rows.

To trace a stretch again takes the evidence of its rows, not of the page. A file holds
that of all panels in blocks of rows, each compressed by itself: maps are mostly empty,
and a tall page takes a hundredth of its memory. It is an ``.npz``, written a block at a
time, and where its panels lie on the page is in it, so that edges and scales of the
registration may change later.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.colour import NEUTRAL
from veernet.errors import InputError
from veernet.files import replacing
from veernet.records import Affinity, Evidence, Grey, Panel, Registration

FORMAT = "veernet evidence 1"

BLOCK = 256
"""Rows of a block: what is read for nothing at either end of a slice."""

MOST_BLOCKS = 64
"""Unpacked blocks that are held: those of one panel and some thousand rows."""

META = "meta.json"


class EvidenceWriter:
    """Writes the evidence of a section, panel by panel, whole or not at all.

    Parameters
    ----------
    path
        The ``.npz`` to write.
    registration
        That the panels are made with.
    """

    def __init__(self, path: Path, registration: Registration) -> None:
        self._replacing = replacing(path)
        self._registration = registration
        self._panels: list[dict[str, Any]] = []
        self._zip: zipfile.ZipFile

    def __enter__(self) -> EvidenceWriter:
        temporary = self._replacing.__enter__()
        # The least effort: it packs empty rows as well as any other.
        self._zip = zipfile.ZipFile(
            temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            meta = {"format": FORMAT, "block": BLOCK, "panels": self._panels}
            self._zip.writestr(META, json.dumps(meta))
        self._zip.close()
        self._replacing.__exit__(kind, error, trace)

    def add(self, panel: Panel, evidence: Evidence) -> None:
        """Write a panel and its evidence: what `digitise` takes as ``keep``."""
        number = len(self._panels)
        rows = panel.row_start + np.arange(panel.edges.shape[2])
        edges = np.array([self._registration.edges_at(t, rows) for t in panel.tracks])
        self._put(f"{number}/left", edges[:, 0].min(axis=0))
        self._put(f"{number}/right", edges[:, 1].max(axis=0))
        maps: dict[str, NDArray[np.uint8]] = {"maps": evidence.maps}
        if evidence.centre is not None:
            maps["centre"] = evidence.centre[None]
        if evidence.affinity is not None:
            # Colour alone needs the picture: it tells how dark ink of a colour is.
            maps["tint"] = evidence.affinity.tint[None]
            maps["image"] = panel.image[None]
            self._put(f"{number}/weight", evidence.affinity.weight)
        for name, whole in maps.items():
            for block in range(0, rows.size, BLOCK):
                part = whole[:, block : block + BLOCK]
                self._put(f"{number}/{name}/{block // BLOCK}", part)
        self._panels.append(
            {
                "curves": [spec.mnemonic for spec in panel.curves],
                "tracks": [track.name for track in panel.tracks],
                "row_start": panel.row_start,
                "rows": rows.size,
                "width": panel.width,
                "margin": panel.margin,
                "columns": evidence.maps.shape[2],
                "lines": [list(lines) for lines in evidence.lines],
                "maps": list(maps),
            }
        )

    def _put(self, name: str, array: NDArray[Any]) -> None:
        with self._zip.open(f"{name}.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, np.ascontiguousarray(array))


@dataclass(frozen=True)
class Slice:
    """Some rows of a panel with their evidence, and where they lie on the page.

    Parameters
    ----------
    panel, evidence
        Of the rows from ``panel.row_start`` on.
    left, right
        (rows,) columns of the page of the outermost edges, as the panel was made.
    """

    panel: Panel
    evidence: Evidence
    left: Floats
    right: Floats

    def in_panel(self, column: Floats, rows: slice | NDArray[np.intp]) -> Floats:
        """Return columns of the page as columns of the panel, in some of its rows."""
        stretch = (self.right[rows] - self.left[rows]) / self.panel.width
        return np.asarray(self.panel.margin + (column - self.left[rows]) / stretch)

    def on_page(self, column: Floats, rows: slice | NDArray[np.intp]) -> Floats:
        """Return columns of the panel as columns of the page, in some of its rows."""
        stretch = (self.right[rows] - self.left[rows]) / self.panel.width
        return np.asarray(self.left[rows] + (column - self.panel.margin) * stretch)


class KeptEvidence:
    """The evidence of a section, as `EvidenceWriter` wrote it.

    Safe to share among threads; blocks that were read last are held unpacked.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        If it is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise _no_evidence(path) from error
        try:
            meta = json.loads(self._zip.read(META))
        except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
            self._zip.close()
            raise _no_evidence(path) from error
        if meta.get("format") != FORMAT or meta.get("block") != BLOCK:
            self._zip.close()
            msg = f"{path} is of format {meta.get('format')!r}: digitise again"
            raise InputError(msg)
        self._panels: list[dict[str, Any]] = meta["panels"]
        self._held: dict[str, NDArray[Any]] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def number_of(self, curve: str, registration: Registration) -> int:
        """Return the number of the panel that a curve is drawn in."""
        track, _ = registration.curve(curve)
        for key, wanted in (("curves", curve), ("tracks", track.name)):
            for number, stored in enumerate(self._panels):
                if wanted in stored[key]:
                    return number
        msg = f"no evidence is kept of track {track.name!r}: digitise the scan again"
        raise InputError(msg)

    def rows_of(self, number: int) -> tuple[int, int]:
        """Return the first and the last registered row of a panel."""
        stored = self._panels[number]
        return stored["row_start"], stored["row_start"] + stored["rows"] - 1

    def cut(
        self, number: int, rows: tuple[int, int], registration: Registration
    ) -> Slice:
        """Return rows of a panel, both ends included, with their evidence.

        Parameters
        ----------
        number
            Of the panel; see `number_of`.
        rows
            First and last registered row; those beyond the panel are left out.
        registration
            Its tracks of today, wherever their edges are now.
        """
        stored = self._panels[number]
        first, last = self.rows_of(number)
        row0, row1 = max(rows[0], first), min(rows[1], last)
        inside = slice(row0 - first, row1 + 1 - first)
        left, right = (
            self._array(f"{number}/{side}")[inside] for side in ("left", "right")
        )
        stretch = (right - left) / stored["width"]
        tracks = tuple(
            track
            for track in registration.tracks
            if track.name in stored["tracks"]
            or any(spec.mnemonic in stored["curves"] for spec in track.curves)
        )
        at = np.arange(row0, row1 + 1)
        edges = np.array([registration.edges_at(track, at) for track in tracks])
        shape = (at.size, stored["columns"])
        parts = {name: self._rows(number, name, inside) for name in stored["maps"]}
        image = parts["image"][0] if "image" in parts else np.broadcast_to(WHITE, shape)
        panel = Panel(
            tracks=tracks,
            row_start=row0,
            width=stored["width"],
            margin=stored["margin"],
            edges=stored["margin"] + (edges - left) / stretch,
            image=image,
        )
        evidence = Evidence(
            parts["maps"],
            tuple(tuple(lines) for lines in stored["lines"]),
            parts["centre"][0] if "centre" in parts else None,
            self._affinity(number, panel, parts),
        )
        return Slice(panel, evidence, left, right)

    def _affinity(
        self, number: int, panel: Panel, parts: Mapping[str, NDArray[np.uint8]]
    ) -> Affinity | None:
        """Return what colour says of the curves of today."""
        if "tint" not in parts:
            return None
        known = dict(
            zip(
                self._panels[number]["curves"],
                self._array(f"{number}/weight"),
                strict=True,
            )
        )
        neutral = np.full(256, NEUTRAL, dtype=np.uint8)
        weight = np.array([known.get(s.mnemonic, neutral) for s in panel.curves])
        return Affinity(parts["tint"][0], weight)

    def _rows(self, number: int, name: str, inside: slice) -> NDArray[np.uint8]:
        """Return (maps, rows, columns) of some rows."""
        first, last = inside.start // BLOCK, (inside.stop - 1) // BLOCK
        blocks = [
            self._array(f"{number}/{name}/{block}") for block in range(first, last + 1)
        ]
        whole = np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]
        start = inside.start - first * BLOCK
        return np.ascontiguousarray(
            whole[:, start : start + inside.stop - inside.start]
        )

    def _array(self, name: str) -> NDArray[Any]:
        """Return an array of the file, from memory if it was read lately."""
        with self._lock:
            if name in self._held:
                self._held[name] = self._held.pop(name)  # last in the row to be dropped
                return self._held[name]
        with self._zip.open(f"{name}.npy") as member:
            array: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
        with self._lock:
            self._held[name] = array
            while len(self._held) > MOST_BLOCKS:
                self._held.pop(next(iter(self._held)))
        return array


def _no_evidence(path: Path) -> InputError:
    return InputError(f"{path} holds no evidence: digitise the scan again to keep it")


WHITE: Grey = np.array(255, dtype=np.uint8)

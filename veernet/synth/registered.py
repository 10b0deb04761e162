"""Registered real logs as training data: scan, registration and digital log."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.export.lasread import read_las
from veernet.export.logtable import LogTable
from veernet.losses.inputs import IGNORE_INDEX
from veernet.records import CurveSpec, Panel, Registration, Track
from veernet.rectify import panels
from veernet.registration import load_registrations
from veernet.scan import open_scan
from veernet.synth.curves import DrawnCurve
from veernet.synth.dataset import OUTPUTS, class_of_line
from veernet.synth.layout import Layout
from veernet.synth.pictures import PictureData
from veernet.synth.strips import render_mask
from veernet.synth.windows import LabelledPicture


def label_panel(
    panel: Panel,
    registration: Registration,
    truth: LogTable,
    outputs: Sequence[Sequence[str]] = OUTPUTS,
    label_width: float = 3.0,
) -> LabelledPicture:
    """Render the truth of a rectified track from its digital log.

    Rows where the log has no value for one of the curves are ignored by every loss: ink
    of an unknown curve must not be taught as background.

    Parameters
    ----------
    panel, registration
        The track, and how depth and values lie in it.
    truth
        A column for each curve that is drawn in the panel.

    Raises
    ------
    InputError
        If a curve of the panel is not in the log, or the depth units differ.
    """
    if truth.depth_unit not in {None, registration.depth.unit}:
        msg = (
            f"{truth.name} is in {truth.depth_unit}, section {registration.section!r} "
            f"in {registration.depth.unit}: convert the log first"
        )
        raise InputError(msg)
    rows, columns = panel.image.shape
    depth = registration.depth.depth_at(panel.row_start + np.arange(rows))
    classes = class_of_line(outputs)
    mask = np.zeros((rows, columns), dtype=np.int64)
    unknown = np.zeros(rows, dtype=bool)
    found, labels = [], []
    for track, edges in zip(panel.tracks, panel.edges, strict=True):
        layout = _frame(edges, (rows, columns))
        for spec in track.curves:
            curve = _true_curve(spec, track, depth, truth)
            label = render_mask(layout, [curve], classes, label_width)
            np.maximum(mask, label, out=mask)
            unknown |= ~np.isfinite(curve.fraction)
            found.append(curve.column_at(layout)[0])
            labels.append(classes[spec.line])
    mask[unknown] = IGNORE_INDEX
    name = f"{truth.name} {registration.section} {panel.tracks[0].name}"
    return LabelledPicture(name, panel.image, mask, np.array(found), tuple(labels))


def _frame(edges: Floats, size: tuple[int, int]) -> Layout:
    left, right = edges
    return Layout(
        rows=size[0],
        columns=size[1],
        left=float(left.mean()),
        width=float(np.mean(right - left)),
        rows_per_foot=1.0,
        shift=left - left.mean(),
    )


def _true_curve(
    spec: CurveSpec, track: Track, depth: Floats, truth: LogTable
) -> DrawnCurve:
    mnemonic = truth.find(spec.mnemonic)
    if mnemonic is None:
        msg = (
            f"{truth.name} has no curve {spec.mnemonic}, which is drawn in track "
            f"{track.name!r}: every curve drawn needs its truth"
        )
        raise InputError(msg)
    fraction = spec.scale.fraction_at(_at_depths(truth, mnemonic, depth))
    return DrawnCurve(
        rows=np.arange(depth.size, dtype=np.float64),
        fraction=np.asarray(fraction),
        line=spec.line,
        weight=spec.weight or "medium",
        width=np.ones(depth.size),
        wraps=spec.wraps,
    )


def _at_depths(truth: LogTable, mnemonic: str, depth: Floats) -> Floats:
    """Values between the log's samples, never across a null nor beyond its ends."""
    values = truth.values[mnemonic]
    at = np.interp(depth, truth.depth, values, left=np.nan, right=np.nan)
    after = np.clip(np.searchsorted(truth.depth, depth), 1, values.size - 1)
    exact = truth.depth[after] == depth
    known = np.isfinite(values[after]) & (exact | np.isfinite(values[after - 1]))
    return np.where(known, at, np.nan)


def read_registered(
    registrations: Path,
    scans: Path,
    las: Path,
    outputs: Sequence[Sequence[str]] = OUTPUTS,
    label_width: float = 3.0,
) -> dict[str, list[LabelledPicture]]:
    """Rectify and label every registered track that has a digital log.

    Parameters
    ----------
    registrations
        Folder of ``NAME.yaml``.
    scans
        Folder of the scans that they name.
    las
        Folder of ``NAME.SECTION.las``, or ``NAME.las`` for all sections.

    Returns
    -------
    dict
        Pictures by well: its UWI, API or WELL field, or else the scan's name.

    Raises
    ------
    InputError
        If a file is missing or wrong, or nothing is found.
    """
    wells: dict[str, list[LabelledPicture]] = {}
    for path in sorted(registrations.glob("*.yaml")):
        for registration in load_registrations(path):
            names = (f"{path.stem}.{registration.section}.las", f"{path.stem}.las")
            log = next((las / n for n in names if (las / n).is_file()), None)
            if log is None:
                continue
            truth = read_las(log)
            image = scans / (registration.image or f"{path.stem}.tif")
            scan = open_scan(image, registration.page)
            pictures = wells.setdefault(well_of(registration, image.stem), [])
            for panel in panels(scan, registration):
                pictures.append(
                    label_panel(panel, registration, truth, outputs, label_width)
                )
    if not wells:
        msg = f"no registration in {registrations} has a LAS of its name in {las}"
        raise InputError(msg)
    return wells


def well_of(registration: Registration, otherwise: str) -> str:
    """Identify the well of a registration."""
    for key in ("UWI", "API", "WELL"):
        if registration.well.get(key):
            return registration.well[key]
    return otherwise


def is_validation(well: str, share: float, seed: int) -> bool:
    """Tell whether a well is validated on, from its name and no other well's."""
    return zlib.crc32(f"{seed} {well}".encode()) / 2**32 < share


class RegisteredData(PictureData):
    """Registered real logs, split by well: no well is both trained and validated on.

    Parameters
    ----------
    registrations
        Folder of ``NAME.yaml``.
    scans, las
        Folders of the scans and of ``NAME.SECTION.las`` or ``NAME.las``; that of the
        registrations unless given.
    validation_share
        Of the wells; which ones hangs on the well's name and the seed.
    outputs, label_width
        Of the masks.
    seed, options
        Of :class:`~veernet.synth.pictures.PictureData`.
    """

    def __init__(
        self,
        registrations: str | Path,
        scans: str | Path | None = None,
        las: str | Path | None = None,
        *,
        validation_share: float = 0.2,
        outputs: Sequence[Sequence[str]] = OUTPUTS,
        label_width: float = 3.0,
        seed: int = 0,
        **options: Any,  # noqa: ANN401 - passed on as they are
    ) -> None:
        wells = read_registered(
            Path(registrations),
            Path(scans or registrations),
            Path(las or registrations),
            outputs,
            label_width,
        )
        held = {w for w in wells if is_validation(w, validation_share, seed)}
        train = [p for w, pictures in wells.items() if w not in held for p in pictures]
        validation = [p for w in wells if w in held for p in wells[w]]
        super().__init__(train, validation, seed=seed, **options)
        self.channels = ("darkness",)
        self.validation_wells = tuple(sorted(held))

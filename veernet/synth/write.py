"""Sets of strips on disk: pictures, truth, registrations and logs that belong to them.

What is written is what the rest of the pipeline reads: ``veernet digitise`` takes a
picture with its registration, and ``veernet evaluate`` scores the result by the LAS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lasio
import numpy as np
import pandas as pd
from PIL import Image

from veernet.axes import DepthAxis, DepthPoint, Edge, Floats, Scale, ScaleKind
from veernet.calibrate import even_depths
from veernet.errors import InputError
from veernet.files import new_folder, replacing, write_text
from veernet.quantities import is_impossible
from veernet.records import CurveSpec, Registration, Track
from veernet.registration import save_registrations
from veernet.synth.curves import DrawnCurve
from veernet.synth.dataset import OUTPUTS, Stream, class_of_line, sample_rng
from veernet.synth.grid import Grid
from veernet.synth.layout import Layout
from veernet.synth.recipe import Recipe
from veernet.synth.signals import RealShapes, read_shapes
from veernet.synth.strips import Strip, draw_strip

STEP = 0.5
"""Feet between the samples of a written log."""

EDGE_EVERY = 64
"""Rows between the points of an edge: the weave of the paper is far slower."""


@dataclass(frozen=True)
class Quantity:
    """What a curve may be said to measure: mnemonic, unit, and its usual scale."""

    mnemonic: str
    unit: str
    left: float
    right: float


LINEAR = (
    Quantity("GR", "GAPI", 0, 150),
    Quantity("SP", "MV", -160, 40),
    Quantity("CALI", "IN", 6, 16),
    Quantity("NPHI", "PU", 45, -15),
    Quantity("DT", "US/F", 140, 40),
    Quantity("RHOB", "G/C3", 1.95, 2.95),
    Quantity("TENS", "LBF", 5000, 0),
)
SPARE = (Quantity("DRHO", "G/C3", -0.25, 0.25), Quantity("PEF", "B/E", 0, 10))
"""For curves that wrap to below zero, where only quantities that cannot are left."""

LOG = ("ILD", "ILM", "SFLU", "LLD", "LLS", "MSFL")


def curve_specs(
    rng: np.random.Generator, curves: Sequence[DrawnCurve], grid: Grid
) -> tuple[CurveSpec, ...]:
    """Give each drawn curve a mnemonic and a scale that goes with the grid."""
    if grid.decades is None:
        order = rng.permutation(len(LINEAR))
        kind: ScaleKind = "linear"
        left_over = [*(LINEAR[i] for i in order), *SPARE]
        most = len(LINEAR)
    else:
        first, decades = grid.decades
        kind, left, most = "log", first / 10, len(LOG)
        left_over = [Quantity(m, "OHMM", left, left * 10**decades) for m in LOG]
    if len(curves) > most:
        msg = f"{len(curves)} curves in a track: there are {most} mnemonics"
        raise InputError(msg)
    specs = []
    for curve in curves:
        choices = (_spec_of(curve, quantity, kind) for quantity in left_over)
        spec = next(s for s in choices if not _is_impossible(curve, s))
        left_over = [q for q in left_over if q.mnemonic != spec.mnemonic]
        specs.append(spec)
    return tuple(specs)


def _spec_of(curve: DrawnCurve, quantity: Quantity, kind: ScaleKind) -> CurveSpec:
    return CurveSpec(
        mnemonic=quantity.mnemonic,
        unit=quantity.unit,
        scale=Scale(kind, quantity.left, quantity.right),
        line=curve.line,
        weight=curve.weight,
        wraps=curve.wraps,
        wrap_start=first_wrap(curve),
    )


def _is_impossible(curve: DrawnCurve, spec: CurveSpec) -> bool:
    """Tell whether what is drawn would be a value that the quantity cannot have."""
    return curve.wraps and bool(is_impossible(spec, curve.fraction).any())


def first_wrap(curve: DrawnCurve, row: float = 0.0) -> int:
    """Wrap count of a curve where it is first drawn; 0 if it does not wrap."""
    if not curve.wraps:
        return 0
    drawn = np.isfinite(curve.fraction) & (curve.rows >= row)
    if not drawn.any():
        return 0
    start = max(row, float(curve.rows[drawn][0]))
    return int(np.floor(np.interp(start, curve.rows, curve.fraction)))


def edge_of(layout: Layout, columns: Floats, top: int = 0) -> Edge:
    """Describe an edge, (rows,) columns, by points; rows count from the page's top."""
    jumps = layout.jump_rows.astype(np.intp)
    rows = np.unique(np.r_[0 : layout.rows : EDGE_EVERY, layout.rows - 1, jumps])
    if np.ptp(columns) == 0:
        rows = rows[:1]
    return Edge(tuple((rows + float(top)).tolist()), tuple(columns[rows].tolist()))


def true_values(
    registration: Registration, curves: Mapping[str, DrawnCurve], top: int = 0
) -> tuple[Floats, dict[str, Floats]]:
    """Return what each curve measures at the depths that a reading is given at.

    Parameters
    ----------
    registration
        Depth axis, step and scales.
    curves
        What was drawn, by mnemonic, its rows counted from row ``top`` of the page.

    Returns
    -------
    depth : (samples,)
        In the registration's unit.
    values : dict of (samples,)
        On and off scale alike; NaN where the pen was up.
    """
    depth = even_depths(registration.depth, registration.step)
    rows = registration.depth.row_at(depth) - top
    values = {}
    for mnemonic, curve in curves.items():
        _, spec = registration.curve(mnemonic)
        fraction = np.interp(rows, curve.rows, curve.fraction)
        values[mnemonic] = spec.scale.value_at(fraction)
    return depth, values


def write_true_las(
    path: Path,
    registration: Registration,
    curves: Mapping[str, DrawnCurve],
    top: int = 0,
) -> None:
    """Write what was drawn as LAS 2.0, whole or not at all."""
    depth, values = true_values(registration, curves, top)
    las = lasio.LASFile()
    for key, value in registration.well.items():
        las.well[key] = lasio.HeaderItem(key, "", value)
    las.well["NULL"].value = registration.null_value
    las.append_curve("DEPT", depth, unit=registration.depth.unit.upper())
    for mnemonic, column in values.items():
        _, spec = registration.curve(mnemonic)
        las.append_curve(mnemonic, column, unit=spec.unit)
    las.other = "Drawn by the generator of veernet: not measured in any well."
    with replacing(path) as temporary, temporary.open("w", encoding="ascii") as stream:
        las.write(stream, version=2.0, fmt="%.5f", STEP=registration.step)


def register_strip(
    strip: Strip, rng: np.random.Generator, image: str, well: str
) -> Registration:
    """Register a strip: depths fall on the lines of its grid, edges where they ran."""
    layout, grid = strip.layout, strip.grid
    per_foot = layout.rows_per_foot
    heavy = grid.depth_feet * grid.depth_heavy
    top = heavy * float(rng.integers(40, 200)) - grid.depth_phase
    ends = np.array([0.0, layout.rows - 1.0])
    points = tuple(DepthPoint(float(row), float(top + row / per_foot)) for row in ends)
    left, right = strip.edges
    track = Track(
        name="T1",
        left=edge_of(layout, left),
        right=edge_of(layout, right),
        curves=curve_specs(rng, strip.curves, grid),
    )
    return Registration(
        section="main",
        depth=DepthAxis("ft", points),
        tracks=(track,),
        step=STEP,
        well={"WELL": well},
        image=image,
    )


def write_set(
    out: str | Path,
    count: int = 200,
    seed: int = 0,
    *,
    recipe: Recipe,
    stream: Stream = "test",
    las_folder: str | Path | None = None,
    label_width: float = 3.0,
    outputs: Sequence[Sequence[str]] = OUTPUTS,
    overwrite: bool = True,
) -> None:
    """Write strips with all that belongs to them.

    For each strip ``images/NAME.png``, ``masks/NAME.png`` (class indices),
    ``NAME.yaml`` (registration), ``NAME.las`` (what the curves measure) and
    ``NAME.csv`` (row, and true column of each curve, empty where it is not drawn).

    Parameters
    ----------
    out
        Folder, made if need be.
    count, seed
        How many; the same seed gives the same bytes.
    recipe
        What to draw.
    stream
        ``test`` draws what no training with whatever seed has seen.
    las_folder
        LAS files whose curves lend their shapes.
    label_width, outputs
        Of the masks.
    overwrite
        Whether the folder may hold files.
    """
    folder = Path(out)
    new_folder(folder, overwrite=overwrite)
    shapes = None if las_folder is None else read_shapes(las_folder)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    digits = max(4, len(str(count - 1)))
    for index in range(count):
        _write_strip(
            folder,
            f"strip{index:0{digits}d}",
            sample_rng(seed, stream, index),
            recipe,
            shapes,
            label_width,
            outputs,
        )


def _write_strip(
    folder: Path,
    name: str,
    rng: np.random.Generator,
    recipe: Recipe,
    shapes: RealShapes | None,
    label_width: float,
    outputs: Sequence[Sequence[str]],
) -> None:
    strip = draw_strip(recipe, rng, shapes)
    registration = register_strip(strip, rng, f"images/{name}.png", name)
    specs = registration.tracks[0].curves
    mnemonics = [spec.mnemonic for spec in specs]
    for kind, picture in (
        ("images", strip.image),
        ("masks", strip.mask(class_of_line(outputs), label_width)),
    ):
        with replacing(folder / kind / f"{name}.png") as temporary:
            Image.fromarray(picture).save(temporary, format="PNG")
    save_registrations(folder / f"{name}.yaml", registration)
    drawn = dict(zip(mnemonics, strip.curves, strict=True))
    write_true_las(folder / f"{name}.las", registration, drawn)
    truth = pd.DataFrame(dict(zip(mnemonics, strip.columns, strict=True)))
    truth.insert(0, "row", np.arange(strip.layout.rows))
    text = truth.to_csv(index=False, float_format="%.4f", lineterminator="\n")
    write_text(folder / f"{name}.csv", text)

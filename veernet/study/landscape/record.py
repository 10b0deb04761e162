"""What was measured of one network, and its file: numbers, slices and how they came."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from veernet.errors import InputError
from veernet.files import write_text
from veernet.study.landscape.slices import Lines, Plane

VERSION = 1
"""Of the file's layout."""


@dataclass(frozen=True)
class Landscape:
    """The landscape around one network.

    Parameters
    ----------
    numbers
        The measures by flat name, as :func:`veernet.study.landscape.measure` lists
        them; None where one could not be had (a median with most sides censored, an
        overflow).
    lines
        The slices along single directions.
    plane
        The slice in two directions, where it was asked for.
    settings
        Of the measurement, with its seed, as plain values.
    """

    numbers: dict[str, float | None]
    lines: Lines
    plane: Plane | None
    settings: dict[str, Any]


def write(path: Path, landscape: Landscape) -> None:
    """Write a landscape as JSON, whole or not at all.

    Raises
    ------
    InputError
        If nothing can be written at that place.
    """
    document = {"version": VERSION, **asdict(landscape)}
    write_text(path, json.dumps(document, allow_nan=False, indent=1) + "\n")


def read_landscape(path: Path) -> Landscape:
    """Read what :func:`write` wrote.

    Raises
    ------
    InputError
        If the file cannot be read, or is none of these.
    """
    try:
        return parse_landscape(path.read_text(encoding="utf-8"), str(path))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as a landscape: {error}"
        raise InputError(msg) from error


def parse_landscape(text: str, path: str) -> Landscape:
    """Return the landscape that a text describes, which an error calls ``path``.

    Raises
    ------
    InputError
        If it is of another version, or has other parts.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or document.pop("version", None) != VERSION:
        msg = f"{path} is no landscape of version {VERSION}: measure it again"
        raise InputError(msg)
    if set(document) != {field.name for field in fields(Landscape)}:
        msg = f"{path} has the parts {sorted(document)}: measure it again"
        raise InputError(msg)
    lines, plane = document["lines"], document["plane"]
    return Landscape(
        numbers=document["numbers"],
        lines=Lines(tuple(lines["deltas"]), lines["values"]),
        plane=None if plane is None else Plane(tuple(plane["deltas"]), plane["values"]),
        settings=document["settings"],
    )


@dataclass(frozen=True)
class Settings:
    """How finely and how far to measure, and on how many of the pictures.

    An instrument that is given fewer pictures than there are takes the first batches
    that hold so many, whole. F is a value, G a value with its gradient, H a product
    with the Hessian, each of the pictures of its instrument; G is about 3 F, H about
    10 F. The counts below are per objective; the steps of the ascents are one each.

    Parameters
    ----------
    slice_pictures
        For slices and basins.
    directions
        Filter-normalised, for slices and basins.
    ladder
        Steps of the slices to each side, in which a basin's end is bracketed. With the
        search, 2 ``directions`` (``len(ladder)`` + 2 to 4 per probe) F at most.
    entropy_step
        Rise of the matched cross-entropy that ends a basin, as a share of the entropy
        of the classes in the masks: the same for every network on the same pictures.
    miou_step, curve_step
        Rise of ``one_minus_miou`` and of ``curve_mae`` that ends a basin.
    own_step
        Rise of the own loss that ends a basin, as a share of what the network gained
        over guessing the share of each class.
    plane_points
        Along each axis of the slice in two directions, an odd number, its square in F;
        0 for no such slice.
    gradient_pictures
        For all measures of sharpness.
    adaptive_l2, adaptive_linf
        Radii of the adaptive worst case; 2 ``worst_steps`` G, 4 F.
    worst_steps
        Of each ascent.
    sam_radius, asam_radius
        Radii of one step, plain and adaptive; 2 G, 2 F.
    keskar_epsilons
        Half sides of Keskar's boxes; for each ``keskar_steps`` G, 2 F.
    keskar_steps
        Of each ascent.
    adaptive_sigma, plain_sigma
        Standard deviations of the average case; 4 ``pairs`` + 2 F together.
    pairs
        Of noise.
    hessian_pictures
        For eigenvalue and trace.
    lanczos_steps, trace_draws
        H each, twice: plain and in the measure of the weights' sizes.
    """

    slice_pictures: int = 16
    directions: int = 10
    ladder: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.8)
    entropy_step: float = 0.1
    miou_step: float = 0.05
    curve_step: float = 0.01
    own_step: float = 0.1
    plane_points: int = 0
    gradient_pictures: int = 8
    adaptive_l2: float = 0.5
    adaptive_linf: float = 1e-3
    worst_steps: int = 20
    sam_radius: float = 0.05
    asam_radius: float = 0.5
    keskar_epsilons: tuple[float, ...] = (1e-3, 5e-4)
    keskar_steps: int = 10
    adaptive_sigma: float = 0.1
    plain_sigma: float = 0.005
    pairs: int = 8
    hessian_pictures: int = 8
    lanczos_steps: int = 8
    trace_draws: int = 8

"""Scores of regions: overlap, fullness and crispness of edges, class by class.

Overlap alone does not say how a prediction fails: of two with one IoU, one may hold
regions full of holes and the other whole regions that stop short of their edges. What
regions look like is therefore measured by itself: how much of each true region is
covered, in how many pieces and with how many holes, how wide the band of doubt along
true edges is, and how many edges are found within two pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from veernet.axes import Floats
from veernet.errors import InputError

IGNORED = -100
"""Truth of the pixels that do not count: that of torch."""

SURE = 0.9
"""Winning probability from which a pixel is beyond doubt."""
DOUBT_REACH = 8.0
"""Pixels on either side of a true edge in which doubt is looked for."""
TOLERANCE = 2.0
"""Pixels within which an edge is found."""
LEAST_AREA = 25
"""Pixels: a smaller true region is all edge, and is no region here."""

EIGHT = np.ones((3, 3), dtype=bool)
"""Pixels that touch at a corner are of one region; a hole's touch at their sides."""

Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]
Probability = NDArray[np.floating]


@dataclass(frozen=True)
class RegionScores:
    """Scores of each class, (classes,), NaN where there is nothing to score.

    Parameters
    ----------
    iou, f1
        Over all pixels of all pictures together.
    image_iou, image_f1
        Mean over the pictures in which the class is true or predicted.
    coverage
        Share of a true region that is predicted as its class, mean over the regions.
    area_ratio
        Predicted over true area, of all pictures together: above 1 is too full.
    holes
        Holes in the prediction within a true region, mean over the regions. A hole is
        closed round by the prediction; what reaches the region's edge is none.
    pieces
        Connected parts of the prediction within a true region, mean over the regions of
        which any part is predicted: 1 is whole.
    edge_band
        Mean width in pixels of the band of doubt along the true edges of the class, 0
        to 2 ``reach``: the share of the pixels within reach of such an edge that are in
        doubt, times the width of that strip.
    edge_precision, edge_recall, edge_f1
        Share of the predicted edges that lie near true ones of the class, share of the
        true edges that lie near predicted ones, and their harmonic mean.
    regions
        How many true regions there are.
    """

    iou: Floats
    f1: Floats
    image_iou: Floats
    image_f1: Floats
    coverage: Floats
    area_ratio: Floats
    holes: Floats
    pieces: Floats
    edge_band: Floats
    edge_precision: Floats
    edge_recall: Floats
    edge_f1: Floats
    regions: Floats

    def rows(self, names: Sequence[str]) -> list[dict[str, str | float]]:
        """Return a row for each class, and the mean over the classes that have a score.

        Raises
        ------
        InputError
            If there are more or fewer names than classes.
        """
        if len(names) != self.iou.size:
            msg = f"{len(names)} names for {self.iou.size} classes: {list(names)}"
            raise InputError(msg)
        scores = {key: np.asarray(values) for key, values in vars(self).items()}
        table: list[dict[str, str | float]] = [
            {"class": name} | {key: float(v[i]) for key, v in scores.items()}
            for i, name in enumerate(names)
        ]
        mean = {key: _mean(values) for key, values in scores.items()}
        return [*table, {"class": "mean", **mean}]


def region_scores(
    pictures: Iterable[tuple[Probability, Labels]],
    *,
    ignored: int = IGNORED,
    sure: float = SURE,
    reach: float = DOUBT_REACH,
    tolerance: float = TOLERANCE,
    least_area: int = LEAST_AREA,
) -> RegionScores:
    """Score predicted probabilities against true classes.

    Parameters
    ----------
    pictures
        Of each the probability of every class, (classes, rows, columns), and the true
        class of every pixel, (rows, columns). They are taken one at a time.
    ignored
        Truth of the pixels that do not count; there are no edges along them.
    sure
        Winning probability from which a pixel is beyond doubt.
    reach, tolerance
        Pixels: of the strip along true edges, and within which an edge is found.
    least_area
        Pixels of the smallest true region that coverage, holes and pieces are of.

    Raises
    ------
    InputError
        If there is no picture, the sizes of one do not fit, or a true class is none of
        those predicted.

    Notes
    -----
    The strip along an edge of length l holds 2 l reach pixels, and those in doubt cover
    l w of them for a band of width w, whatever way the edge runs; so the ratio needs no
    length, which a grid of pixels measures badly.

    References
    ----------
    .. [Csu13] Csurka et al., What is a good evaluation measure for semantic
       segmentation?, BMVC 2013, section 2.2: F1 of edges within a tolerance.
    """
    sums: dict[str, Floats] = {}
    for probability, truth in pictures:
        _check(probability, truth, ignored)
        winner = np.asarray(probability.argmax(axis=0), dtype=np.int64)
        winner[truth == ignored] = ignored
        doubt = probability.max(axis=0) < sure
        each = [
            _count(index, winner, truth, ignored, tolerance, least_area)
            | _count_doubt(index, doubt, truth, ignored, reach)
            for index in range(len(probability))
        ]
        for key in each[0]:
            values = np.array([counts[key] for counts in each])
            if key in sums and sums[key].shape != values.shape:
                msg = f"a picture has {len(values)} classes, those before it others"
                raise InputError(msg)
            sums[key] = sums.get(key, 0.0) + values
    if not sums:
        msg = "there is no picture to score: give one or more"
        raise InputError(msg)
    return _scores(sums)


def _check(probability: Probability, truth: Labels, ignored: int) -> None:
    if probability.ndim != 3 or probability.shape[1:] != truth.shape:
        msg = (
            f"probability of shape {probability.shape} for a truth of shape "
            f"{truth.shape}: give (classes, rows, columns) for (rows, columns)"
        )
        raise InputError(msg)
    counted = truth[truth != ignored]
    if counted.size and not 0 <= counted.min() <= counted.max() < len(probability):
        msg = (
            f"true classes run from {counted.min()} to {counted.max()}, those "
            f"predicted from 0 to {len(probability) - 1}"
        )
        raise InputError(msg)


def _count(
    index: int,
    winner: Labels,
    truth: Labels,
    ignored: int,
    tolerance: float,
    least_area: int,
) -> dict[str, float]:
    """Sum up what a picture says of a class."""
    true, found = truth == index, winner == index
    both, either = np.sum(true & found), np.sum(true | found)
    sums = {
        "both": both,
        "true": true.sum(),
        "found": found.sum(),
        "image_iou": both / either if either else 0.0,
        "image_f1": 2 * both / (true.sum() + found.sum()) if either else 0.0,
        "images": float(either > 0),
    }
    sums |= _fullness(true, found, least_area)
    known = truth != ignored
    edges = edge_pixels(true, known), edge_pixels(found, known)
    near = [_near(edge, tolerance) for edge in edges]
    sums |= {
        "edges_true": edges[0].sum(),
        "edges_found": edges[1].sum(),
        "edges_right": np.sum(edges[1] & near[0]),
        "edges_met": np.sum(edges[0] & near[1]),
    }
    return {key: float(value) for key, value in sums.items()}


def _fullness(true: Flags, found: Flags, least_area: int) -> dict[str, float]:
    """Coverage, holes and pieces, summed over the true regions."""
    labels, count = ndimage.label(true, EIGHT)
    area = np.bincount(labels.ravel(), minlength=count + 1)
    kept = np.flatnonzero(area[1:] >= least_area) + 1
    inside = np.bincount(labels[found & true], minlength=count + 1)
    # The picture's own edge closes nothing: a gap that reaches it is no hole.
    rim = true & ~ndimage.binary_erosion(true, EIGHT)
    holes = _parts_of(
        true & ~found, labels, count, ndimage.generate_binary_structure(2, 1), rim
    )
    pieces = _parts_of(true & found, labels, count, EIGHT)
    return {
        "regions": float(kept.size),
        "coverage": float(np.sum(inside[kept] / area[kept])),
        "holes": float(holes[kept].sum()),
        "pieces": float(pieces[kept].sum()),
        "pieced": float(np.sum(pieces[kept] > 0)),
    }


def _parts_of(
    flags: Flags, labels: Labels, count: int, structure: Flags, but: Flags | None = None
) -> NDArray[np.int64]:
    """Count the connected parts in each region, without those that touch ``but``."""
    parts, number = ndimage.label(flags, structure)
    alone = np.ones(number + 1, dtype=bool)
    alone[0] = False
    if but is not None:
        alone[parts[but]] = False
    # Any pixel of a part tells its region, for a part lies in one.
    region = np.zeros(number + 1, dtype=np.int64)
    region[parts] = labels
    return np.bincount(region[alone], minlength=count + 1)


def edge_pixels(flags: Flags, known: Flags) -> Flags:
    """Tell whether a pixel lies on an edge: inside it, with a known neighbour outside.

    Neighbours are those above, below and beside; beyond the picture nothing is known.
    """
    outside = ~flags & known
    beside = np.zeros_like(flags)
    beside[1:] |= outside[:-1]
    beside[:-1] |= outside[1:]
    beside[:, 1:] |= outside[:, :-1]
    beside[:, :-1] |= outside[:, 1:]
    return flags & beside


def _near(flags: Flags, distance: float) -> Flags:
    """Tell whether there is a pixel of some within a distance."""
    if not flags.any():
        return np.zeros_like(flags)
    return np.asarray(ndimage.distance_transform_edt(~flags) <= distance)


def _count_doubt(
    index: int, doubt: Flags, truth: Labels, ignored: int, reach: float
) -> dict[str, float]:
    """Count the pixels along the true edges of a class, and those of them in doubt."""
    known = truth != ignored
    true = truth == index
    edge = edge_pixels(true, known) | edge_pixels(~true & known, known)
    # The edge runs between two pixels, half a pixel from either.
    strip = _near(edge, reach - 0.5) & known
    return {
        "strip": float(strip.sum()),
        "doubt": 2 * reach * float(np.sum(strip & doubt)),
    }


def _scores(sums: dict[str, Floats]) -> RegionScores:
    wrong = sums["true"] + sums["found"] - 2 * sums["both"]
    precision = _ratio(sums["edges_right"], sums["edges_found"])
    recall = _ratio(sums["edges_met"], sums["edges_true"])
    # An edge that nobody drew, or nobody found, is no edge found.
    edged = (sums["edges_true"] > 0) | (sums["edges_found"] > 0)
    p, r = (np.nan_to_num(values) for values in (precision, recall))
    return RegionScores(
        iou=_ratio(sums["both"], sums["both"] + wrong),
        f1=_ratio(2 * sums["both"], 2 * sums["both"] + wrong),
        image_iou=_ratio(sums["image_iou"], sums["images"]),
        image_f1=_ratio(sums["image_f1"], sums["images"]),
        coverage=_ratio(sums["coverage"], sums["regions"]),
        area_ratio=_ratio(sums["found"], sums["true"]),
        holes=_ratio(sums["holes"], sums["regions"]),
        pieces=_ratio(sums["pieces"], sums["pieced"]),
        edge_band=_ratio(sums["doubt"], sums["strip"]),
        edge_precision=precision,
        edge_recall=recall,
        edge_f1=np.where(
            edged, _ratio(2 * p * r, np.where(p + r > 0, p + r, 1)), np.nan
        ),
        regions=sums["regions"],
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide, NaN where there is nothing to divide by."""
    safe = np.where(below > 0, below, 1.0)
    return np.where(below > 0, above / safe, np.nan)


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")

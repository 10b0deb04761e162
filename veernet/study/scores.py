"""Scores of a trained network: its masks, and the curves that are read from them.

Every figure of the study is computed from these two tables, which hold sums and not
ratios wherever a figure may be wanted both as a mean over pictures and of all together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from veernet.axes import Edge, Floats, Scale, fraction_of
from veernet.evaluate.measure import ROUNDING, fill, interpolate, measure_points
from veernet.records import CurveSpec, Evidence, Grey, Line, Panel, Track
from veernet.synth.dashes import BROKEN
from veernet.synth.dataset import Sample
from veernet.trace import Tracer, trace
from veernet.training.metrics import HIT, count_overlap, row_columns

POINTS = 300
"""Even depths that a curve is compared at, as the references do."""

TRACERS: tuple[Tracer, ...] = ("dp", "skeleton")
"""Tracers that read the map of a class: this tool's, and that of the references. Both
leave open where the map is faint, which a network may be by its loss alone."""

ROWS = "rows"
"""The third reading: where each row of the map is darkest, however faint it is."""

STYLES: tuple[tuple[Line, ...], ...] = (("solid",), BROKEN)
"""Line styles of the classes after background."""


@dataclass(frozen=True)
class StudyScores:
    """The scores of one network on one set.

    Parameters
    ----------
    masks
        A row for each picture and class: ``picture``, ``label``; ``both``, ``false``,
        ``missed`` pixels of the most probable class; ``pixels`` of the picture, of
        which ``true`` are of the class and ``expected`` is the sum of its probability;
        ``nats``, the cross-entropy summed over the pixels of the class.
    curves
        A row for each picture, curve and tracer (:data:`TRACERS` and :data:`ROWS`):
        ``picture``, ``label``, ``tracer``;
        ``rows`` on which the curve is drawn and on scale, the share ``coverage`` of
        them that were read and ``hit`` of them within 3 px. With gaps filled (linear,
        nearest at the ends, mid-scale if nothing was read), ``filled_px`` over all
        rows, and at ``points`` of 300 even depths, those on scale, in fractions of the
        track, ``mae`` and ``r_squared``, and the sums ``error_squared``, ``truth_sum``,
        ``truth_squared`` that pool them.
    """

    masks: pd.DataFrame
    curves: pd.DataFrame


class AllBackground(nn.Module):
    """The network that never calls anything a curve: the least that a loss must beat.

    Parameters
    ----------
    classes
        Outputs, background included.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return (N, classes, H, W) logits that are sure of the background."""
        logits = image.new_full((len(image), self.classes, *image.shape[2:]), -20.0)
        logits[:, 0] = 20.0
        return logits


def score(
    network: nn.Module,
    batches: Iterable[Sample],
    names: Sequence[str],
    styles: Sequence[Sequence[Line]] = STYLES,
) -> StudyScores:
    """Score a network on a set of strips.

    Parameters
    ----------
    network
        Maps (N, 1, H, W) darkness to (N, classes, H, W) logits; put in evaluation mode.
    batches
        Samples as :mod:`veernet.synth.dataset` describes, with the edges of the track,
        and at most one curve of a class.
    names
        Of the classes, background first.
    styles
        Line styles of the classes after background.
    """
    network.eval()
    device = next((p.device for p in network.parameters()), torch.device("cpu"))
    masks: list[pd.DataFrame] = []
    curves: list[dict[str, Any]] = []
    first = 0
    for batch in batches:
        with torch.inference_mode():
            logits = network(batch["image"].to(device)).float().cpu()
        masks.append(_mask_scores(logits, batch["mask"], names, first))
        probability = logits.softmax(1)
        for index, picture in enumerate(probability):
            sample = {name: values[index].numpy() for name, values in batch.items()}
            for row in _curve_scores(picture, sample, styles):
                label = names[row.pop("class")]
                curves.append({"picture": first + index, "label": label, **row})
        first += len(probability)
    return StudyScores(pd.concat(masks, ignore_index=True), pd.DataFrame(curves))


def _mask_scores(
    logits: torch.Tensor, mask: torch.Tensor, names: Sequence[str], first: int
) -> pd.DataFrame:
    """Count a batch of (N, classes, H, W) logits against (N, H, W) true classes."""
    classes = len(names)
    counts = count_overlap(logits.argmax(1), mask, classes)
    expected = logits.double().softmax(1).sum((2, 3))
    surprise = nn.functional.cross_entropy(logits, mask, reduction="none").double()
    own = torch.stack([(surprise * (mask == c)).sum((1, 2)) for c in range(classes)], 1)
    pictures, labels = np.divmod(np.arange(expected.numel()), classes)
    both, false, missed = counts.flatten(0, 1).unbind(-1)
    return pd.DataFrame(
        {
            "picture": first + pictures,
            "label": np.asarray(names)[labels],
            "both": both,
            "false": false,
            "missed": missed,
            "pixels": mask[0].numel(),
            "true": both + missed,
            "expected": expected.flatten(),
            "nats": own.flatten(),
        }
    )


def _curve_scores(
    probability: torch.Tensor,
    sample: dict[str, NDArray[Any]],
    styles: Sequence[Sequence[Line]],
) -> Iterator[dict[str, Any]]:
    """Read each curve of a picture from the map of its class, and score it.

    Each is read by itself, so that the figure speaks of the map alone and not of what a
    tracer knows of two curves.
    """
    left, right = sample["edges"].astype(np.float64)
    maps = (255 * probability).round().to(torch.uint8).numpy()
    darkest = row_columns(probability).numpy().astype(np.float64)
    for column, label in zip(sample["columns"], sample["curve_class"], strict=True):
        truth = fraction_of(column, left, right)
        truth[(truth < 0) | (truth > 1)] = np.nan  # off scale
        if not label or not np.isfinite(truth).any():
            continue
        columns = {ROWS: darkest[label]}
        for tracer in TRACERS:
            columns[tracer] = read_curve(
                maps[label], (left, right), styles[label - 1], tracer
            )
        for reading, read in columns.items():
            scores = compare(fraction_of(read, left, right), truth, right - left)
            yield {"class": int(label), "tracer": reading, **scores}


def read_curve(
    likelihood: Grey,
    edges: tuple[Floats, Floats],
    styles: Sequence[Line],
    tracer: Tracer,
) -> Floats:
    """Read the one curve of a map.

    Parameters
    ----------
    likelihood : (rows, columns) uint8
        Of the class of the curve, 255 for certain.
    edges : pair of (rows,) float
        Columns of the left and the right edge of the track.
    styles
        Line styles of the class.
    tracer
        One of :data:`TRACERS`.

    Returns
    -------
    (rows,) float
        Columns, NaN where nothing is read.
    """
    panel = _panel(likelihood.shape, *edges, styles[0])
    evidence = Evidence(likelihood[None], (tuple(styles),))
    (path,) = trace(panel, evidence, tracer=tracer, likely=0.0)
    return path.column


def _panel(shape: tuple[int, ...], left: Floats, right: Floats, line: Line) -> Panel:
    """Return a picture as a panel with one curve to be found between two edges."""
    rows, columns = shape
    curve = CurveSpec("CURVE", "", Scale("linear", 0.0, 1.0), line)
    edge = Edge((0.0,), (float(left[0]),)), Edge((0.0,), (float(right[0]),))
    paper = np.full((rows, columns), 255, dtype=np.uint8)
    track = Track("track", *edge, (curve,))
    return Panel((track,), 0, columns - 1, 0, np.stack([left, right])[None], paper)


def compare(fraction: Floats, truth: Floats, width: Floats) -> dict[str, float | None]:
    """Score a curve of fractions of the track, (rows,) each; see :class:`StudyScores`.

    Parameters
    ----------
    fraction
        As read, NaN where unread.
    truth
        NaN where the curve is not drawn or off scale; finite somewhere.
    width
        Of the track in pixels.
    """
    rows = np.arange(len(truth), dtype=np.float64)
    known = np.isfinite(truth)
    error = np.abs(fraction - truth)[known] * width[known]
    read = error[np.isfinite(error)]
    filled = fill(rows, fraction, rows, 0.5)
    first, last = rows[known][[0, -1]]
    depth = np.linspace(first, last, POINTS)
    true_at = interpolate(rows, truth, depth)
    read_at = fill(rows, fraction, depth, 0.5)
    even = measure_points(read_at, true_at)
    shown = np.isfinite(true_at)
    return {
        "rows": int(known.sum()),
        "coverage": len(read) / int(known.sum()),
        "hit": float((read <= HIT + ROUNDING).sum() / known.sum()),
        "filled_px": float((np.abs(filled - truth) * width)[known].mean()),
        "mae": even.mae,
        "r_squared": even.r_squared,
        "points": int(shown.sum()),
        "error_squared": float(((read_at - true_at)[shown] ** 2).sum()),
        "truth_sum": float(true_at[shown].sum()),
        "truth_squared": float((true_at[shown] ** 2).sum()),
    }

"""Paths: every stroke of a panel followed once, before any is named.

As many paths as curves are decoded, each avoiding the ink that the others occupy, then
again with all others in place. A path is decoded in the corridor of one curve, and is
that curve's only for the time being: which curve each stretch of it belongs to is
decided by :mod:`veernet.trace.identity`, from the ink of the whole page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from veernet.axes import Floats
from veernet.colour import NEUTRAL, NO_TINT
from veernet.records import CurveSpec, Evidence, Line, Panel
from veernet.trace.average import mean_around
from veernet.trace.corridors import (
    FREE_STYLE,
    OVERSHOOT,
    Corridor,
    DecodedPath,
    make_corridor,
)
from veernet.trace.crossings import Crossing, find_crossings, is_inked, strokes_of
from veernet.trace.dash_patterns import sample_ink
from veernet.trace.decoding import decode_path, margin_of
from veernet.trace.grid_lines import (
    UNEXPLAINED,
    stands_still,
    unexplained,
    without_column,
)
from veernet.trace.paper_lines import PaperLine, lines_of
from veernet.trace.programme import Costs
from veernet.trace.weights import stroke_widths

SWEEPS = 2
"""Rounds of decoding; from the second on all other paths are in place."""

OPEN = 0.05
"""Share of the rows in which a curve that is known throughout is not, at the most."""

FOUND = 0.5
"""Share of the rows in which a curve that was found is followed at the least."""

DOUBT = 3.0
"""Nats of margin over the best rival for a probability of 1 - 1/e: neighbouring pixels
are correlated, so a nat of evidence is worth less than one. Log, 2026-11-21."""

SMOOTH = 9
"""Rows over which strength and margin are averaged before they are judged."""

FLOOR = 0.02
"""Least probability of a style."""

COLOUR_BESIDE = 2
"""Columns beside a path, and rows above and below, in which ink of its own colour bears
it out: the edge of another stroke over it is no wider."""

HIDDEN_SHARE, HIDDEN_ROWS = 0.65, 150.0
"""Probability that a curve is beneath ink of another colour, by that on its own ink,
and the rows from ink of its own over which it falls to 1/e: .67 at 3 to 6 rows, .63 at
10 to 20, .54 at 40 to 80 on plots of real logs in colour (2026-11-30)."""

STROKE_WAVER = 1
"""Columns beside a path at which its stroke may be seen best."""


@dataclass(frozen=True)
class Followed:
    """A path as decoded, and what is kept of its ink when the panel is gone.

    Parameters
    ----------
    spec
        The curve in whose corridor it was decoded.
    column
        (rows,) sub-pixel unfolded column of the panel, NaN off scale and where lost.
    folded
        (rows,) column of its ink: that of ``column`` within the track.
    state
        (rows,) ON, OFF_LEFT, OFF_RIGHT or LOST.
    strength
        (rows,) mean probability of ink under the path, in [0, 1].
    held
        (rows,) probability that the path is on its stroke rather than on ink that no
        path of the panel explains, before calibration.
    ink, sample_row
        (samples,) ink at even steps along the path; see `sample_ink`.
    called
        By style of the panel's curves, (rows,) log probability that the network gives
        the ink; 0 where the path is not on a column.
    stroke
        (rows,) width of the stroke in pixels, NaN where it cannot be measured.
    left, right
        (rows,) columns of the track's edges.
    colour
        Equal for curves that colour does not tell apart; None where it says nothing.
    crossings
        Where ink of the track leaves one edge and comes in at the other.
    lines
        Upright lines of the track.
    fixed
        (rows,) where the ink of ``spec`` is known to be, NaN where it is not known;
        None where nothing is.
    inked
        (rows,) whether strokes run within the track, of a curve that is alone in its
        panel; None of any other.
    """

    spec: CurveSpec
    column: Floats
    folded: Floats
    state: NDArray[np.uint8]
    strength: Floats
    held: Floats
    ink: Floats
    sample_row: NDArray[np.int32]
    called: Mapping[Line, Floats]
    stroke: Floats
    left: Floats
    right: Floats
    colour: bytes | None
    crossings: tuple[Crossing, ...] = ()
    lines: tuple[PaperLine, ...] = ()
    fixed: Floats | None = None
    inked: NDArray[np.bool_] | None = None

    @property
    def known(self) -> NDArray[np.bool_]:
        """(rows,) where the path is on a column."""
        return np.isfinite(self.column)


def follow_paths(
    panel: Panel,
    evidence: Evidence,
    costs: Costs,
    known: Mapping[str, Floats] | None = None,
) -> list[Followed]:
    """Decode one path for each curve of a panel, no two on the same ink.

    Parameters
    ----------
    panel
        The tracks and their curves.
    evidence
        What the network saw.
    costs
        Of the dynamic programme.
    known
        By mnemonic (rows,) unfolded columns of the panel in which curves are known to
        be, NaN where they are not known; see `veernet.trace.known`.

    Returns
    -------
    list of Followed
        One for each curve of ``panel.curves``, in that order.
    """
    strokes, lines = strokes_of(panel), lines_of(panel)
    evidence, corridors, paths = decode_paths(
        panel, evidence, costs, known=known, strokes=strokes
    )
    crossings = {name: find_crossings(level) for name, level in strokes.items()}
    alone = len(panel.curves) == 1
    track_of = {c.mnemonic: t.name for t in panel.tracks for c in t.curves}
    return [
        replace(
            _followed(panel, evidence, corridor, paths[i], others_of(paths, i), costs),
            crossings=crossings[track_of[corridor.spec.mnemonic]],
            lines=lines[track_of[corridor.spec.mnemonic]],
            fixed=_fixed(corridor),
            inked=is_inked(strokes[panel.tracks[0].name]) if alone else None,
        )
        for i, corridor in enumerate(corridors)
    ]


def _fixed(corridor: Corridor) -> Floats | None:
    """Return (rows,) where the ink of a curve is known to be, in the panel."""
    return None if corridor.known is None else corridor.first + corridor.known


def decode_paths(
    panel: Panel,
    evidence: Evidence,
    costs: Costs,
    *,
    correct: bool = True,
    known: Mapping[str, Floats] | None = None,
    strokes: Mapping[str, NDArray[np.bool_]] | None = None,
) -> tuple[Evidence, list[Corridor], dict[int, DecodedPath]]:
    """Decode the paths of a panel, without grid lines that one of them followed.

    Parameters
    ----------
    panel, evidence, costs
        As for `follow_paths`.
    correct
        Whether columns are moved from the centroids of strokes to where curves run.
    known
        As for `follow_paths`.
    strokes
        Level strokes by the name of a track, as `strokes_of` finds them.

    Returns
    -------
    evidence : Evidence
        Without those lines.
    corridors : list of Corridor
        Per curve of ``panel.curves`` the corridor in which its path was decoded.
    paths : dict
        By index of the curve its path.
    """
    at = known or {}
    # They are as large as the picture: one for each track, for all of its curves.
    by_track = strokes_of(panel) if strokes is None else strokes
    level = {c.mnemonic: by_track[t.name] for t in panel.tracks for c in t.curves}
    corridors, paths = _decode_all(panel, evidence, costs, at, level, correct=correct)
    for _ in corridors:
        cleaned = _without_followed_line(evidence, corridors, paths)
        if cleaned is None:
            break
        evidence = cleaned
        corridors, paths = _decode_all(
            panel, evidence, costs, at, level, correct=correct
        )
    return evidence, corridors, paths


def _decode_all(
    panel: Panel,
    evidence: Evidence,
    costs: Costs,
    known: Mapping[str, Floats],
    level: Mapping[str, NDArray[np.bool_]],
    *,
    correct: bool,
) -> tuple[list[Corridor], dict[int, DecodedPath]]:
    """Decode paths one after the other, then each again with all others in place."""
    corridors = [
        make_corridor(
            panel,
            evidence,
            spec,
            known=known.get(spec.mnemonic),
            level=level[spec.mnemonic],
        )
        for spec in panel.curves
    ]
    order = _decoding_order(corridors)
    paths: dict[int, DecodedPath] = {}
    # A path that has no other beside it does not change.
    for _ in range(SWEEPS if len(corridors) > 1 else 0):
        for index in order:
            others = others_of(paths, index)
            settled = len(others) == len(corridors) - 1
            paths[index] = decode_path(corridors[index], others, costs, settled=settled)
    for index in order:
        if len(corridors) > 1:
            corridors[index] = _adapted(corridors[index], paths[index])
        others = others_of(paths, index)
        paths[index] = decode_path(corridors[index], others, costs, correct=correct)
    return corridors, paths


def _without_followed_line(
    evidence: Evidence, corridors: list[Corridor], paths: dict[int, DecodedPath]
) -> Evidence | None:
    """Blank a grid line that a path followed while a curve is left over.

    None where no path stands still, or all ink is explained as it is.
    """
    still = [i for i in paths if stands_still(corridors[i].folded(paths[i].column))]
    if (
        not still
        or unexplained(evidence, [w.ink for w in paths.values()]) < UNEXPLAINED
    ):
        return None
    column = float(np.nanmedian(corridors[still[0]].folded(paths[still[0]].column)))
    return without_column(evidence, column)


def _followed(
    panel: Panel,
    evidence: Evidence,
    corridor: Corridor,
    path: DecodedPath,
    others: list[DecodedPath],
    costs: Costs,
) -> Followed:
    folded = corridor.folded(path.column)
    known = np.isfinite(folded)
    margin = margin_of(corridor, path, others, costs)
    known_margin = known & np.isfinite(margin)
    smooth = mean_around(margin, known_margin, SMOOTH)
    ink, sample_row = sample_ink(panel.image, folded)
    left, right = panel.edges_of(corridor.spec.mnemonic)
    return Followed(
        spec=corridor.spec,
        column=path.column,
        folded=folded,
        state=path.state,
        strength=mean_around(path.strength, known, SMOOTH),
        held=(1.0 - np.exp(-smooth / DOUBT)) * _own_ink(corridor, folded),
        ink=ink,
        sample_row=sample_row,
        called=_called(panel, evidence, corridor, folded),
        stroke=stroke_widths(panel.image, folded),
        left=left,
        right=right,
        colour=corridor.colour.appearance if corridor.colour else None,
    )


def _own_ink(corridor: Corridor, folded: Floats) -> Floats:
    """Return (rows,) how far the colour of the ink bears a path out, in [0, 1].

    Beneath the ink of other colours a curve may be hidden, as where two cross or run
    together; the farther from ink of its own, the likelier it is elsewhere.
    """
    if corridor.colour is None:
        return np.ones(folded.size)
    known = np.isfinite(folded)
    rows = np.flatnonzero(known)
    at = np.rint(folded[rows]).astype(np.intp)[:, None]
    at = at + np.arange(-COLOUR_BESIDE, COLOUR_BESIDE + 1)
    at = np.clip(at, 0, corridor.colour.tint.shape[1] - 1)
    tint = corridor.colour.tint[rows[:, None], at]
    inked = tint != NO_TINT
    agrees = np.where(inked, corridor.colour.weight[tint], 0).max(axis=1)
    other = np.zeros(folded.size, dtype=np.bool_)
    # In the gap of a dash there is no ink at all.
    other[rows] = inked.any(axis=1) & (agrees < NEUTRAL)
    seen = known & ~other
    if not seen.any():
        return np.where(known, 0.0, 1.0)
    away = distance_transform_edt(~seen)
    hidden = HIDDEN_SHARE * np.exp(-away / HIDDEN_ROWS)
    return np.where(other & (away > COLOUR_BESIDE), hidden, 1.0)


def may_be_mistaken(one: Followed, other: Followed) -> bool:
    """Whether two curves share a part of the panel and a colour.

    A back-up is drawn where its main curve is off scale, and never exchanged.
    """
    if one.colour != other.colour or one.spec.backup_of or other.spec.backup_of:
        return False
    shared = np.minimum(one.right, other.right) - np.maximum(one.left, other.left)
    return float(np.median(shared)) > 2 * OVERSHOOT + 1


def _decoding_order(corridors: list[Corridor]) -> list[int]:
    """Return the order in which paths are decoded.

    A curve that is known nearly throughout goes before others, and then a style that
    only one curve has, which is the surest evidence. A back-up is drawn where its main
    curve is not, and has what that one leaves.
    """

    def appearance(corridor: Corridor) -> tuple[object, ...]:
        colour = corridor.colour.appearance if corridor.colour else None
        return corridor.spec.line, colour, int(corridor.first[0]), corridor.width

    alike = Counter(appearance(corridor) for corridor in corridors)

    def rank(index: int) -> tuple[bool, bool, int, int]:
        corridor = corridors[index]
        open_ = corridor.known is None or bool(np.isnan(corridor.known).mean() > OPEN)
        return (
            corridor.spec.backup_of is not None,
            open_,
            alike[appearance(corridor)],
            index,
        )

    return sorted(range(len(corridors)), key=rank)


def others_of(paths: Mapping[int, DecodedPath], index: int) -> list[DecodedPath]:
    """Return the paths of a panel but for one."""
    return [path for other, path in paths.items() if other != index]


def _adapted(corridor: Corridor, path: DecodedPath) -> Corridor:
    """Let a corridor count the styles that the network calls the ink of its path.

    A curve that was not found may be any ink that the others have left, but for a
    back-up, which is drawn in few rows.
    """
    read = np.isfinite(path.column).mean()
    if read < FOUND and corridor.spec.backup_of is None:
        return replace(corridor, share=np.ones_like(corridor.share))
    under = _under(corridor, corridor.folded(path.column))
    seen = under.sum(axis=1) / max(int(np.isfinite(path.column).sum()), 1)
    share = np.maximum(corridor.share, seen / max(seen.max(), FLOOR))
    return replace(corridor, share=np.clip(share, FREE_STYLE, 1.0).astype(np.float32))


def _called(
    panel: Panel, evidence: Evidence, corridor: Corridor, folded: Floats
) -> dict[Line, Floats]:
    """Return by style (rows,) the log probability of the network under a path."""
    under = np.log(_under(corridor, folded) + FLOOR)
    under[:, ~np.isfinite(folded)] = 0.0
    lines = {spec.line for spec in panel.curves}
    return {line: under[evidence.index_of(line)] for line in lines}


def _under(corridor: Corridor, column: Floats) -> Floats:
    """Return (styles, rows) the evidence for each style at folded columns, 0 at NaN."""
    known = np.isfinite(column)
    rows = np.flatnonzero(known)
    at = np.rint(column[rows]).astype(np.intp)[:, None] + np.arange(
        -STROKE_WAVER, STROKE_WAVER + 1
    )
    at = np.clip(at, 0, corridor.maps.shape[2] - 1)
    under = np.zeros((corridor.maps.shape[0], column.size))
    under[:, rows] = corridor.maps[:, rows[:, None], at].max(axis=2) / 255
    return under

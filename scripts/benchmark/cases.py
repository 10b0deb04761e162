"""Strips to be read, drawn one at a time, and what a method is given of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from veernet.axes import Floats
from veernet.records import Grey, Panel, Registration, Scan, TracedPath, Track
from veernet.rectify import panels, to_trace
from veernet.synth.dataset import Stream, sample_rng
from veernet.synth.recipe import Recipe
from veernet.synth.strips import Strip, draw_strip
from veernet.synth.write import register_strip


@dataclass(frozen=True)
class Sheet:
    """A panel to be read, and what methods without a network are told about it.

    Parameters
    ----------
    registration, panel
        The page, and tracks of it.
    guide
        By mnemonic, (rows,) unfolded columns of the page, NaN where not known: where
        to begin, and in which wrap a reading is.
    tints
        By mnemonic, the panel's picture, 0 where a pixel has the colour of the curve;
        none where there is no colour.
    """

    registration: Registration
    panel: Panel
    guide: Mapping[str, Floats]
    tints: Mapping[str, Grey] = field(default_factory=dict)

    def track_of(self, mnemonic: str) -> Track:
        """Return the track that a curve is drawn in."""
        return self.registration.curve(mnemonic)[0]

    def edges_on_page(self, mnemonic: str) -> tuple[Floats, Floats]:
        """Left and right edge of a curve's track on the page, row by row."""
        rows = self.panel.row_start + np.arange(self.panel.image.shape[0])
        return self.registration.edges_at(self.track_of(mnemonic), rows)

    def on_page(self, mnemonic: str, column: Floats) -> Floats:
        """Return (rows,) columns of the panel as columns of the page."""
        none = np.zeros(column.size)
        path = TracedPath(mnemonic, column, none, none.astype(np.uint8))
        return to_trace(path, self.panel, self.registration).column


@dataclass(frozen=True)
class Case:
    """A strip to be read, its registration, and the one panel that comes of both."""

    index: int
    strip: Strip
    registration: Registration
    panel: Panel

    @property
    def edges(self) -> tuple[Floats, Floats]:
        """Left and right edge of the track at each row of the page, as registered."""
        rows = np.arange(self.strip.image.shape[0])
        return self.registration.edges_at(self.registration.tracks[0], rows)

    @property
    def truth(self) -> Floats:
        """(curves, rows) unfolded column of the page, NaN where not drawn."""
        left, right = self.edges
        return np.asarray(self.strip.columns + self.strip.wraps * (right - left))

    def on_panel(self, columns: Floats) -> Floats:
        """Return (curves, rows of the panel) columns of the page as those of the panel.

        Parameters
        ----------
        columns
            (curves, rows) of the page, in the order of the curves of the panel.
        """
        left, right = self.edges
        rows = self.panel.row_start + np.arange(self.panel.image.shape[0])
        spread = ((columns - left) / (right - left))[:, rows]
        edges = [self.panel.edges_of(spec.mnemonic) for spec in self.panel.curves]
        return np.stack(
            [lo + s * (hi - lo) for s, (lo, hi) in zip(spread, edges, strict=True)]
        )

    @property
    def sheet(self) -> Sheet:
        """What a method is given; the truth is the guide, in its favour."""
        names = [spec.mnemonic for spec in self.panel.curves]
        guide = dict(zip(names, self.truth, strict=True))
        return Sheet(self.registration, self.panel, guide)


def draw_case(recipe: Recipe, index: int, seed: int, stream: Stream = "test") -> Case:
    """Draw a strip as ``veernet synth`` does, and rectify it."""
    rng = sample_rng(seed, stream, index)
    strip = draw_strip(recipe, rng)
    registration = register_strip(strip, rng, "", f"strip{index:04d}")
    (panel,) = panels(Scan.from_array(strip.image), registration)
    return Case(index, strip, registration, panel)


def draw_cases(
    recipes: Recipe | Sequence[Recipe],
    count: int,
    seed: int = 0,
    stream: Stream = "test",
) -> Iterator[Case]:
    """Draw strips one at a time; of several recipes, round and round."""
    several = (recipes,) if isinstance(recipes, Recipe) else tuple(recipes)
    for index in range(count):
        yield draw_case(several[index % len(several)], index, seed, stream)

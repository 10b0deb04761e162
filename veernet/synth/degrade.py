"""Degradation by scanning: from ink to the 8-bit picture of a scan.

The ink is first faded and blurred as on paper and in optics, then either cut at a
threshold (most scans of logs are bilevel, and the threshold is what breaks thin lines
into dots) or kept as grey, then soiled. Nothing here moves ink by a pixel, so truth
stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from veernet.records import Grey
from veernet.synth.handling import blur, retone
from veernet.synth.ink import Ink
from veernet.synth.texture import cloud, grain


@dataclass(frozen=True)
class Scanner:
    """How hard a scan is on the paper.

    Parameters
    ----------
    bilevel
        Share of the scans that keep one bit.
    clean
        Share of the scans that are of plots and have next to no artefact.
    severity
        Factor on the size of every artefact; 0 is a perfect scanner.
    """

    bilevel: float = 0.75
    clean: float = 0.15
    severity: float = 1.0


def scan(ink: Ink, rng: np.random.Generator, scanner: Scanner) -> Grey:
    """Scan inked paper.

    Parameters
    ----------
    ink : (rows, columns) float32
        Darkness in [0, 1]; not changed.
    rng
        Where every draw comes from.
    scanner
        How hard the scan is on the paper.

    Returns
    -------
    (rows, columns) uint8
        0 black, 255 white.
    """
    bilevel = rng.random() < scanner.bilevel
    severity = scanner.severity * rng.uniform(0.2, 1.0)
    if rng.random() < scanner.clean or severity == 0:
        image = _to_grey(ink)
        return _cut(image, 128.0) if bilevel else image
    image = _to_grey(_fade(ink, rng, severity))
    image = blur(image, rng)
    if rng.random() < 0.06:
        image = _halve(image)
    image = _threshold(image, rng, severity) if bilevel else _tone(image, rng, severity)
    image = _soil(image, rng, severity)
    return image if bilevel else retone(image, rng)


def _to_grey(ink: Ink) -> Grey:
    return cv2.convertScaleAbs(1.0 - ink, alpha=255.0)  # type: ignore[no-any-return]


def _cut(image: Grey, level: float) -> Grey:
    return cv2.threshold(image, level, 255, cv2.THRESH_BINARY)[1]  # type: ignore[no-any-return]


def _fade(ink: Ink, rng: np.random.Generator, severity: float) -> Ink:
    """Bleach the ink in patches."""
    if rng.random() > 0.35 * severity:
        return ink
    loss = rng.uniform(0.1, 0.6) * severity
    return ink * (1.0 - loss * cloud(rng, ink.shape, int(rng.integers(1, 6))))


def _halve(image: Grey) -> Grey:
    """Give rows in identical pairs, as a scan of half the resolution that it states."""
    rows, columns = image.shape
    half = cv2.resize(image, (columns, (rows + 1) // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(np.repeat(half, 2, axis=0)[:rows])


def _threshold(image: Grey, rng: np.random.Generator, severity: float) -> Grey:
    """Keep one bit, at a level that the light and the grain of the paper disturb."""
    level = rng.normal(150, 28 * severity)
    disturbed = image.astype(np.float32)
    rough = np.exp(rng.uniform(np.log(2), np.log(36)))
    disturbed += grain(rng, image.shape) * (rough * severity)
    if rng.random() < 0.4:
        light = cloud(rng, image.shape, int(rng.integers(1, 5))) - 0.5
        disturbed += light * (rng.uniform(20, 100) * severity)
    kept: Grey = np.where(disturbed > np.clip(level, 70, 225), 255, 0).astype(np.uint8)
    return kept


def _tone(image: Grey, rng: np.random.Generator, severity: float) -> Grey:
    """Give paper and ink their greys, uneven light, and the ink of the back."""
    paper = 255 - rng.uniform(0, 70) * severity
    black = rng.uniform(0, 90) * severity
    toned = black + image.astype(np.float32) * ((paper - black) / 255)
    if rng.random() < 0.5:
        light = cloud(rng, image.shape, int(rng.integers(1, 4))) - 0.5
        toned += light * (rng.uniform(10, 70) * severity)
    if rng.random() < 0.25:
        back = cv2.GaussianBlur(image[:, ::-1], (0, 0), rng.uniform(1.0, 2.5))
        toned -= (255 - back.astype(np.float32)) * rng.uniform(0.05, 0.25)
    toned += grain(rng, image.shape) * rng.uniform(1, 12) * severity
    return np.asarray(np.clip(toned, 0, 255), dtype=np.uint8)


def _soil(image: Grey, rng: np.random.Generator, severity: float) -> Grey:
    """Add specks, holes in the ink, lost lines, streaks and folds."""
    image = image.copy()
    if rng.random() < 0.4 * severity:
        _speckle(image, rng, severity)
    if rng.random() < 0.08 * severity:
        _lose_lines(image, rng)
    if rng.random() < 0.06 * severity:
        column = int(rng.integers(image.shape[1]))
        tone = 255 if rng.random() < 0.6 else 0
        image[:, column : column + int(rng.integers(1, 9))] = tone
    if rng.random() < 0.05 * severity:
        _fold(image, rng)
    return image


def _speckle(image: Grey, rng: np.random.Generator, severity: float) -> None:
    """Sow specks of one to a few pixels, black on paper and white on ink."""
    rows, columns = image.shape
    share = np.exp(rng.uniform(np.log(2e-5), np.log(6e-3))) * severity
    count = int(rng.poisson(share * image.size))
    row, column = rng.integers(rows, size=count), rng.integers(columns, size=count)
    tone = np.where(rng.random(count) < 0.6, 0, 255).astype(np.uint8)
    image[row, column] = tone
    grown = rng.random(count) < 0.4
    down, right = rng.integers(0, 2, size=(2, count))
    row = np.minimum(row + down, rows - 1)
    column = np.minimum(column + right, columns - 1)
    image[row[grown], column[grown]] = tone[grown]
    for _ in range(int(rng.poisson(0.7))):
        at = (int(rng.integers(columns)), int(rng.integers(rows)))
        axes = (int(rng.integers(1, 6)), int(rng.integers(1, 6)))
        cv2.ellipse(image, at, axes, float(rng.uniform(0, 180)), 0, 360, 0, -1)


def _lose_lines(image: Grey, rng: np.random.Generator) -> None:
    """Blank, blacken or repeat a row or a few, as a fax does."""
    rows = image.shape[0]
    for _ in range(int(rng.integers(1, 5))):
        row, height = int(rng.integers(1, rows)), int(rng.integers(1, 4))
        kind = rng.random()
        if kind < 0.6:
            image[row : row + height] = 255
        elif kind < 0.8:
            image[row : row + 1] = 0
        else:
            image[row : row + height] = image[row - 1]


def _fold(image: Grey, rng: np.random.Generator) -> None:
    """Darken a band across part of the strip, grainy at its sides."""
    rows, columns = image.shape
    row, height = int(rng.integers(rows)), int(rng.integers(3, 16))
    start, stop = np.sort(rng.integers(0, columns + 1, size=2))
    part = image[row : row + height, start:stop]
    if part.size:
        dense = rng.uniform(-1.0, 1.5)
        part[grain(rng, part.shape) < dense] = 0

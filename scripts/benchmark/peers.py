"""Methods to compare with: what reads a curve without a network of ours.

Each takes the picture of an upright track, or its ink, and returns columns of that
picture, folded: none knows of wraps.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from veernet.axes import Floats
from veernet.intervals import true_intervals
from veernet.records import Grey

Mask = NDArray[np.bool_]

DEPTH_LINE = 1 / 3
"""Share of the track: a longer run of ink is taken for a depth line."""

LEAST_TINT = 40.0
"""Distance from white, of 442, from which a pixel has a colour."""

ALIKE = 0.94
"""Cosine of the angle between two tints of one colour, at the least."""

PLOTDIGITIZER = ("plotdigitizer==0.3.0", "opencv-python<5")

PAD = 4
"""White pixels around a picture, as plotdigitizer wipes three beside its axes."""


def ink_of(picture: Grey) -> Mask:
    """Return which pixels of a picture are ink, by Otsu's threshold.

    Of two levels, bilevel pictures have it between them; pale lines of grey pictures
    are found, which a fixed threshold would lose.
    """
    if picture.min() == picture.max():
        return np.zeros(picture.shape, dtype=bool)
    level, _ = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(picture <= level)


def skeleton_of(ink: Mask) -> Mask:
    """Thin ink to its skeleton, depth lines taken out first.

    What is as long as a depth line, in any row, would join whatever it crosses.
    """
    kept = ink.copy()
    longest = ink.shape[1] * DEPTH_LINE
    for row in np.flatnonzero(ink.sum(axis=1) >= longest):
        for start, stop in true_intervals(ink[row]):
            if stop - start >= longest:
                kept[row, start:stop] = False
    return np.asarray(skeletonize(kept))


def tint_of(picture: Grey, colour: str) -> Grey:
    """Show where a picture has the colour of a curve: 0 there, 255 elsewhere.

    A thin line is smoothed to a tint of its colour, so that what counts is the
    direction from white to the pixel, and that it is far enough from white. A dull
    colour is not far from grey, that of most grids: a pixel must be nearer to it.

    Parameters
    ----------
    picture
        (rows, columns, 3) RGB.
    colour
        As #rrggbb.
    """
    wanted = 255.0 - np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    tint = 255.0 - picture
    strength = np.sqrt(np.sum(tint**2, axis=2))
    along = tint @ wanted / np.linalg.norm(wanted)
    alike = (strength > LEAST_TINT) & (along > ALIKE * strength)
    if np.ptp(wanted) > 0:
        alike &= along > tint.sum(axis=2) / np.sqrt(3)
    return np.where(alike, 0, 255).astype(np.uint8)


def follow_runs(ink: Mask, row: int, column: float) -> Floats:
    """Follow the run of ink that is nearest to that of the row before.

    Parameters
    ----------
    ink
        (rows, columns) which pixels are ink, inside of a track.
    row, column
        Where the curve begins.

    Returns
    -------
    (rows,)
        Middle of the run, NaN above the beginning and in rows without ink; runs as long
        as depth lines are passed over.
    """
    longest = ink.shape[1] * DEPTH_LINE
    found = np.full(ink.shape[0], np.nan)
    for at in range(row, ink.shape[0]):
        strokes = [(a, b) for a, b in true_intervals(ink[at]) if b - a < longest]
        if strokes:
            middles = (np.sum(strokes, axis=1) - 1) / 2
            found[at] = column = middles[np.argmin(np.abs(middles - column))]
    return found


def install_plotdigitizer(cache: Path) -> Path | None:
    """Return the program, from an environment made in a folder, or None with a note.

    It is GPL: it runs as its own process, and is never imported.
    """
    environment = cache / "plotdigitizer"
    program = environment / "bin" / "plotdigitizer"
    python = str(environment / "bin" / "python")
    commands = [[str(program), "--help"]]
    if not program.is_file():
        commands[:0] = [
            [sys.executable, "-m", "venv", "--clear", str(environment)],
            [python, "-m", "pip", "install", "--quiet", *PLOTDIGITIZER],
        ]
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        print(f"plotdigitizer is left out, it cannot be installed: {reason[-1]}")
        return None
    return program


def read_with_plotdigitizer(picture: Grey, program: Path) -> Floats:
    """Let plotdigitizer read the curve.

    It steps along columns, so that it gets the track lying on its side. Of thresholded
    pictures it read more than of grey ones, and this way up more than mirrored.

    Parameters
    ----------
    picture
        (rows, columns) inside of a track.
    program
        From `install_plotdigitizer`.

    Returns
    -------
    (rows,)
        Column, NaN where it read nothing; throughout where it gave up.
    """
    ink = np.where(ink_of(picture), 0, 255).astype(np.uint8)
    lying = np.pad(ink.T, PAD, constant_values=255)
    height, length = lying.shape
    # Its rows count from the bottom; each pixel is mapped to itself.
    corners = ("0,0", f"{length},0", f"0,{height}")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "track.png"), Path(folder, "track.csv")
        cv2.imwrite(str(source), lying)
        command = [str(program), str(source), "--output", str(target)]
        command += [word for at in corners for word in ("-p", at, "-l", at)]
        quiet = {**os.environ, "TMPDIR": folder, "LOGLEVEL": "ERROR"}
        subprocess.run(command, env=quiet, capture_output=True, check=False)
        numbers = target.read_text("ascii").split() if target.is_file() else []
    points = np.array(numbers, dtype=np.float64).reshape(-1, 2)
    column = np.full(length, np.nan)
    column[np.rint(points[:, 0]).astype(np.intp)] = height - points[:, 1] - PAD
    return column[PAD:-PAD]

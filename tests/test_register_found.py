"""The picture of a proposal: the page in its own colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from veernet.records import Scan
from veernet.register.overlay import write_overlay


def test_a_page_of_colour_is_shown_in_colour(tmp_path: Path) -> None:
    page = np.full((40, 60, 3), 255, dtype=np.uint8)
    page[:, 30:34] = (200, 0, 0)
    (path,) = write_overlay(tmp_path / "found.png", Scan.from_array(page), [])
    np.testing.assert_array_equal(np.asarray(Image.open(path)), page)


def test_a_grey_page_stays_grey(tmp_path: Path) -> None:
    page = np.tile(np.arange(60, dtype=np.uint8), (40, 1))
    (path,) = write_overlay(tmp_path / "found.png", Scan.from_array(page), [])
    shown = np.asarray(Image.open(path))
    np.testing.assert_array_equal(shown, np.repeat(page[..., None], 3, axis=2))

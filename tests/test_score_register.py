"""The score of proposals, on drawn pages with a table of their own."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

import score_register
from tests.pages import DrawnPage, DrawnSection

PAGE = DrawnPage(rows=3000, sections=(DrawnSection(300, 2900),), tables=())
SEEN = """\
file,section,first_row,last_row,row_1,depth_1,row_2,depth_2,unit
log,main,300,2900,400,1010,2000,1170,ft
log,other,2950,2990,,,,,ft
log,short,300,2600,400,1010,2000,1175,ft
blank,main,300,2900,,,,,ft
"""

BY_LAYOUT = """\
file,layout,row,tracks,row_1,depth_1,row_2,depth_2
log,two tracks,1000,60-360 460-900,400,1010,,
blank,nothing,300,10-20,200,100,,
"""


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of scans, of which there are no registrations by hand."""
    scans = tmp_path / "scans"
    scans.mkdir()
    cv2.imwrite(str(scans / "log.tif"), PAGE.draw())
    cv2.imwrite(str(scans / "blank.tif"), np.full((600, 400), 255, np.uint8))
    table = tmp_path / "sections.csv"
    table.write_text(SEEN)
    monkeypatch.setenv("VEERNET_REAL", str(tmp_path))
    monkeypatch.setattr(score_register, "SECTIONS", table)
    layouts = tmp_path / "layouts.csv"
    layouts.write_text(BY_LAYOUT)
    monkeypatch.setattr(score_register, "LAYOUTS", layouts)
    return tmp_path


def test_ranges_and_depths_are_compared_with_what_was_seen(real: Path) -> None:
    score_register.main(["--out", str(real)])
    ranges = pd.read_csv(real / "ranges.csv")
    assert ranges["range_right"].tolist() == [True, False, False, False]
    assert ranges["last_off"].iloc[2] == pytest.approx(300, abs=2)
    counts = ranges[["depths_right", "depths_wrong", "depths_open"]].iloc[[0, 2]]
    assert counts.to_numpy().tolist() == [[2, 0, 0], [1, 1, 0]]
    said = (real / "register.md").read_text()
    assert "1 of 3 section ranges right in the 1 files that are not refused" in said
    assert "of 4 depths (all) 3 are right, 1 wrong, 0 left open" in said
    assert "refused: blank.tif: no track of curves" in said


def test_tracks_are_counted_by_layout(real: Path) -> None:
    score_register.main(["--out", str(real)])
    table = pd.read_csv(real / "by_layout.csv").set_index("file")
    assert table.loc["log"].tolist() == ["two tracks", 2, 1, 1, 1, 0, 0]
    assert table.loc["blank"].tolist() == ["nothing", 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("only", ["blank", "neither"])
def test_a_score_of_no_section_is_one(real: Path, only: str) -> None:
    score_register.main(["--only", only, "--out", str(real)])
    said = (real / "register.md").read_text()
    assert "0 of 0 section ranges right in the 0 files" in said

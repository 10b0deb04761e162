"""What a first user hesitates at: the export, a curve that is not complete, a slip."""

from __future__ import annotations

from pathlib import Path

import lasio
import pytest

from tests.screens import Screen
from tests.test_review_export import las_of_another

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")


def test_the_export_says_where_files_go_and_forgets_what_went_wrong(
    well: Screen, tmp_path: Path
) -> None:
    las_of_another(tmp_path / "theirs.las")
    well.press("e")
    well.wait(lambda: well.page.is_visible("#export-now"))
    text = " ".join(well.page.inner_text("#export").split())
    assert f"Files are written to the folder {tmp_path}" in text
    assert "Also put the curves into" in text
    assert not well.page.is_visible("#clash")
    result = well.page.locator("#export-result")
    well.page.fill("#stem", "a/b")
    well.page.click("#export-now")
    well.wait(lambda: "cannot name a file" in result.inner_text())
    well.page.fill("#stem", "out")
    assert result.inner_text() == ""
    well.page.select_option("#append-to", "theirs.las")
    assert well.page.is_visible("#clash")
    well.page.click("#export-now")
    well.wait(lambda: "theirs.las is there already" in result.inner_text())
    assert not (tmp_path / "out.las").exists()
    well.page.click("#write-over")
    well.wait(lambda: f"Written to {tmp_path}" in result.inner_text())
    assert "CALI" in lasio.read(tmp_path / "theirs.las").keys()  # noqa: SIM118
    assert (tmp_path / "out.las").exists()
    # The browser tells of the two answers that were a no.
    well.errors = [e for e in well.errors if "Failed to load resource" not in e]


def test_curves_stay_while_another_is_being_added(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    well.press("l")
    well.page.click("text=+ curve in T1")
    well.wait(lambda: "NEW1 lacks" in well.page.inner_text("#panel"))
    well.press("Escape")
    well.page.click("[data-stage=review]")
    well.idle()
    shown = well.page.locator(".curves li").all_inner_texts()
    assert [text.split()[0] for text in shown] == ["GR", "CALI", "ILD", "ILM"]
    well.show(300)
    revision = well.revision
    well.press("1", "x")
    well.drag(well.place("GR", 280, 8), well.place("GR", 320, 8))
    assert well.revision == revision + 1, well.said
    assert well.client.get("/api/doubt").json["count"] > 0
    assert well.client.get("/api/values/GR").status == 200
    answer = well.client.post("/api/export", las=True, stem="out")
    assert answer.status == 422
    assert "not complete: track T1: NEW1 lacks" in answer.json["error"]

"""What a first user hesitates at: the export, a curve that is not complete, a slip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lasio
import numpy as np
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


def curve_of(screen: Screen, name: str) -> dict[str, Any]:
    """Return a curve of the registration, as the server has it."""
    tracks = screen.client.get("/api/document").json["registration"]["tracks"]
    every = [curve for track in tracks for curve in track["curves"]]
    return next(curve for curve in every if curve["mnemonic"] == name)


def test_a_printed_scale_is_given_by_its_points(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    well.press("l")
    drawer = well.page.locator("#drawer")
    scale = drawer.locator("tbody tr").nth(1).get_by_label("Scale")
    scale.select_option("piecewise")
    well.wait(lambda: curve_of(well, "CALI")["scale"] == "piecewise")
    ends = [{"fraction": 0, "value": 6}, {"fraction": 1, "value": 16}]
    assert curve_of(well, "CALI")["points"] == ends
    well.idle()
    drawer.get_by_text("+ point").click()
    well.wait(lambda: len(curve_of(well, "CALI")["points"]) == 3)
    well.idle()
    for label, number in (("Place", "0.2"), ("Value", "12")):
        field = drawer.get_by_label(f"{label} of point 2 of CALI")
        field.fill(number)
        field.press("Enter")
        well.idle()
    drawer.get_by_label("Value of point 3 of CALI").fill("30")
    drawer.get_by_label("Value of point 3 of CALI").press("Enter")
    wanted = [(0, 6), (0.2, 12), (1, 30)]

    def points() -> list[tuple[float, float]]:
        return [(p["fraction"], p["value"]) for p in curve_of(well, "CALI")["points"]]

    well.wait(lambda: points() == wanted)
    values = well.client.get("/api/values/CALI")
    count = int(values.headers["x-samples"])
    value = np.frombuffer(values.body, "<f8", count, 8 * count)
    column = well.samples("CALI")["column"]
    share = (column[::10] - 20) / 160  # the track lies between columns 20 and 180
    printed = np.interp(share, *zip(*wanted, strict=True))
    printed[np.isnan(share)] = np.nan
    depth = np.frombuffer(values.body, "<f8", count)
    np.testing.assert_allclose(value[depth % 1 == 0], printed, rtol=1e-5)
    # One that does not rise is refused, and the old one stands there again.
    drawer.get_by_label("Value of point 2 of CALI").fill("3")
    drawer.get_by_label("Value of point 2 of CALI").press("Enter")
    well.wait(lambda: "points of the scale" in well.said)
    assert points() == wanted
    well.idle()
    drawer.get_by_title("Take point 2 of CALI away").click()
    well.wait(lambda: points() == [(0, 6), (1, 30)])
    well.idle()
    drawer.locator("tbody tr").nth(1).get_by_label("Scale").select_option("linear")
    well.wait(lambda: curve_of(well, "CALI")["scale"] == "linear")
    assert (curve_of(well, "CALI")["left"], curve_of(well, "CALI")["right"]) == (6, 30)
    well.errors = [e for e in well.errors if "Failed to load resource" not in e]


def test_the_wrap_of_the_first_row_is_given_beside_the_tick(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    well.press("l")
    drawer = well.page.locator("#drawer")
    assert drawer.get_by_label("Wrap of the first row of CALI").count() == 0
    start = drawer.get_by_label("Wrap of the first row of GR")
    start.fill("1")
    start.press("Enter")
    well.wait(lambda: curve_of(well, "GR")["wrap_start"] == 1)
    well.idle()
    drawer.locator("tbody tr").nth(0).get_by_label("Wraps").uncheck()
    well.wait(lambda: not curve_of(well, "GR")["wraps"])
    assert curve_of(well, "GR")["wrap_start"] == 0

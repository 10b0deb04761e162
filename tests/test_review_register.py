"""The registration on the review page: depths, edges, curves and scales."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pytest

from tests.reviews import FIRST, LAST
from tests.screens import Screen

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")


NEAR_GAP = """async (registration) => {
  const { Geometry } = await import("/static/geometry.js");
  const geometry = new Geometry(registration);
  return [1030, 1030.5, 1044.5, 1045].map((depth) => geometry.inGap(depth));
}"""


PRESS_FAST = """(key) => {
  for (let i = 0; i < 4; i += 1) {
    const how = { key, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", how));
  }
}"""


def test_depths_and_edges_are_dragged_added_and_taken_away(well: Screen) -> None:
    def document() -> Any:
        return well.client.get("/api/document").json["registration"]

    start = document()
    well.page.click("[data-stage=register]")
    well.show(300, 1)
    box = well.page.locator("#window").bounding_box()

    def at(row: float, column: float) -> tuple[float, float]:
        view = well.state["view"]
        x = (column + 0.5 - view["column"]) * view["columnScale"]
        return box["x"] + x, box["y"] + (row + 0.5 - view["row"]) * view["rowScale"]

    well.drag(at(FIRST, 210), at(FIRST + 10, 210))
    assert document()["depth"]["points"][0]["row"] == pytest.approx(FIRST + 10, abs=1)
    well.press("Shift+ArrowUp")
    row = document()["depth"]["points"][0]["row"]
    assert row == pytest.approx(FIRST, abs=1)
    # Keys that come faster than they are saved.
    well.page.evaluate(PRESS_FAST, "ArrowDown")
    well.idle()
    assert document()["depth"]["points"][0]["row"] == pytest.approx(row + 4)
    for _ in range(4):
        well.press("Control+z")
    assert document()["depth"]["points"][0]["row"] == row
    well.page.mouse.dblclick(*at(350, 210))
    well.page.keyboard.type("1025")
    well.page.keyboard.press("Enter")
    well.idle()
    depths = [point["depth"] for point in document()["depth"]["points"]]
    assert depths == [1000, 1025, 1050]
    well.drag(at(400, 180), at(400, 186))
    moved = document()["tracks"][0]["right"]
    assert moved[0]["column"] == pytest.approx(186, abs=1.5)
    well.page.mouse.dblclick(*at(300, moved[0]["column"]))
    well.idle()
    assert len(document()["tracks"][0]["right"]) == 2
    well.click(at(300, moved[0]["column"]))
    well.press("Delete")
    assert len(document()["tracks"][0]["right"]) == 1
    for _ in range(6):
        well.press("Control+z")
    assert document() == start
    assert not well.client.get("/api/document").json["history"]["undo"]


def test_no_depths_are_made_up_across_a_gap(well: Screen) -> None:
    def points() -> Any:
        return well.client.get("/api/document").json["registration"]["depth"]["points"]

    reported = well.client.get("/api/document").json
    rows = (
        (FIRST, 1000, False),
        (250, 1015, False),
        (400, 1030, True),
        (450, 1045, False),
    )
    reported["registration"]["depth"]["points"] = [
        {"row": row, "depth": depth, **({"gap": True} if gap else {})}
        for row, depth, gap in (*rows, (LAST, 1060, False))
    ]
    answer = well.client.post(
        "/api/registration",
        base=reported["revision"],
        id=str(uuid.uuid4()),
        registration=reported["registration"],
        label="two strips",
    )
    assert answer.status == 200, answer.body
    well.page.reload()
    well.wait(lambda: well.page.evaluate("'veernet' in window"))
    well.idle()
    well.page.click("[data-stage=register]")
    # As an export, the page draws nothing there.
    values = well.page.evaluate(NEAR_GAP, reported["registration"])
    assert values == [False, True, True, False]
    well.page.get_by_label("Take depth 1030 away").click()
    well.idle()
    assert [(p["depth"], p.get("gap", False)) for p in points()] == [
        (1000, False),
        (1015, True),
        (1045, False),
        (1060, False),
    ]
    assert "the gap begins at 1015 now" in well.said
    well.page.get_by_label("Take depth 1060 away").click()
    well.idle()
    well.page.get_by_label("Take depth 1045 away").click()
    well.idle()
    assert [p["depth"] for p in points()] == [1000, 1015]
    assert not any(p.get("gap") for p in points())


def test_a_scale_is_typed_and_values_follow(well: Screen) -> None:
    columns = well.bytes("GR")
    well.page.click("[data-stage=register]")
    well.press("l")
    field = well.page.locator("#drawer tbody tr").nth(0).locator("input[title*=right]")
    field.fill("200")
    field.press("Tab")
    well.idle()
    right = well.page.evaluate(
        "document.activeElement.title || document.activeElement.ariaLabel"
    )
    assert right == "Scale"  # the focus goes on though the table is built anew
    body = well.client.get("/api/values/GR").body
    value = np.frombuffer(body, "<f8")[len(body) // 16 :]
    well.press("Escape")
    assert well.bytes("GR") == columns  # no trace is touched
    first = (well.samples("GR")["column"][0] - 20) / 160 * 200
    assert value[0] == pytest.approx(first, rel=1e-5)


def test_a_curve_that_is_renamed_keeps_its_reading(well: Screen) -> None:
    before = well.bytes("GR")
    well.page.click("[data-stage=register]")
    well.press("l")
    field = well.page.locator("#drawer input[title=Mnemonic]").first
    field.fill("GR/1")
    field.press("Tab")
    well.idle()
    assert well.bytes("GR%2F1") == before
    well.page.click("[data-stage=review]")
    assert "GR/1" in well.page.inner_text("#panel")
    well.show(300)
    x, y = well.place("GR/1", 300)
    well.drag((x, y), (x + 12, y))
    assert well.bytes("GR%2F1") != before
    well.press("Control+z", "Control+z")
    assert well.bytes("GR") == before
    assert "GR/1" not in well.page.inner_text("#panel")

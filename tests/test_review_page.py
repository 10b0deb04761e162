"""How the review page behaves: keys, tabs, names from a scan, registration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reviews import FIRST, serving, write_well
from tests.screens import Screen, browsing, equals_values
from veernet.export import Provenance, read_traces, write_traces
from veernet.registration import load_registrations

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as found:
        yield found


@pytest.fixture
def well(browser: Any, tmp_path: Path) -> Iterator[Screen]:
    """Return a small scan that has been read already."""
    scan = write_well(tmp_path)
    with serving(scan, **_beside(scan)) as client:
        screen = Screen(browser, client, tmp_path)
        yield screen
        screen.close()


def _beside(scan: Path) -> dict[str, Path]:
    """Return the registration and the trace beside a scan."""
    return {
        "registration": scan.with_suffix(".yaml"),
        "trace": scan.with_suffix(".parquet"),
    }


def test_enter_only_keeps_and_escape_only_drops(well: Screen) -> None:
    well.show(300)
    before, revision = well.bytes("GR"), well.revision
    well.press("r")
    (x, y), end = well.place("GR", 280), well.place("GR", 330)
    well.drag((x, y), (x - 20, y + 30), end)
    # Neither another tool, nor n, nor another curve, nor undo drops or keeps it.
    for key in ("n", "t", "2", "Control+z", "e"):
        well.press(key)
        assert well.state["pending"], key
        assert well.state["tool"] == "redraw"
    assert well.revision == revision
    well.press("Escape")
    assert not well.state["pending"]
    well.press("Enter")
    assert (well.bytes("GR"), well.revision) == (before, revision)
    assert "Nothing waits" in well.said


def test_keys_do_nothing_while_a_field_is_typed_into(well: Screen) -> None:
    revision = well.revision
    well.page.click("#reach")
    well.page.keyboard.press("x")
    well.page.keyboard.press("n")
    state = well.idle()
    assert (state["tool"], state["stretch"]) == ("bend", None)
    assert well.revision == revision


def test_by_keyboard_alone_to_a_las(well: Screen) -> None:
    well.press("n")
    first = well.state["stretch"]
    assert first["curve"] == "CALI"  # its gap of 40 rows is the worst
    well.press("j")  # the selection is the stretch: it waits for Enter
    assert well.state["pending"]
    well.press("Enter")
    assert np.isfinite(well.column("CALI", (first["row0"] + first["row1"]) // 2))
    well.press("n", "a")
    assert well.samples("ILD")["flags"][55] == 1
    well.press("1", "ArrowDown", "m", "Shift+ArrowDown", "Shift+ArrowDown", "m")
    chosen = well.state["selection"]
    assert chosen["row1"] - chosen["row0"] == 20
    well.press("x", "Enter")
    first, last = chosen["row0"] - FIRST, chosen["row1"] - FIRST
    assert np.isnan(well.samples("GR")["column"][first : last + 1]).all()
    # Points by keys: put one, go on, put another, draw straight between.
    well.press("r", "ArrowDown", "i")
    well.press(*["Shift+ArrowUp"] * 3, *["ArrowRight"] * 2, "i", "Enter")
    assert np.isfinite(well.samples("GR")["column"]).all()
    well.press("e")
    well.wait(lambda: well.page.is_visible("#export-now"))
    well.page.keyboard.press("Enter")
    # The registration is there already: back from Export over Close to that button.
    well.wait(lambda: well.page.is_visible("#write-over"))
    for key in ("Shift+Tab", "Shift+Tab", "Enter"):
        well.page.keyboard.press(key)
    well.wait(lambda: "well.las" in well.page.inner_text("#export-result"))
    well.errors = [line for line in well.errors if "409" not in line]
    equals_values(well.folder / "well.las", well.client)


def test_the_sheet_tells_every_key_of_every_tool(well: Screen) -> None:
    well.press("?")
    sheet = well.page.inner_text("#sheet")
    for label in ("Bend", "Re-trace", "Redraw", "Cut", "Join", "Swap", "Hand over"):
        assert label in sheet
    for label in ("Unwrap", "Off scale", "Shift", "Value", "Accept", "Ctrl+Z"):
        assert label in sheet
    revision = well.revision
    well.press("x", "Enter")  # nothing behind a dialogue is reached
    assert well.revision == revision


def test_another_tab_follows_and_a_stale_edit_is_made_again(
    well: Screen, browser: Any
) -> None:
    other = Screen(browser, well.client, well.folder)
    well.show(300)
    other.show(300)
    x, y = well.place("GR", 300)
    well.drag((x, y), (x + 20, y))
    other.wait(lambda: other.revision == well.revision)
    assert other.column("GR", 300) == well.column("GR", 300)
    # Behind the back of the page: the revision that it bases its edit on is gone.
    answers: list[int] = []

    def behind(route: Any) -> None:
        well.client.edit("shift", curve="ILD", row0=300, row1=320, by=5)
        route.continue_()

    other.page.route("**/api/edit", behind, times=1)
    other.page.on("response", lambda answer: answers.append(answer.status))
    x, y = other.place("GR", 300)
    revision = other.revision
    other.drag((x, y), (x - 20, y))
    assert 409 in answers
    assert other.revision == revision + 2
    well.wait(lambda: well.revision == other.revision)
    for curve in ("GR", "ILD"):
        assert well.column(curve, 300) == other.column(curve, 300)
        assert well.samples(curve)["column"][300 - FIRST] == well.column(curve, 300)
    # A 409 is a failed resource to the console, and meant.
    other.errors = [line for line in other.errors if "409" not in line]
    other.close()


def test_a_name_from_the_scan_is_never_run(browser: Any, tmp_path: Path) -> None:
    evil = '<img src=x onerror="window.hacked=1">'
    scan = write_well(tmp_path)
    known = _beside(scan)
    text = known["registration"].read_text()
    for old in ("mnemonic: GR", "name: T1", "unit: GAPI", "WELL: DRAWN 1"):
        assert old in text
        text = text.replace(old, f"{old.split(':')[0]}: '{evil}'")
    known["registration"].write_text(text)
    traces, metadata = read_traces(known["trace"])
    renamed = [replace(t, mnemonic=t.mnemonic.replace("GR", evil)) for t in traces]
    (registration,) = load_registrations(known["registration"])
    provenance = Provenance(scan_sha256=metadata["scan_sha256"])
    write_traces(known["trace"], renamed, registration, provenance)
    with serving(scan, **known) as client:
        screen = Screen(browser, client, tmp_path)
        assert evil in screen.page.inner_text("#panel")
        screen.show(300)
        screen.drag(*(screen.place(evil, row, 8) for row in (280, 320)))
        screen.press("x", "Enter", "n", "Control+z", "?", "Escape")
        assert evil in str(screen.page.get_attribute("#redo", "title"))
        screen.page.click("[data-stage=register]")
        screen.press("l")
        fields = screen.page.locator("#drawer input[type=text]")
        assert evil in [field.input_value() for field in fields.all()]
        assert screen.page.evaluate("window.hacked === undefined")
        assert screen.page.locator("img").count() == 0
        screen.close()


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
    assert document()["depth"]["points"][0]["row"] == pytest.approx(FIRST, abs=1)
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


def test_a_document_to_be_read_only_is_not_changed(
    browser: Any, tmp_path: Path
) -> None:
    scan = write_well(tmp_path)
    with serving(scan, read_only=True, **_beside(scan)) as client:
        screen = Screen(browser, client, tmp_path)
        before = screen.bytes("GR")
        screen.show(300)
        x, y = screen.place("GR", 300)
        screen.drag((x, y), (x + 30, y))
        screen.press("n", "a", "x", "Enter", "Escape")
        assert screen.bytes("GR") == before
        assert not screen.page.is_visible("#tools")
        screen.close()

"""How the review page behaves: keys, tabs, zoom, names from a scan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reviews import FIRST, files, serving, write_well
from tests.screens import Screen, equals_values
from veernet.export import Provenance, read_traces, write_traces
from veernet.registration import load_registrations

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")


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


def test_depth_and_columns_zoom_apart_and_the_paper_moves(well: Screen) -> None:
    def view() -> dict[str, float]:
        return dict(well.idle()["view"])

    well.page.select_option("#print", "240")
    assert view()["rowScale"] == pytest.approx(4.8 / 10)  # 10 rows a foot
    before = view()
    well.press(">")
    assert view()["columnScale"] == pytest.approx(1.25 * before["columnScale"])
    assert view()["rowScale"] == before["rowScale"]
    well.press("+")
    assert view()["rowScale"] == pytest.approx(1.25 * before["rowScale"])
    well.press("0")
    well.show(300)
    x, y = well.place("GR", 300)
    seen = well.page.evaluate("([x, y]) => veernet.pageAt(x, y)", [x, y])
    assert seen["row"] == pytest.approx(300, abs=0.01)
    assert seen["column"] == pytest.approx(well.column("GR", 300), abs=0.01)
    # The point under the pointer stays where it is.
    well.page.mouse.move(x, y)
    well.page.keyboard.down("Control")
    well.page.mouse.wheel(0, -200)
    well.page.keyboard.up("Control")
    well.wait(lambda: view()["rowScale"] > 1.6)
    assert well.place("GR", 300) == pytest.approx((x, y), abs=0.5)
    revision = well.revision
    well.page.keyboard.down("Space")
    well.drag((x, y), (x + 30, y + 40))
    well.page.keyboard.up("Space")
    assert well.place("GR", 300) == pytest.approx((x + 30, y + 40), abs=0.5)
    box = well.page.locator("#minimap").bounding_box()
    well.click((box["x"] + 10, box["y"] + box["height"] * 500 / 700))
    middle = view()["row"] + 0.5 * box["height"] / view()["rowScale"]
    assert middle == pytest.approx(500, abs=8)
    assert well.revision == revision


def test_h_hides_the_curves_while_it_is_held(well: Screen) -> None:
    drawn = """() => {
      const canvas = document.getElementById('curves');
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      return data.some((value) => value > 0);
    }"""
    assert well.page.evaluate(drawn)
    well.page.keyboard.down("h")
    well.idle()
    assert not well.page.evaluate(drawn)
    well.page.keyboard.up("h")
    well.idle()
    assert well.page.evaluate(drawn)


def test_doubt_is_gone_through_and_counted(well: Screen) -> None:
    count = well.page.locator(".doubts li").count()
    assert count > 0
    assert float(well.page.get_attribute("#reviewed", "value") or "nan") == 0
    well.press("n")
    for left in reversed(range(count)):
        assert well.state["stretch"]
        well.press("a")
        assert well.page.locator(".doubts li").count() == left
    assert float(well.page.get_attribute("#reviewed", "value") or "nan") == 1
    well.press("Control+z")
    assert well.page.locator(".doubts li").count() == 1


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
    known = files(scan)
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


def test_a_document_to_be_read_only_is_not_changed(
    browser: Any, tmp_path: Path
) -> None:
    scan = write_well(tmp_path)
    with serving(scan, read_only=True, **files(scan)) as client:
        screen = Screen(browser, client, tmp_path)
        before = screen.bytes("GR")
        screen.show(300)
        x, y = screen.place("GR", 300)
        screen.drag((x, y), (x + 30, y))
        screen.press("n", "a", "x", "Enter", "Escape")
        assert screen.bytes("GR") == before
        assert not screen.page.is_visible("#tools")
        screen.close()


def test_an_undo_does_not_take_back_what_another_has_changed(well: Screen) -> None:
    well.show(300)
    x, y = well.place("GR", 300)
    well.drag((x, y), (x + 20, y))
    bent = well.column("GR", 300)

    def behind(route: Any) -> None:
        well.client.edit("shift", curve="ILD", row0=300, row1=320, by=5)
        route.continue_()

    well.page.route("**/api/undo", behind, times=1)
    moved = well.column("ILD", 300) + 5
    well.press("Control+z")
    assert "not applied" in well.said
    assert well.column("GR", 300) == bent
    assert well.column("ILD", 300) == pytest.approx(moved)
    well.errors = [line for line in well.errors if "409" not in line]

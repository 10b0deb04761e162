"""Keys and presses of the review page reach what they are meant for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reviews import FIRST, files, serving, write_well
from tests.screens import Screen
from veernet.review.findings import ListedFinding

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")


def _curves(screen: Screen) -> list[dict[str, Any]]:
    """Return the curves of the registration, as the server has them."""
    tracks = screen.client.get("/api/document").json["registration"]["tracks"]
    return [curve for track in tracks for curve in track["curves"]]


def test_enter_keeps_after_a_press_in_the_side_list(well: Screen) -> None:
    well.page.click(".doubts li button")  # the gap of CALI
    assert well.state["stretch"]["curve"] == "CALI"
    well.press("o")
    assert well.state["pending"]
    revision = well.revision
    well.press("Enter")
    assert well.revision == revision + 1, well.said
    # By Tab the focus may be on a button: what waits is kept, and nothing is pressed.
    well.press("1", "ArrowRight")
    assert well.state["pending"]
    well.page.locator(".curves li button").nth(4).focus()
    well.press("Enter")
    assert not well.state["pending"]
    assert well.revision == revision + 2, well.said


def test_letters_on_a_list_of_choices_choose_nothing(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    well.press("l")
    before = _curves(well)
    scale = well.page.locator("#drawer tbody tr").nth(1).get_by_label("Scale")
    line = well.page.locator("#drawer tbody tr").nth(1).get_by_label("Line")
    line.focus()
    well.press("d", "s")
    assert _curves(well) == before
    scale.select_option("log")
    well.idle()
    assert _curves(well) != before
    scale.focus()
    well.press("Control+z")
    assert _curves(well) == before
    well.press("Escape")
    assert well.page.evaluate("document.activeElement.id") == "window"
    scale.focus()
    well.press("l")
    assert not well.page.is_visible("#drawer")
    assert _curves(well) == before


def test_a_new_curve_takes_the_cursor_and_is_whole_once_its_scale_is_typed(
    well: Screen,
) -> None:
    well.page.click("[data-stage=register]")
    well.press("l")
    well.page.click("text=+ curve in T1")
    well.page.keyboard.press("p")  # before the row is there: no shortcut
    well.wait(lambda: well.page.evaluate("document.activeElement.title === 'Mnemonic'"))
    before = well.state["view"]
    assert "NEW1 lacks" in well.page.inner_text("#panel")
    for text in ("SP", "MV"):
        well.page.keyboard.type(text)
        well.press("Tab")
    assert "SP lacks" in well.page.inner_text("#panel")
    for text in ("-80", "20"):
        well.page.keyboard.type(text)
        well.press("Tab")
    new = _curves(well)[2]
    reported = [new[key] for key in ("mnemonic", "unit", "left", "right", "scale")]
    assert reported == ["SP", "MV", -80, 20, "linear"]
    assert "The registration is complete" in well.page.inner_text("#panel")
    assert well.state["view"] == before
    assert len(_curves(well)) == 5


def test_a_point_set_with_alt_stays_straight_and_no_preview_stays(
    well: Screen,
) -> None:
    well.press("Escape", "1", "t")
    well.show(300)
    well.click(well.place("GR", 270))
    x, y = well.place("GR", 330)
    well.page.keyboard.down("Alt")
    well.click((x, y))
    well.page.keyboard.up("Alt")
    well.idle()
    assert "2 points, straight: Enter keeps it" in well.said
    assert well.page.is_checked("#straight")
    revision = well.revision
    # Released after Enter, Alt asks for nothing more.
    well.page.keyboard.down("Alt")
    well.page.keyboard.press("Enter")
    well.page.keyboard.up("Alt")
    well.idle()
    assert well.revision == revision + 1, well.said
    assert np.ptp(np.diff(well.samples("GR")["column"][172:228])) < 0.01
    assert not well.page.evaluate("veernet.draft")
    assert not well.state["pending"]
    assert not well.page.is_checked("#straight")


def test_escape_ends_a_stroke_and_undo_takes_back_the_drag_alone(
    well: Screen,
) -> None:
    well.press("Escape", "1", "d")
    well.show(300)
    well.drag(*(well.place("GR", row, 8) for row in (280, 320)))
    well.press("x", "Enter", "r")
    before, revision, mouse = well.bytes("ILD"), well.revision, well.page.mouse
    well.press("3")
    (x, y), end = well.place("ILD", 280), well.place("ILD", 330)
    for key in ("Escape", "Control+z"):
        mouse.move(x, y)
        mouse.down()
        mouse.move(x - 20, y + 30, steps=4)
        well.press("n", "t", "2")  # these wait for the mouse
        assert (well.state["tool"], well.state["active"]) == ("redraw", "ILD")
        well.press(key)
        mouse.move(*end, steps=4)
        mouse.up()
        well.press("Enter")
        assert not well.state["pending"]
        assert (well.bytes("ILD"), well.revision) == (before, revision), key
    well.press("Control+z")  # of an edit that is saved
    assert np.isfinite(well.column("GR", 300))


def test_retry_is_offered_while_a_change_waits_for_the_server(
    browser: Any, tmp_path: Path
) -> None:
    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as client:
        screen = Screen(browser, client, tmp_path)
        screen.show(300)
        x, y = screen.place("GR", 300)
        client.served.stop()
        screen.wait(lambda: screen.state["saved"] == "offline")
        assert "is not saved" in screen.said
        assert not screen.page.is_visible("#retry")
        screen.page.mouse.move(x, y)
        screen.page.mouse.down()
        screen.page.mouse.move(x + 20, y, steps=3)
        screen.page.mouse.up()
        screen.wait(lambda: screen.page.is_visible("#retry"))
        assert "running? Retry" in screen.said
        # The browser finds out again and again that the server is gone.
        screen.page.wait_for_timeout(4000)
        assert screen.page.is_visible("#retry")
        assert screen.page.inner_text("#saved") == "Not saved"
        screen.context.close()


def _propose(screen: Screen) -> None:
    """Let the registration count as proposed, with four suggestions."""
    review = screen.client.served.review
    document = review.document
    reported = (
        {"text": "GR: line unknown; solid is assumed", "curve": "GR"},
        {"text": "CALI 6 to 16", "curve": "CALI"},
        {"text": f"depth 1000 at row {FIRST} (0.60): compare it", "row": FIRST},
        {"text": "section main: rows 100 to 600"},
    )
    found = [
        ListedFinding(
            **{"severity": "suggestion", "source": "register", **one}, section="main"
        )
        for one in reported
    ]
    with document.lock:
        document.commit(
            "registration",
            "registration proposed",
            base=document.revision,
            content={"findings": [one.to_json() for one in found]},
            documents=document.documents(),
        )
    review.tell_state()


def test_what_is_answered_is_no_longer_suggested(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    revision = well.revision

    def listed() -> str:
        return str(well.page.inner_text("#panel"))

    _propose(well)
    well.wait(lambda: well.revision == revision + 1 and "line unknown" in listed())
    assert "4 to look at" in listed()
    well.press("l")
    row = well.page.locator("#drawer tbody tr").first
    row.get_by_label("Line").select_option("dot")
    well.idle()
    assert "line unknown" not in listed()
    assert "3 to look at" in listed()
    depth = well.page.get_by_label("Depth as printed").first
    depth.fill("1001")
    depth.press("Tab")
    well.idle()
    assert "depth 1000" not in listed()
    well.page.click("#undo")
    well.idle()
    assert "depth 1000" in listed()
    well.page.click("text=Confirm all")
    well.idle()
    assert "All are confirmed" in listed()
    assert well.said.startswith("3 confirmed.")
    assert "open" not in well.said


def test_a_check_tells_what_it_found(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    well.page.get_by_role("button", name="Check", exact=True).click()
    well.wait(lambda: well.said.startswith("Checked: "))
    reported = well.client.get("/api/document").json["findings"]
    (found,) = [one for one in reported if one["source"] == "check"]
    assert found["text"] in well.said
    # A stage that is done does not stand at 100 %: the bar moves on.
    shown = well.page.evaluate(
        """async () => {
          const { showProgress } = await import('/static/digitise.js');
          const job = { id: 'j', kind: 'register', stage: 'looking', total: 9 };
          const bars = [];
          for (const done of [4, 9]) {
            showProgress({ ...job, done });
            const bar = document.getElementById('job');
            bars.push([bar.hasAttribute('value'), bar.closest('aside').innerText]);
          }
          return bars;
        }"""
    )
    assert [bar for bar, _ in shown] == [True, False]
    assert "looking: 44 %" in shown[0][1]
    assert "looking …" in shown[1][1]


def test_the_line_at_the_foot_is_of_the_curve_that_is_chosen(well: Screen) -> None:
    well.show(300)
    well.page.mouse.move(*well.place("GR", 300))
    for key, curve in (("1", "GR"), ("3", "ILD"), ("2", "CALI")):
        well.press(key)
        assert f"·  {curve} " in str(well.page.text_content("#readout"))


def test_a_narrow_window_shows_all_of_the_bar(well: Screen) -> None:
    for width in (700, 1000, 1199, 1280):
        well.page.set_viewport_size({"width": width, "height": 800})
        for name in ("#saved", "#help", "#undo"):
            box = well.page.locator(name).bounding_box()
            assert 0 <= box["x"] <= width - box["width"], (width, name)

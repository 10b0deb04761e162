"""Keys and presses of the review page reach what they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reviews import files, serving, write_well
from tests.screens import Screen, browsing

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as found:
        yield found


@pytest.fixture
def well(browser: Any, tmp_path: Path) -> Iterator[Screen]:
    """Return a small scan that has been read already."""
    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as client:
        screen = Screen(browser, client, tmp_path)
        yield screen
        screen.close()


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
    told = [new[key] for key in ("mnemonic", "unit", "left", "right", "scale")]
    assert told == ["SP", "MV", -80, 20, "linear"]
    assert "The registration is complete" in well.page.inner_text("#panel")
    assert well.state["view"] == before
    assert len(_curves(well)) == 5

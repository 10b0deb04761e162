"""Meetings: where paths touch or pass, and the odds that they exchange their curves."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from tests.panels import curve
from tests.paths import followed
from veernet.trace.meetings import (
    ENDS,
    FEATURES,
    MODEL,
    WINDOWS,
    _residual,
    features,
    find_meetings,
    load_model,
    meeting_rows,
)

ROWS = 400
AT = np.arange(float(ROWS))


def test_meetings_are_where_strokes_touch_or_pass():
    first, second = followed(40 + 0.5 * AT), followed(240 - 0.5 * AT)
    ((start, stop),) = meeting_rows(first, second)
    assert start <= 200 <= stop
    assert stop - start < 20
    jumping = np.where(AT < 150, 60.0, 160.0)
    still = followed(np.full(ROWS, 100.0))
    assert meeting_rows(followed(jumping), still) == [(149, 151)]
    assert meeting_rows(first, followed(first.column + 10)) == []
    jumping[140:160] = np.nan
    assert meeting_rows(followed(jumping), still) == [(139, 161)]


def test_paths_that_wrap_change_sides_at_a_fold_without_meeting():
    column = np.where(AT < 200, 190.0, 12.0)
    wrapping = followed(column, spec=curve("A", wraps=True))
    still = followed(np.full(ROWS, 100.0), spec=curve("B", wraps=True))
    assert meeting_rows(wrapping, still) == []


def test_heavier_strokes_touch_from_farther_away():
    near = 100 + np.where(np.abs(AT - 200) < 10, 5.5, 30.0)
    thin, other = followed(np.full(ROWS, 100.0)), followed(near)
    assert meeting_rows(thin, other) == []
    heavy = [replace(p, stroke=np.full(ROWS, 5.0)) for p in (thin, other)]
    assert len(meeting_rows(*heavy)) == 1


def test_straight_lines_keep_their_direction():
    """As decoded one pair crosses and one turns back: both should cross."""
    down, up = 40 + 0.5 * AT, 240 - 0.5 * AT
    (crossed,) = find_meetings([followed(down), followed(up)], (0, 1))
    turned = [followed(np.minimum(down, up)), followed(np.maximum(down, up))]
    (bounced,) = find_meetings(turned, (0, 1))
    assert crossed.log_odds < -2
    assert bounced.log_odds > 2
    assert crossed.start < crossed.row < crossed.stop


def test_parabolas_that_touch_turn_back():
    away = 3 + ((AT - 200) / 14) ** 2
    first, second = 90 - away / 2, 90 + away / 2
    (touched,) = find_meetings([followed(first), followed(second)], (0, 1))
    assert touched.log_odds < 0


def test_the_order_in_which_paths_are_listed_changes_nothing():
    rng = np.random.default_rng(2)
    one = followed(40 + 0.5 * AT + rng.normal(0, 1, ROWS))
    other = followed(240 - 0.5 * AT + 3 * np.sin(AT / 9))
    other = replace(other, stroke=np.full(ROWS, 3.5))
    (rows,) = meeting_rows(one, other)
    found = features(one, other, *rows)
    assert found.shape == (FEATURES,)
    assert features(other, one, *rows) == pytest.approx(found)


def test_a_stroke_that_stays_the_wider_speaks_against_an_exchange():
    away = np.abs(AT - 200) / 3
    wide, thin = followed(90 - away), followed(90 + away)
    wide = replace(wide, stroke=np.full(ROWS, 4.0))
    (rows,) = meeting_rows(wide, thin)
    same = features(wide, thin, *rows)
    changed = np.where(AT < 200, 4.0, 2.0), np.where(AT < 200, 2.0, 4.0)
    exchanged = [
        replace(p, stroke=s) for p, s in zip((wide, thin), changed, strict=True)
    ]
    assert features(*exchanged, *rows)[-3] == pytest.approx(-same[-3])
    assert same[-3] > 0


def test_at_the_ends_of_a_page_nothing_is_known():
    first = followed(np.full(ROWS, 100.0))
    second = followed(np.where(AT < 2, 101.0, 160.0))
    (rows,) = meeting_rows(first, second)
    found = features(first, second, *rows)
    assert not found[: 2 * len(WINDOWS) + len(ENDS)].any()


@pytest.mark.parametrize("seed", range(5))
def test_paths_that_cross_while_one_is_unread_keep_their_direction(seed):
    rng = np.random.default_rng(seed)
    down = 40 + 0.5 * AT + rng.normal(0, 0.3, ROWS)
    up = 240 - 0.5 * AT + rng.normal(0, 0.3, ROWS)
    up[170:230] = np.nan
    (crossed,) = find_meetings([followed(down), followed(up)], (0, 1))
    assert crossed.stop - crossed.start > 50
    assert crossed.log_odds < 0


@pytest.mark.parametrize("degree", [1, 2])
def test_residuals_are_those_of_least_squares(degree):
    rng = np.random.default_rng(degree)
    offset = np.sort(rng.uniform(-1, 1, 17))
    column = rng.normal(0, 3, 17) + 40 * offset
    fit = np.polynomial.polynomial.polyfit(offset, column, degree)
    rest = column - np.polynomial.polynomial.polyval(offset, fit)
    assert _residual(offset, column, degree) == pytest.approx(np.mean(rest**2))


def test_the_model_ships_with_its_provenance():
    assert load_model().hidden.shape[1] == FEATURES
    text = resources.files("veernet.trace").joinpath(MODEL).read_text("utf-8")
    made = json.loads(text)["made"]
    assert made["command"].startswith("python scripts/fit_meetings.py")
    assert made["cross_validation"]["alike"]["log_loss"] < 0.2

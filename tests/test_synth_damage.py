"""Damage: seeded, in the two tones of the scan, and never hiding most of a curve."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.synth.damage import DAMAGES, HIDDEN, damage, hidden

SHAPE = (300, 260)
NAMES = {way.__name__: way for _, way in DAMAGES}


def picture(tone: int = 255) -> np.ndarray:
    image = np.full(SHAPE, tone, dtype=np.uint8)
    image[:, 60:63] = 0
    image[::20] = 0
    return image


@pytest.mark.parametrize("name", NAMES)
def test_each_way_covers_a_part_of_the_strip_and_is_seeded(name):
    shares = []
    for seed in range(40):
        area, dark = NAMES[name](np.random.default_rng(seed), SHAPE)
        again, _ = NAMES[name](np.random.default_rng(seed), SHAPE)
        assert area.shape == SHAPE
        assert area.dtype == bool
        assert isinstance(dark, bool)
        np.testing.assert_array_equal(area, again)
        shares.append(area.mean())
    assert 0 < np.median(shares) < 0.3
    assert max(shares) < 0.6


def test_a_fold_bar_runs_across_and_a_streak_down():
    bar, _ = NAMES["fold_bar"](np.random.default_rng(2), SHAPE)
    rows = np.flatnonzero(bar.any(axis=1))
    assert np.ptp(rows) < 42
    assert bar.any(axis=0).mean() > 0.5
    streak, _ = NAMES["white_streak"](np.random.default_rng(2), SHAPE)
    assert streak.all(axis=0).sum() == streak.any(axis=0).sum() <= 18


def test_an_area_hides_the_share_of_a_curve_that_it_covers():
    area = np.zeros(SHAPE, dtype=bool)
    area[:75] = True
    columns = np.full((2, 300), 100.0)
    columns[1] = np.nan
    assert hidden(area, columns) == 0.25
    columns[0, 150:] = 400.0  # outside the strip
    assert hidden(area, columns) == 0.5
    assert hidden(area, np.full((1, 300), np.nan)) == 0.0


@pytest.mark.parametrize("tone", [255, 201])
def test_damage_keeps_to_the_tones_of_the_scan_and_spares_the_curves(tone):
    image = picture(tone)
    before = image.copy()
    columns = np.stack([np.full(300, 61.0), np.linspace(5, 250, 300)])
    changed = 0
    for seed in range(60):
        harmed = damage(np.random.default_rng(seed), image, columns, 10.0)
        again = damage(np.random.default_rng(seed), image, columns, 10.0)
        assert harmed.tobytes() == again.tobytes()
        assert set(np.unique(harmed)) <= {0, tone}
        changed += not np.array_equal(harmed, image)
        np.testing.assert_array_equal(image, before)
    assert changed > 40


def test_a_damage_that_would_hide_most_of_a_curve_is_left_out(monkeypatch):
    def flood(_rng, shape):
        area = np.zeros(shape, dtype=bool)
        area[: int(1.2 * HIDDEN * shape[0])] = True
        return area, True

    monkeypatch.setattr("veernet.synth.damage.DAMAGES", ((1.0, flood),))
    image, rng = picture(), np.random.default_rng(0)
    spared = damage(rng, image, np.full((1, 300), 100.0), 1.0)
    np.testing.assert_array_equal(spared, image)
    flooded = damage(rng, image, np.empty((0, 300)), 1.0)
    assert (flooded[:100] == 0).all()


def test_an_unharmed_scan_stays_as_it_is():
    image = picture()
    kept = damage(np.random.default_rng(0), image, np.empty((0, 300)), 0.0)
    np.testing.assert_array_equal(kept, image)

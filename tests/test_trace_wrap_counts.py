"""Wrap counts that are guesses: where they are, and how likely they are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import curve
from veernet.records import ORIGINS, TracedPath
from veernet.trace.wrap_counts import (
    count_probability,
    find_guesses,
    settle_counts,
)

ROWS = 2000
at = np.arange(float(ROWS))
QUIET = 0.4 + 0.05 * np.sin(at / 30)
ROUGH = 0.8 + 0.9 * np.sin(at / 60)
GAMMA = curve("GR", wraps=True)
POTENTIAL = replace(GAMMA, mnemonic="SP", unit="MV")


def as_read(fraction, guesses, spec=POTENTIAL):
    return count_probability(fraction, guesses, spec)[:, 1]


def unread(fraction, start, stop):
    return np.where((at >= start) & (at < stop), np.nan, fraction)


def certain(fraction):
    return np.where(np.isfinite(fraction), 0.99, 0.0)


def test_a_curve_that_is_read_throughout_has_no_guess():
    assert find_guesses(ROUGH, certain(ROUGH)) == ()
    assert as_read(ROUGH, ()) == pytest.approx(1.0)


def test_across_a_gap_the_count_of_a_rough_curve_is_a_guess():
    quiet, rough = (unread(f, 700, 760) for f in (QUIET, ROUGH))
    (sure,) = find_guesses(quiet, certain(quiet))
    (doubtful,) = find_guesses(rough, certain(rough))
    assert (doubtful.start, doubtful.stop) == (700, 760)
    assert sure.step > 0.99
    assert doubtful.step < 0.9


def test_the_farther_a_curve_moved_the_less_sure_is_the_count():
    found = []
    for move in (0.0, 0.3, 0.6, 0.9):
        fraction = unread(ROUGH + np.where(at < 700, 0.0, move), 700, 704)
        found.append(find_guesses(fraction, certain(fraction))[0].step)
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.95
    assert found[-1] < 0.8


def test_a_fold_in_doubt_is_a_guess_and_a_doubtful_name_in_mid_track_is_none():
    confidence = np.where((at >= 300) & (at < 310), 0.5, 0.99)
    assert find_guesses(QUIET, confidence) == ()
    rising = 0.9 + 0.0005 * (at - 100)  # folds at row 300
    confidence = np.where((at >= 295) & (at < 310), 0.5, 0.99)
    (guess,) = find_guesses(rising, confidence)
    assert (guess.start, guess.stop) == (295, 310)


def test_the_count_of_the_first_row_read_is_no_guess():
    late = unread(ROUGH, 0, 200)
    assert find_guesses(late, certain(late)) == ()
    nothing = np.full(ROWS, np.nan)
    assert find_guesses(nothing, np.zeros(ROWS)) == ()


EDGES = np.full(ROWS, 100.0), np.full(ROWS, 300.0)


def path_of(fraction):
    column = 100 + 200 * fraction
    return TracedPath("X", column, certain(fraction), np.ones(ROWS, np.uint8))


def test_a_gamma_ray_is_never_read_below_zero():
    """A count that was lost in a gap is found again by the values below it."""
    true = unread(0.4 + 0.3 * np.sin(at / 40), 700, 760)
    lost = true - (at >= 760)
    found = settle_counts(path_of(lost), GAMMA, *EDGES)
    np.testing.assert_allclose(found.column, path_of(true).column)
    (guess,) = found.guesses
    assert guess.probability > 0.99
    # Of the step that is reported: what was read is another, and likelier by itself.
    assert guess.step < 0.5 < find_guesses(lost, certain(lost))[0].step
    kept = settle_counts(path_of(lost), POTENTIAL, *EDGES)
    np.testing.assert_allclose(kept.column, path_of(lost).column)


def test_a_curve_that_sets_in_at_an_edge_has_not_wrapped():
    """The pen's stroke from the edge to the first value looks like that of a wrap."""
    true = unread(0.4 + 0.3 * np.sin(at / 40), 0, 100)
    read = np.where(at < 104, true, true + 1)
    read[100:104] = [0.96, 0.97, 0.98, 0.99]
    found = settle_counts(path_of(read), GAMMA, *EDGES)
    np.testing.assert_allclose(found.column[104:], path_of(true).column[104:])
    reported = replace(GAMMA, wrap_start=1)
    kept = settle_counts(path_of(read + 1), reported, *EDGES)
    np.testing.assert_allclose(kept.column, path_of(read + 1).column)


def test_a_curve_that_wraps_in_its_first_rows_keeps_its_count():
    """Sixty rows from .8 to 1.2 are a reading, and no stroke of a pen that sets in."""
    true = np.where(at < 60, 0.8 + at / 150, 1.3 + 0.05 * np.sin(at / 40))
    found = settle_counts(path_of(true), GAMMA, *EDGES)
    np.testing.assert_allclose(found.column, path_of(true).column)


def test_a_curve_that_wraps_later_on_keeps_its_count():
    true = np.where(at < 300, 0.9, 1.3) + 0.05 * np.sin(at / 40)
    true = np.where((at > 280) & (at <= 300), 0.9 + (at - 280) / 50, true)
    found = settle_counts(path_of(true), GAMMA, *EDGES)
    np.testing.assert_allclose(found.column, path_of(true).column)


def test_a_bridge_across_which_the_count_was_changed_is_gone():
    true = 0.4 + 0.3 * np.sin(at / 40)
    lost = true - (at >= 710)
    inside = (at >= 700) & (at < 710)
    lost[inside] = np.interp(at[inside], [699, 710], lost[[699, 710]])
    bridged = np.where(inside, ORIGINS.index("bridged"), ORIGINS.index("auto"))
    read = replace(
        path_of(lost),
        confidence=np.where(inside, 0.1, 0.99),
        origin=bridged.astype(np.uint8),
    )
    found = settle_counts(read, GAMMA, *EDGES)
    np.testing.assert_allclose(found.column[~inside], path_of(true).column[~inside])
    assert np.isnan(found.column[inside]).all()
    assert (found.confidence[inside] == 0).all()
    assert (found.origin[inside] == ORIGINS.index("none")).all()
    kept = settle_counts(read, POTENTIAL, *EDGES)
    np.testing.assert_array_equal(kept.origin, read.origin)
    np.testing.assert_allclose(kept.column, read.column)


def test_values_about_zero_do_not_move_a_gamma_ray():
    low = unread(0.01 * np.sin(at / 40), 700, 760)
    found = settle_counts(path_of(low), GAMMA, *EDGES)
    np.testing.assert_allclose(found.column, path_of(low).column)


def test_the_confidence_of_all_that_hangs_on_a_guess_is_lowered():
    fraction = unread(ROUGH + np.where(at < 700, 0.0, 0.7), 700, 720)
    result = settle_counts(path_of(fraction), POTENTIAL, *EDGES)
    (guess,) = result.guesses
    assert result.confidence[:700] == pytest.approx(0.99)
    assert result.confidence[720:] == pytest.approx(0.99 * guess.probability, abs=0.01)


def test_a_quiet_curve_keeps_to_its_level():
    """Of a quiet curve many gaps do not add up to doubt: it would have to move."""
    gaps = at % 50 < 4
    quiet, rough = (np.where(gaps, np.nan, f) for f in (QUIET, ROUGH))
    for fraction, least, most in ((quiet, 0.98, 1.0), (rough, 0.3, 0.95)):
        guesses = find_guesses(fraction, certain(fraction))
        assert len(guesses) == 39
        middle = as_read(fraction, guesses)[1000]
        assert least <= middle <= most


def test_probabilities_are_roughly_those_of_being_right():
    """Curves with unread stretches, unfolded by the least move, as the tracer does."""
    rng = np.random.default_rng(5)
    reported, right = [], []
    for _ in range(120):
        walk = np.cumsum(rng.normal(0, rng.uniform(0.005, 0.05), ROWS))
        true = 0.5 + walk - np.linspace(0, walk[-1], ROWS)
        read = np.ones(ROWS, dtype=bool)
        for start in rng.integers(50, ROWS - 100, 6):
            read[start : start + int(rng.integers(5, 80))] = False
        folded = np.where(read, true - np.floor(true), np.nan)
        rows = np.flatnonzero(read)
        step = -np.rint(np.diff(folded[rows]))
        fraction = folded.copy()
        fraction[rows] += np.floor(true[0]) + np.concatenate([[0], np.cumsum(step)])
        guesses = find_guesses(fraction, read * 0.99)
        reported.append(as_read(fraction, guesses)[rows])
        right.append(np.abs(fraction - true)[rows] < 0.5)
    reported, right = np.concatenate(reported), np.concatenate(right)
    base = right.mean() * (1 - right.mean())
    assert np.mean((reported - right) ** 2) < 0.8 * base
    assert right[reported > 0.97].mean() > 0.95
    assert right[reported < 0.8].mean() < right[reported > 0.97].mean() - 0.1

"""Region scores on drawn examples, whose values are known before."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.special import erf

from veernet.errors import InputError
from veernet.evaluate.regions import IGNORED, edge_pixels, region_scores
from veernet.losses.inputs import IGNORE_INDEX
from veernet.training.metrics import OverlapMetric

ROWS, COLUMNS = np.indices((120, 120))


def disc(row=60, column=60, radius=40):
    return np.hypot(ROWS - row, COLUMNS - column) <= radius


def certain(classes, count=2):
    """Probabilities of one for a class of each pixel."""
    return np.moveaxis(np.eye(count)[classes], -1, 0)


def scores_of(found, true, count=2, **options):
    found, true = (np.asarray(x).astype(np.int64) for x in (found, true))
    return region_scores([(certain(found, count), true)], **options)


def test_a_perfect_prediction_is_full_and_sharp():
    scores = scores_of(disc(), disc())
    for name in ("iou", "f1", "image_iou", "image_f1", "coverage", "area_ratio"):
        np.testing.assert_array_equal(getattr(scores, name), 1)
    for name in ("pieces", "edge_precision", "edge_recall", "edge_f1", "regions"):
        np.testing.assert_array_equal(getattr(scores, name), 1)
    np.testing.assert_array_equal(scores.holes, 0)
    np.testing.assert_array_equal(scores.edge_band, 0)


def test_a_disc_with_holes_is_covered_less_and_has_as_many_holes():
    centres = [(40, 50), (60, 70), (80, 55)]
    holes = np.any([disc(row, column, 5) for row, column in centres], axis=0)
    scores = scores_of(disc() & ~holes, disc())
    whole = scores_of(disc(), disc())
    assert scores.holes[1] == 3
    assert whole.holes[1] == 0
    assert scores.pieces[1] == 1
    share = 1 - holes.sum() / disc().sum()
    assert scores.coverage[1] == pytest.approx(share)
    assert scores.area_ratio[1] == pytest.approx(share)
    assert scores.iou[1] == pytest.approx(share)


def test_a_bay_is_no_hole_and_a_cut_makes_two_pieces():
    bay = disc() & ~disc(60, 100, 12)
    assert scores_of(bay, disc()).holes[1] == 0
    cut = disc() & (np.abs(COLUMNS - 60) > 2)
    scores = scores_of(cut, disc())
    assert scores.pieces[1] == 2
    assert scores.holes[1] == 0


def test_a_gap_at_the_picture_s_edge_is_no_hole():
    true = COLUMNS < 50
    found = true & ~((ROWS < 10) & (np.abs(COLUMNS - 20) < 5))
    assert scores_of(found, true).holes[1] == 0


def test_too_full_a_region_covers_all_and_is_too_large():
    scores = scores_of(disc(radius=44), disc())
    assert scores.coverage[1] == 1
    assert scores.area_ratio[1] == pytest.approx(disc(radius=44).sum() / disc().sum())
    assert scores.iou[1] == pytest.approx(1 / scores.area_ratio[1])
    # Its edge lies four pixels off: found by nobody at a tolerance of two.
    assert scores.edge_f1[1] == 0
    assert scores_of(disc(radius=44), disc(), tolerance=5.0).edge_f1[1] == 1


def test_coverage_counts_regions_and_not_pixels():
    true = disc(40, 40, 30) | disc(100, 100, 8)
    scores = scores_of(disc(40, 40, 30), true)
    assert scores.regions[1] == 2
    assert scores.coverage[1] == 0.5
    assert scores.pieces[1] == 1  # of the one that was found


def test_specks_are_no_regions():
    true = disc()
    true[2, 2] = True
    assert scores_of(true, true).regions[1] == 1
    assert scores_of(true, true, least_area=1).regions[1] == 2


@pytest.mark.parametrize("turn", [0.0, 0.4, np.pi / 4, np.pi / 2])
@pytest.mark.parametrize("sigma", [0.5, 1.5, 3.0])
def test_the_band_of_doubt_is_as_wide_as_the_edge_is_blurred(turn, sigma):
    """Blurred by a Gaussian, .1 to .9 lies within 1.2816 sigma either way."""
    away = np.cos(turn) * (COLUMNS - 59.5) + np.sin(turn) * (ROWS - 59.5)
    one = 0.5 * (1 + erf(away / (sigma * np.sqrt(2))))
    true = (away > 0).astype(np.int64)
    scores = region_scores([(np.stack([1 - one, one]), true)])
    expected = 2 * 1.2816 * sigma
    # Pixels are counted whole, so a band between two columns has a width of either.
    np.testing.assert_allclose(scores.edge_band, expected, atol=0.75)
    np.testing.assert_array_equal(scores.edge_f1, 1)


def test_a_blurred_disc_has_a_wider_band_than_a_sharp_one():
    bands = []
    for sigma in (0.5, 1.5, 2.5):
        one = ndimage.gaussian_filter(disc().astype(float), sigma)
        scores = region_scores([(np.stack([1 - one, one]), disc().astype(np.int64))])
        bands.append(scores.edge_band[1])
    np.testing.assert_allclose(bands, 2 * 1.2816 * np.array([0.5, 1.5, 2.5]), atol=0.6)


def test_doubt_away_from_edges_is_no_band():
    one = np.where(disc(), 1.0, 0.0)
    one[disc(radius=20)] = 0.7
    scores = region_scores([(np.stack([1 - one, one]), disc().astype(np.int64))])
    np.testing.assert_array_equal(scores.edge_band, 0)


def test_doubt_everywhere_is_the_widest_band_there_is():
    half = np.full((2, 120, 120), 0.5)
    scores = region_scores([(half, disc().astype(np.int64))], reach=5.0)
    np.testing.assert_array_equal(scores.edge_band, 10)


def test_overlap_is_that_of_the_training():
    rng = np.random.default_rng(0)
    probability = rng.dirichlet(np.ones(4), (3, 40, 50)).transpose(0, 3, 1, 2)
    truth = rng.integers(0, 3, (3, 40, 50))
    truth[0, :10] = IGNORED
    overlap = OverlapMetric("abcd")
    overlap.update(
        torch.from_numpy(probability.argmax(axis=1)), torch.from_numpy(truth)
    )
    expected = overlap.compute()
    scores = region_scores(zip(probability, truth, strict=True))
    for i, name in enumerate("abcd"):
        for score in ("iou", "f1", "image_iou", "image_f1"):
            value = float(expected[f"{score}/{name}"])
            assert getattr(scores, score)[i] == pytest.approx(value, rel=1e-6)


def test_what_is_ignored_changes_nothing():
    """Neither does a wrong prediction there count, nor is its border an edge."""
    true = disc(radius=20).astype(np.int64)
    plain = scores_of(disc(radius=20), true)
    true[:, 90:] = IGNORED
    found = disc(radius=20)
    found[:, 95:] = True
    scores = scores_of(found, true)
    for name in ("coverage", "holes", "pieces", "edge_f1", "edge_band"):
        np.testing.assert_array_equal(getattr(scores, name), getattr(plain, name))
    assert scores.iou[1] == 1
    assert IGNORED == IGNORE_INDEX


def test_a_class_that_is_nowhere_has_no_score():
    scores = scores_of(disc(), disc(), 3)
    assert np.isnan(scores.iou[2])
    assert np.isnan(scores.coverage[2])
    assert np.isnan(scores.edge_f1[2])
    assert scores.regions[2] == 0
    rows = scores.rows(["land", "sea", "road"])
    assert [row["class"] for row in rows] == ["land", "sea", "road", "mean"]
    assert rows[-1]["iou"] == 1


def test_a_class_that_is_missed_has_no_edge_found():
    scores = scores_of(np.zeros((120, 120)), disc())
    assert scores.iou[1] == 0
    assert scores.coverage[1] == 0
    assert scores.edge_f1[1] == 0
    assert np.isnan(scores.pieces[1])


def test_pixels_of_an_edge_have_a_neighbour_outside():
    flags = np.zeros((4, 5), dtype=bool)
    flags[1:3, :3] = True
    known = np.ones_like(flags)
    found = edge_pixels(flags, known)
    np.testing.assert_array_equal(found, flags)
    known[:, 3:] = False
    known[0] = False
    np.testing.assert_array_equal(np.argwhere(edge_pixels(flags, known))[:, 0], [2] * 3)


@pytest.mark.parametrize(
    ("pictures", "match"),
    [
        ([], "there is no picture to score"),
        ([(np.zeros((2, 4, 4)), np.zeros((4, 5), np.int64))], "truth of shape .4, 5."),
        ([(np.zeros((2, 4, 4)), np.full((4, 4), 2))], "from 2 to 2, those predicted"),
        (
            [(np.ones((n, 4, 4)), np.zeros((4, 4), np.int64)) for n in (2, 3)],
            "a picture has 3 classes, those before it others",
        ),
    ],
)
def test_what_does_not_fit_is_refused(pictures, match):
    with pytest.raises(InputError, match=match):
        region_scores(pictures)


def test_a_row_needs_a_name_for_each_class():
    with pytest.raises(InputError, match="1 names for 2 classes"):
        scores_of(disc(), disc()).rows(["land"])

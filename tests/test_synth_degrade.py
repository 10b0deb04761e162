"""Scanner artefacts: seeded, the size asked for, and never moving the truth."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.synth.degrade import Scanner, scan
from veernet.synth.handling import handle
from veernet.synth.texture import cloud, grain


def inked() -> np.ndarray:
    ink = np.zeros((300, 200), dtype=np.float32)
    ink[:, 60:63] = 1.0
    ink[::20] = 0.7
    return ink


def test_a_perfect_grey_scanner_changes_nothing():
    rng = np.random.default_rng(0)
    image = scan(inked(), rng, Scanner(bilevel=0.0, severity=0.0))
    np.testing.assert_allclose(image, 255 * (1 - inked()), atol=1)


@pytest.mark.parametrize("bilevel", [0.0, 1.0])
def test_the_same_seed_gives_the_same_scan_and_another_another(bilevel):
    scanner = Scanner(bilevel=bilevel, clean=0.0)
    for seed in range(12):
        first = scan(inked(), np.random.default_rng(seed), scanner)
        again = scan(inked(), np.random.default_rng(seed), scanner)
        assert first.tobytes() == again.tobytes()
        other = scan(inked(), np.random.default_rng(seed + 100), scanner)
        assert first.tobytes() != other.tobytes()


def test_scanning_leaves_the_ink_itself_alone():
    ink = inked()
    scan(ink, np.random.default_rng(1), Scanner(clean=0.0))
    np.testing.assert_array_equal(ink, inked())


def test_artefacts_leave_a_heavy_stroke_where_it_was():
    errors = []
    for seed in range(60):
        ink = np.zeros((200, 120), dtype=np.float32)
        ink[:, 58:63] = 1.0
        image = scan(ink, np.random.default_rng(seed), Scanner(clean=0.0))
        darkness = 255.0 - image[:, 50:71]
        darkness = np.maximum(darkness - np.median(darkness, axis=1)[:, None], 0)
        weight = darkness.sum(axis=0)
        if weight.sum() > 0:
            errors.append(np.average(np.arange(50, 71), weights=weight) - 60)
    assert len(errors) > 50
    assert np.abs(np.median(errors)) < 0.1
    assert np.quantile(np.abs(errors), 0.9) < 0.25


def test_grain_has_unit_variance_and_covers_tall_pages():
    rng = np.random.default_rng(0)
    texture = grain(rng, (3000, 1700))
    assert texture.shape == (3000, 1700)
    assert texture.std() == pytest.approx(1.0, abs=0.02)


def test_a_cloud_is_smooth_and_within_bounds():
    field = cloud(np.random.default_rng(0), (256, 200), 4)
    assert field.shape == (256, 200)
    assert 0 <= field.min() < field.max() <= 1
    assert np.abs(np.diff(field, axis=0)).max() < 0.06


def test_handling_changes_picture_mask_and_truth_alike():
    truth = 100 + 30 * np.sin(np.arange(256) / 30)
    at = np.arange(256)
    cover = np.clip(2.5 - np.abs(at - truth[:, None]), 0, 1)
    image = np.rint(255 * (1 - cover)).astype(np.uint8)
    mask = (np.abs(at - truth[:, None]) <= 1.5).astype(np.int64)
    columns = np.stack([truth, np.full(256, np.nan)])
    columns[0, 40:50] = np.nan
    changed = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        made, label, moved = handle(image, mask, columns, rng)
        assert made.dtype == np.uint8
        assert label.dtype == np.int64
        assert np.isnan(moved[1]).all()
        assert np.isfinite(moved[0]).sum() == 246
        rows = np.flatnonzero(np.isfinite(moved[0]))
        darkness = 255.0 - made[rows]
        darkness -= np.median(darkness, axis=1)[:, None]
        centre = (darkness @ at) / darkness.sum(axis=1)
        assert np.quantile(np.abs(centre - moved[0, rows]), 0.95) < 0.4
        nearest = np.rint(moved[0, rows]).astype(int)
        assert (label[rows, nearest] == 1).mean() > 0.99
        changed += not np.array_equal(moved, columns, equal_nan=True)
    assert changed > 20

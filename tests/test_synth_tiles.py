"""Tiles: every pixel belongs to one, and is scored once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX
from veernet.synth.handling import handle
from veernet.synth.tiles import plan_tiles
from veernet.synth.windows import HandledTiles, LabelledPicture, TileDataset
from veernet.training.metrics import count_overlap


@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.integers(4, 40), st.integers(4, 40)),
    st.floats(0, 0.5),
)
def test_every_pixel_belongs_to_one_tile_and_lies_in_its_window(shape, size, share):
    owners = np.zeros(shape, dtype=int)
    for tile in plan_tiles(shape, size, int(share * min(size))):
        owners[tile.own] += 1
        for side, own in zip(size, tile.inside, strict=True):
            assert 0 <= own.start < own.stop <= side
    assert (owners == 1).all()


def test_the_grid_is_fixed_and_overlaps_are_halved():
    tiles = plan_tiles((10, 50), (32, 20), 4)
    assert [tile.column for tile in tiles] == [0, 16, 30]
    assert [tile.own_columns for tile in tiles] == [(0, 18), (18, 33), (33, 50)]
    assert {tile.own_rows for tile in tiles} == {(0, 10)}


@pytest.mark.parametrize(
    ("shape", "overlap", "match"),
    [
        ((50, 50), 17, "tiles of 32 x 64 cannot overlap by 17"),
        ((50, 50), -1, "cannot overlap by -1: choose from 0 to half"),
        ((0, 50), 0, "0 x 50 pixels is empty"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(shape, overlap, match):
    with pytest.raises(InputError, match=match):
        plan_tiles(shape, (32, 64), overlap)


def colour_picture(rows=100, columns=70, classes=4) -> LabelledPicture:
    rng = np.random.default_rng(0)
    mask = rng.integers(0, classes, (rows, columns))
    image = np.stack([40 * mask, 255 - 40 * mask, 0 * mask], axis=-1).astype(np.uint8)
    return LabelledPicture("drawn", image, mask, np.full((0, rows), np.nan), ())


@pytest.mark.parametrize("overlap", [0, 7, 16])
def test_tiles_count_every_pixel_exactly_once(overlap):
    picture = colour_picture()
    tiles = TileDataset([picture], 32, 32, overlap=overlap)
    masks = torch.stack([tiles[i]["mask"] for i in range(len(tiles))])
    counted = count_overlap(masks.clamp(min=0), masks, 4).sum(0)
    np.testing.assert_array_equal(counted[:, 0], np.bincount(picture.mask.ravel()))
    assert not counted[:, 1:].any()


def test_colour_goes_in_as_red_green_and_blue():
    sample = TileDataset([colour_picture(20, 30)], 32, 32)[0]
    assert sample["image"].shape == (3, 32, 32)
    mask = sample["mask"][:20, :30]
    torch.testing.assert_close(sample["image"][0, :20, :30], 40 * mask / 255)
    assert not sample["image"][2, :20, :30].any()
    assert (sample["image"][:, 20:] == 1).all()
    assert (sample["mask"][20:] == IGNORE_INDEX).all()


def test_a_round_of_tiles_shows_each_once_and_handles_it_anew():
    picture = colour_picture(64, 96)
    tiles = HandledTiles([picture], 32, 32, handling="pictures", seed=4)
    assert tiles.items == 6
    first, again, other = tiles[2], tiles[2], tiles[2 + 6]
    assert torch.equal(first["image"], again["image"])
    assert not torch.equal(first["image"], other["image"])
    for sample in (first, other):  # handled, it is the same tile
        assert torch.equal(
            sample["mask"].flatten().sort().values,
            tiles.tiles[2]["mask"].flatten().sort().values,
        )


@pytest.mark.parametrize("shape", [(32, 32), (24, 40)])
def test_handling_turns_picture_and_mask_alike(shape):
    picture = colour_picture(*shape)
    seen = set()
    for seed in range(40):
        image, mask, _ = handle(
            picture.image,
            picture.mask,
            picture.columns,
            np.random.default_rng(seed),
            "pictures",
        )
        assert mask.shape == shape
        assert mask.dtype == np.int64
        # Every class has one colour, whichever that is now, but for rounding.
        assert all((np.ptp(image[mask == c], axis=0) <= 2).all() for c in range(4))
        seen.add(mask.tobytes())
    assert len(seen) == (8 if shape[0] == shape[1] else 4)


@pytest.mark.parametrize("handling", ["lines", "pictures"])
def test_handling_takes_grey_pictures_too(handling):
    picture = colour_picture(32, 32)
    rng = np.random.default_rng(0)
    grey = picture.image[..., 0]
    image, mask, _ = handle(grey, picture.mask, picture.columns, rng, handling)
    assert image.shape == mask.shape == (32, 32)


def test_nothing_is_handled_unless_asked_for():
    picture = colour_picture(32, 32)
    given_ = picture.image, picture.mask, picture.columns
    rng = np.random.default_rng(0)
    for before, after in zip(given_, handle(*given_, rng, "none"), strict=True):
        np.testing.assert_array_equal(before, after)


def test_what_a_lean_brings_in_is_of_the_class_outside():
    picture = colour_picture(64, 64)
    found = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        given_ = picture.image, picture.mask, picture.columns
        found |= set(np.unique(handle(*given_, rng, "lines", IGNORE_INDEX)[1]).tolist())
    assert found == {0, 1, 2, 3, IGNORE_INDEX}


@pytest.mark.parametrize(
    ("handling", "curves", "match"),
    [
        ("turned", 0, "augment 'turned' is not known: use none, lines or pictures"),
        ("pictures", 1, "turns curves on their side: use 'lines'"),
    ],
)
def test_a_handling_that_cannot_be_is_refused(handling, curves, match):
    picture = colour_picture(32, 32)
    with pytest.raises(InputError, match=match):
        handle(
            picture.image,
            picture.mask,
            np.zeros((curves, 32)),
            np.random.default_rng(0),
            handling,
        )

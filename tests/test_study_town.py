"""Views from above: seeded, six classes, and read back as a user's folder is read."""

from __future__ import annotations

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from tests.test_synth_dataset import CONFIGS
from veernet.errors import InputError
from veernet.study.town import (
    BUILDING,
    LAND,
    NAMES,
    PALETTE,
    ROAD,
    TABLE,
    UNLABELLED,
    VEGETATION,
    WATER,
    draw_aerial,
    draw_mask,
    draw_town,
    field,
    write_aerial,
)
from veernet.synth.dataset import sample_rng
from veernet.synth.folder import COLOUR, FolderData, read_folder
from veernet.synth.masks import MaskCode

CODE = MaskCode(names=NAMES, palette=PALETTE)


@pytest.fixture(scope="module")
def views():
    return [draw_aerial(sample_rng(0, "test", i), 320, 288) for i in range(12)]


def test_the_same_seed_draws_the_same_view(views):
    image, mask = draw_aerial(sample_rng(0, "test", 3), 320, 288)
    np.testing.assert_array_equal(image, views[3][0])
    np.testing.assert_array_equal(mask, views[3][1])
    assert image.shape == (320, 288, 3)
    assert image.dtype == np.uint8
    assert (views[4][1] != mask).any()


def test_all_six_classes_are_there_and_far_from_balanced(views):
    counts = np.sum([np.bincount(mask.ravel(), minlength=6) for _, mask in views], 0)
    shares = counts / counts.sum()
    assert shares.min() > 0.005
    assert shares.argmax() == LAND
    assert shares.max() > 6 * shares.min()


def test_classes_look_as_they_do_from_above(views):
    """Leaves are greener than sand, water is bluer, and roads are greyer."""
    pixels = np.concatenate([image.reshape(-1, 3) for image, _ in views]).astype(float)
    classes = np.concatenate([mask.ravel() for _, mask in views])
    red, green, blue = (
        np.array([np.median(pixels[classes == c, k]) for c in range(6)])
        for k in range(3)
    )
    assert green[VEGETATION] - red[VEGETATION] > green[LAND] - red[LAND] + 20
    assert blue[WATER] - red[WATER] > blue[LAND] - red[LAND] + 20
    spread = np.ptp([red, green, blue], axis=0)
    assert spread[ROAD] < spread[LAND] / 2


def test_roofs_cannot_be_told_by_colour_alone(views):
    """The nearest mean colour finds hardly half of the buildings: shape is needed."""
    pixels = np.concatenate([i.reshape(-1, 3)[::7] for i, _ in views]).astype(float)
    classes = np.concatenate([m.ravel()[::7] for _, m in views])
    means = np.array([pixels[classes == c].mean(axis=0) for c in range(6)])
    found = ((pixels[:, None] - means) ** 2).sum(axis=-1).argmin(axis=1)
    both = (found == BUILDING) & (classes == BUILDING)
    either = (found == BUILDING) | (classes == BUILDING)
    assert both.sum() / either.sum() < 0.5


def test_a_plan_has_streets_between_blocks_of_lots():
    for seed in range(6):
        mask, lot = draw_mask(np.random.default_rng(seed), (256, 256), 0.3)
        assert mask.min() >= 0
        assert mask.max() <= UNLABELLED
        assert 0.03 < (mask == ROAD).mean() < 0.5
        assert 0 <= lot.min() <= lot.max() < TABLE
        # No building stands in two lots: each touches one alone, but for their edges.
        roofs = lot[mask == BUILDING]
        beside = (mask[:, 1:] == BUILDING) & (mask[:, :-1] == BUILDING)
        assert (lot[:, 1:] == lot[:, :-1])[beside].mean() > 0.98 or not roofs.size


def test_a_field_has_the_spread_and_the_scale_that_was_asked_for():
    rough, smooth = (
        field(np.random.default_rng(1), (200, 300), cell, 1) for cell in (4, 60)
    )
    for own in (rough, smooth):
        assert own.mean() == pytest.approx(0, abs=1e-5)
        assert own.std() == pytest.approx(1, abs=1e-5)
    steps = [np.abs(np.diff(own, axis=1)).mean() for own in (rough, smooth)]
    assert steps[0] > 8 * steps[1]


def test_views_of_one_town_share_its_sand():
    town = draw_town(np.random.default_rng(2))
    sand = []
    for seed in range(4):
        image, mask = draw_aerial(np.random.default_rng(seed), 128, 128, town)
        sand.append(np.median(image[mask == LAND], axis=0) / 255)
    # But for exposure and haze, which each view has of its own.
    hue = np.array(sand) / np.array(sand).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(hue, [town.sand / town.sand.sum()] * 4, atol=0.03)


def test_a_view_that_is_too_small_is_refused():
    with pytest.raises(InputError, match="32 x 100 is too small: give 64 or more"):
        draw_aerial(np.random.default_rng(0), 32, 100)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"tiles": 5}, "4 views cannot fill 5 folders"),
        ({"stream": "tset"}, "stream 'tset' is not known"),
    ],
)
def test_a_set_that_cannot_be_is_refused(tmp_path, changes, match):
    with pytest.raises(InputError, match=match):
        write_aerial(tmp_path, 4, **changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("towns")
    write_aerial(out, 6, 1, rows=96, columns=128, tiles=3)
    return out


def test_a_set_is_laid_out_as_the_dubai_set(folder):
    assert sorted(p.name for p in folder.iterdir()) == ["Tile 1", "Tile 2", "Tile 3"]
    names = ["image_part_001", "image_part_002"]
    for tile in folder.iterdir():
        images = sorted(p.name for p in (tile / "images").iterdir())
        masks = sorted(p.name for p in (tile / "masks").iterdir())
        assert images == [f"{name}.jpg" for name in names]
        assert masks == [f"{name}.png" for name in names]


def test_what_is_written_is_read_as_it_was_drawn(folder):
    pictures = read_folder(folder, code=CODE, channels=COLOUR)
    assert len(pictures) == 6
    town = draw_town(sample_rng(1, "test", 2**40 + 1))
    image, mask = draw_aerial(sample_rng(1, "test", 4), 96, 128, town)
    read = pictures["Tile 2/image_part_002"]
    np.testing.assert_array_equal(read.mask, mask)
    # JPEG changes the picture a little, and red is still the first channel.
    away = np.abs(read.image.astype(int) - image).mean(axis=(0, 1))
    assert away.max() < 8
    assert np.abs(read.image[..., ::-1].astype(int) - image).mean() > away.mean()


def test_towns_can_be_kept_on_one_side(folder):
    data = FolderData(
        folder,
        palette=PALETTE,
        channels=COLOUR,
        split_by="folders",
        validation_share=0.34,
    )
    train, held = (
        {picture.name.split("/")[-3] for picture in part}
        for part in (data.train_pictures, data.validation_pictures)
    )
    assert len(train) == 2
    assert len(held) == 1
    assert not train & held


def test_the_synth_config_draws_towns(tmp_path):
    overrides = [f"out={tmp_path}", "draw=aerial", "count=2", "tiles=2", "rows=64"]
    with initialize_config_dir(str(CONFIGS.resolve()), version_base="1.3"):
        config = compose("synth", overrides)
    instantiate(config)
    pictures = read_folder(tmp_path, code=CODE, channels=COLOUR)
    assert [p.mask.shape for p in pictures.values()] == [(64, 512)] * 2

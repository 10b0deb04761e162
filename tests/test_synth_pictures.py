"""Real pictures: windows, folders of masks, and registered logs split by well."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.errors import InputError
from veernet.export.logtable import LogTable
from veernet.losses.inputs import IGNORE_INDEX
from veernet.records import CurveSpec, Registration, Scan, Track
from veernet.rectify import panels
from veernet.synth.folder import FolderData, read_folder
from veernet.synth.registered import (
    RegisteredData,
    is_validation,
    label_panel,
    well_of,
)
from veernet.synth.sample import write_sample
from veernet.synth.windows import LabelledPicture, TileDataset, WindowDataset


def picture(rows=100, columns=70) -> LabelledPicture:
    rng = np.random.default_rng(0)
    return LabelledPicture(
        "made up",
        rng.integers(0, 256, (rows, columns), dtype=np.uint8),
        rng.integers(0, 3, (rows, columns)),
        rng.uniform(0, columns, (2, rows)),
        (1, 2),
    )


def test_tiles_cover_every_pixel():
    whole = picture()
    tiles = TileDataset([whole], 32, 32, 3)
    seen = np.zeros(whole.image.shape, dtype=bool)
    drawn = 0
    for (_, tile), sample in zip(tiles.places, tiles, strict=True):
        part = np.s_[tile.row : tile.row + 32, tile.column : tile.column + 32]
        seen[part] = True
        darkness = 1 - whole.image[part].astype(np.float32) / 255
        np.testing.assert_allclose(sample["image"][0].numpy(), darkness)
        columns = sample["columns"][:2].numpy()
        truth = whole.columns[:, part[0]] - tile.column
        own = np.isfinite(columns)
        np.testing.assert_allclose(columns[own], truth[own], rtol=1e-5, atol=1e-4)
        drawn += own.sum()
    assert seen.all()
    # A column beyond the last pixel's middle half is on no pixel.
    on_a_pixel = (whole.columns < whole.image.shape[1] - 0.5).sum()
    assert drawn == on_a_pixel


def test_small_pictures_are_padded_with_white_that_does_not_count():
    sample = TileDataset([picture(20, 30)], 64, 64)[0]
    assert not sample["image"][0, 20:].any()
    assert (sample["mask"][:, 30:] == IGNORE_INDEX).all()
    assert (sample["mask"][:20, :30] != IGNORE_INDEX).all()
    assert np.isnan(sample["columns"][0, 20:].numpy()).all()


def test_windows_are_seeded_and_all_different():
    windows = WindowDataset([picture()], 32, 32, seed=1)
    first, again = windows[5], WindowDataset([picture()], 32, 32, seed=1)[5]
    assert (first["image"] == again["image"]).all()
    assert (first["image"] != windows[6]["image"]).any()


def test_training_on_nothing_is_refused():
    with pytest.raises(InputError, match="no picture to train on"):
        WindowDataset([])


def write_folder(folder, values=(0, 255)):
    rng = np.random.default_rng(1)
    for kind in ("images", "masks"):
        (folder / kind).mkdir()
    for name in "abcde":
        image = rng.integers(0, 256, (40, 50), dtype=np.uint8)
        mask = rng.choice(np.array(values, dtype=np.uint8), (40, 50))
        Image.fromarray(image).save(folder / "images" / f"{name}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{name}.png")


def test_a_folder_of_masks_becomes_batches(tmp_path):
    write_folder(tmp_path, (0, 100, 255))
    data = FolderData(
        tmp_path, (0, 100, 255), rows=32, columns=32, samples=6, batch_size=3, workers=0
    )
    batches = list(data.train_dataloader())
    assert len(batches) == 2
    assert tuple(batches[0]["image"].shape) == (3, 1, 32, 32)
    assert set(batches[0]["mask"].unique().tolist()) - {IGNORE_INDEX} == {0, 1, 2}
    assert not batches[0]["curve_class"].any()
    assert len(data.val_set) == 4  # one picture of 40 x 50 in windows of 32 x 32


def test_masks_of_indices_are_taken_as_they_are(tmp_path):
    write_folder(tmp_path, (0, 1, 2, 3))
    assert set(np.unique(read_folder(tmp_path)["a"].mask)) == {0, 1, 2, 3}


def test_a_mask_with_a_stray_value_is_refused(tmp_path):
    write_folder(tmp_path, (0, 7, 255))
    with pytest.raises(InputError, match="holds the value 7 at row"):
        read_folder(tmp_path, (0, 255))


def test_a_picture_without_its_mask_is_refused(tmp_path):
    write_folder(tmp_path)
    (tmp_path / "masks" / "c.png").unlink()
    with pytest.raises(InputError, match="has 0 masks"):
        read_folder(tmp_path)


def test_a_mask_of_another_size_is_refused(tmp_path):
    write_folder(tmp_path)
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(tmp_path / "masks" / "b.png")
    with pytest.raises(InputError, match=r"is \(5, 6\)"):
        read_folder(tmp_path)


def test_colour_is_read_as_red_green_and_blue(tmp_path):
    write_folder(tmp_path)
    colour = np.zeros((40, 50, 3), dtype=np.uint8)
    colour[..., 0] = 200
    Image.fromarray(colour).save(tmp_path / "images" / "a.png")
    found = read_folder(tmp_path, channels=("red", "green", "blue"))
    np.testing.assert_array_equal(found["a"].image, colour)
    assert found["b"].image.shape == (40, 50, 3)  # a grey one among them
    assert read_folder(tmp_path)["a"].image.shape == (40, 50)


def test_folders_within_and_beside_each_other_are_read(tmp_path):
    for name in ("one/Tile [1]", "one/Tile 2", "two"):
        (tmp_path / name).mkdir(parents=True)
        write_folder(tmp_path / name)
    for path in ("._a.png", ".DS_Store", "notes.txt"):
        (tmp_path / "two" / "images" / path).write_bytes(b"no picture")
    names = {f"{tile}/{name}" for tile in ("Tile [1]", "Tile 2") for name in "abcde"}
    assert set(read_folder(tmp_path / "one")) == names
    data = FolderData([tmp_path / "one", tmp_path / "two"], (0, 255))
    assert len(data.train_pictures) == 12
    assert len(data.validation_pictures) == 3


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"channels": ["blue"]}, r"channels \['blue'\]: give \['darkness'\] or"),
        ({"validation_share": 0.05}, "0.05 of 5 pictures is 0 to validate on"),
        ({"validation_share": 1.0}, "1 of 5 pictures is 5 to validate on"),
        ({"split_by": "folders"}, "0.2 of 1 folders is 0 to validate on"),
        ({"split_by": "wells"}, "split_by 'wells' is not known"),
        ({"cut": "stripes"}, "cut 'stripes' is not known: use windows or tiles"),
        (
            {"samples": 3, "batch_size": 4},
            "3 windows an epoch do not fill a batch of 4",
        ),
        (
            {"cut": "tiles", "batch_size": 8},
            "4 windows an epoch do not fill a batch of 8",
        ),
        ({"overlap": 200}, "tiles of 256 x 256 cannot overlap by 200"),
        ({"names": ["a"]}, "1 classes .* but"),
    ],
)
def test_a_folder_that_cannot_be_is_refused(tmp_path, changes, match):
    write_folder(tmp_path)
    with pytest.raises(InputError, match=match):
        FolderData(tmp_path, (0, 255), **changes)


def test_two_pictures_of_one_name_are_refused(tmp_path):
    write_folder(tmp_path)
    image = Image.open(tmp_path / "images" / "a.png")
    image.save(tmp_path / "images" / "a.bmp")
    with pytest.raises(InputError, match=r"a\.png and .*a\.bmp have one mask"):
        read_folder(tmp_path)


def test_a_picture_that_is_none_is_refused(tmp_path):
    write_folder(tmp_path)
    (tmp_path / "images" / "b.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"b\.png cannot be read as a picture"):
        read_folder(tmp_path)


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no picture in .*images: expected PNG"):
        read_folder(tmp_path)


@pytest.mark.parametrize(("batch", "batches"), [(4, 4), (5, 4), (15, 2)])
def test_an_epoch_of_tiles_shows_each_once_and_the_next_one_anew(
    tmp_path, batch, batches
):
    write_folder(tmp_path)
    data = FolderData(
        tmp_path,
        (0, 255),
        cut="tiles",
        augment="pictures",
        rows=32,
        columns=32,
        batch_size=batch,
        workers=0,
    )
    loader = data.train_dataloader()
    assert len(loader) == batches  # four pictures of two by two tiles
    sampler = loader.sampler
    epochs = [np.array(list(sampler)) for _ in range(2)]
    for numbers in epochs:
        assert sorted(numbers % 16) == list(range(16))
    assert not set(epochs[0]) & set(epochs[1])
    assert sum(len(batch["image"]) for batch in loader) == 16


def registration(well="A", wraps=True) -> Registration:
    spec = CurveSpec("GR", "GAPI", Scale("linear", 0, 100), wraps=wraps)
    edges = Edge((0.0,), (10.0,)), Edge((0.0,), (110.0,))
    points = (DepthPoint(0, 1000), DepthPoint(99, 1009.9))
    return Registration(
        "main",
        DepthAxis("ft", points),
        (Track("T1", *edges, (spec,)),),
        well={"WELL": well} if well else {},
    )


def log(values, start=1000.0, step=0.1, unit="ft") -> LogTable:
    depth = start + step * np.arange(len(values))
    return LogTable(
        "truth.las", unit, depth, {"GR": np.asarray(values)}, {"GR": "GAPI"}
    )


def panel_of(given: Registration):
    blank = np.full((100, 130), 255, dtype=np.uint8)
    return next(iter(panels(Scan.from_array(blank), given)))


def test_labels_of_a_panel_fold_values_into_the_track():
    given = registration()
    labelled = label_panel(panel_of(given), given, log(np.arange(100) * 2.0))
    margin = panel_of(given).margin
    expected = margin + (2.0 * np.arange(100)) % 100
    np.testing.assert_allclose(labelled.columns[0], expected, atol=1e-6)
    rows = np.arange(5, 45)
    at = np.rint(expected[rows]).astype(int)
    assert (labelled.mask[rows, at] == 1).all()
    assert labelled.curve_class == (1,)


def test_rows_without_truth_are_ignored_and_not_background():
    given = registration()
    values = np.full(100, 50.0)
    values[40:60] = np.nan
    mask = label_panel(panel_of(given), given, log(values)).mask
    assert (mask[40:60] == IGNORE_INDEX).all()
    assert (mask[:39] != IGNORE_INDEX).all()
    assert (mask[61:] != IGNORE_INDEX).all()


def test_off_scale_truth_of_a_curve_that_does_not_wrap_is_background():
    given = registration(wraps=False)
    labelled = label_panel(panel_of(given), given, log(np.full(100, 150.0)))
    assert not labelled.mask.any()
    assert np.isnan(labelled.columns).all()


def test_a_drawn_curve_without_truth_is_refused():
    given = registration()
    table = LogTable("t.las", "ft", np.arange(3.0), {"SP": np.zeros(3)}, {"SP": "MV"})
    with pytest.raises(InputError, match="no curve GR, which is drawn in track 'T1'"):
        label_panel(panel_of(given), given, table)


def test_a_log_in_another_depth_unit_is_refused():
    given = registration()
    with pytest.raises(InputError, match="convert the log first"):
        label_panel(panel_of(given), given, log(np.zeros(100), unit="m"))


def test_wells_are_told_apart_by_their_fields():
    assert well_of(registration("A"), "scan") == "A"
    assert well_of(registration(""), "scan") == "scan"


def test_a_well_keeps_its_side_whatever_others_there_are():
    share = np.mean([is_validation(f"well {i}", 0.2, 0) for i in range(2000)])
    assert share == pytest.approx(0.2, abs=0.03)


def test_registered_logs_become_batches_split_by_well(tmp_path):
    for seed in range(4):
        write_sample(tmp_path / "made", seed, rows=300)
        for suffix in (".tif", ".las"):
            made = (tmp_path / "made" / "sample").with_suffix(suffix)
            made.rename(tmp_path / f"log{seed}{suffix}")
        text = (tmp_path / "made" / "sample.yaml").read_text()
        text = text.replace("sample.tif", f"log{seed}.tif")
        text = text.replace("GENERATED 1", f"GENERATED {seed}")
        (tmp_path / f"log{seed}.yaml").write_text(text)
    data = RegisteredData(
        tmp_path, validation_share=0.5, samples=8, batch_size=4, workers=0
    )
    assert 0 < len(data.validation_wells) < 4
    with pytest.raises(InputError, match="no picture is held out to validate on"):
        RegisteredData(tmp_path, validation_share=0.0)
    batch = next(iter(data.train_dataloader()))
    assert tuple(batch["image"].shape) == (4, 1, 256, 256)
    tile = max(data.val_set, key=lambda sample: (sample["mask"] == 1).sum())
    rows, columns = np.nonzero(tile["mask"].numpy() == 1)
    dark = tile["image"][0].numpy()
    assert dark[rows, columns].mean() > 3 * dark.mean()

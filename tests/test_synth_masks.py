"""Masks: what is written is what is read; what no class is written as is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX
from veernet.study.town import NAMES, PALETTE
from veernet.synth.masks import MaskCode, format_colour, parse_colour

CLASSES = np.random.default_rng(0).integers(0, 6, (20, 30))
SIX = MaskCode(names=NAMES, palette=PALETTE)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_colour_is_what_it_was_written_as(colour):
    assert parse_colour(format_colour(colour)) == colour


@pytest.mark.parametrize("text", ["3c1098", "#3c109", "#3c109g", "red", ""])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(InputError, match="is not written as '#rrggbb'"):
        MaskCode(palette=("#000000", text))


@pytest.mark.parametrize(
    "code",
    [
        SIX,
        MaskCode(palette=tuple(reversed(PALETTE))),
        MaskCode(values=(255, 0, 7, 19, 4, 200)),
        MaskCode(names=NAMES),
        MaskCode(),
    ],
)
def test_a_mask_that_is_written_is_read_as_it_was(tmp_path, code):
    code.write(CLASSES).save(tmp_path / "a.png")
    np.testing.assert_array_equal(code.classes_of(tmp_path / "a.png"), CLASSES)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 0xFFFFFF), min_size=2, max_size=9, unique=True))
def test_any_palette_is_read_in_its_own_order(tmp_path_factory, packed):
    code = MaskCode(palette=tuple(f"#{colour:06X}" for colour in packed))
    classes = np.arange(len(packed) * 2).reshape(2, -1) % len(packed)
    path = tmp_path_factory.mktemp("mask") / "a.png"
    code.write(classes).save(path)
    np.testing.assert_array_equal(code.classes_of(path), classes)


def test_a_class_that_is_ignored_leaves_no_gap(tmp_path):
    SIX.write(CLASSES).save(tmp_path / "a.png")
    code = MaskCode(names=NAMES, palette=PALETTE, ignore="road")
    found = code.classes_of(tmp_path / "a.png")
    wanted = np.array([0, 1, IGNORE_INDEX, 2, 3, 4])[CLASSES]
    np.testing.assert_array_equal(found, wanted)


def test_a_picture_with_a_colour_table_holds_indices_or_colours(tmp_path):
    """Index masks are often stored so; their greys would be nonsense."""
    image = Image.fromarray(CLASSES.astype(np.uint8), mode=None)
    image.putpalette([part for colour in PALETTE for part in parse_colour(colour)])
    image.save(tmp_path / "a.png")
    for code in (MaskCode(), MaskCode(names=NAMES), SIX):
        np.testing.assert_array_equal(code.classes_of(tmp_path / "a.png"), CLASSES)


def test_a_grey_mask_may_be_stored_as_colour_with_an_alpha(tmp_path):
    grey = CLASSES.astype(np.uint8)
    Image.fromarray(np.stack([grey] * 3, axis=-1)).convert("RGBA").save(
        tmp_path / "a.png"
    )
    np.testing.assert_array_equal(MaskCode().classes_of(tmp_path / "a.png"), CLASSES)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (MaskCode(), 1),
        (MaskCode(names=("paper", "ink")), 1),
        (MaskCode(values=(0, 255)), 1),
        (MaskCode(values=(1, 0)), 0),
        (MaskCode(palette=("#000000", "#ffffff")), 1),
    ],
)
def test_the_white_of_a_bilevel_mask_is_one_or_255(tmp_path, code, wanted):
    Image.fromarray(CLASSES > 2).save(tmp_path / "a.png")
    found = code.classes_of(tmp_path / "a.png")
    np.testing.assert_array_equal(found == wanted, CLASSES > 2)


@pytest.mark.parametrize("code", [MaskCode(), MaskCode(names=NAMES)])
@pytest.mark.parametrize("mode", ["F", "CMYK"])
def test_numbers_that_are_no_classes_are_refused(tmp_path, code, mode):
    Image.new(mode, (4, 4)).save(tmp_path / "a.tif")
    with pytest.raises(InputError, match=rf"a\.tif is a mask of mode {mode}, whose"):
        code.classes_of(tmp_path / "a.tif")


def test_a_stray_colour_is_named_with_its_place(tmp_path):
    colours = np.array(SIX.write(CLASSES))
    colours[7, 11] = (240, 225, 210)
    Image.fromarray(colours).save(tmp_path / "a.png")
    match = (
        r"a\.png holds the colour #f0e1d2 at row 7, column 11, which is not in the "
        r"palette #3c1098, .* \(1 such pixels\): .*smoothing"
    )
    with pytest.raises(InputError, match=match):
        SIX.classes_of(tmp_path / "a.png")


def test_a_jpeg_mask_is_told_what_is_wrong_with_it(tmp_path):
    SIX.write(CLASSES).save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="JPEG blurs the edges of a mask; save"):
        SIX.classes_of(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("code", "match"),
    [
        (MaskCode(names=NAMES[:3]), r"the index \d at row 0, column \d+, .*3 classes"),
        (MaskCode(values=(0, 255)), r"the value \d at row .* the values \[0, 255\]"),
    ],
)
def test_a_stray_number_is_named_with_its_place(tmp_path, code, match):
    MaskCode().write(CLASSES).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=match):
        code.classes_of(tmp_path / "a.png")


def test_a_mask_of_colour_wants_a_palette(tmp_path):
    SIX.write(CLASSES).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"mask of colour \(#.* at row 0.*the palette"):
        MaskCode().classes_of(tmp_path / "a.png")


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(InputError, match="cannot be read as a picture"):
        SIX.classes_of(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"palette": PALETTE, "values": (0, 1)}, "both palette and values are given"),
        ({"palette": ("#00aa00", "#00AA00")}, "a code is given twice"),
        ({"values": (3, 3)}, "a code is given twice"),
        ({"values": (0, 256)}, "value 256 is no grey value"),
        ({"names": ("road", "road")}, "a class is given twice"),
        ({"names": ("road", "land"), "palette": PALETTE}, "2 classes .* but"),
        ({"names": ("road", "land"), "ignore": "sky"}, "'sky' is not among"),
        ({"ignore": "sky"}, "'sky' is not among the names None"),
    ],
)
def test_a_code_that_contradicts_itself_is_refused(fields, match):
    with pytest.raises(InputError, match=match):
        MaskCode(**fields)

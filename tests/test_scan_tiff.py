"""TIFF pages: the right picture of every kind, in bands, whatever the tags say."""

from __future__ import annotations

import os
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tests.tiffs import LONG, RATIONAL, SHORT, Page, g4_page, tiff_bytes
from veernet.errors import InputError
from veernet.scan import open_scan
from veernet.scan.segments import Segments

RNG = np.random.default_rng(11)
INK = RNG.random((150, 53)) < 0.3
PAPER = np.where(INK, 0, 255).astype(np.uint8)
GREY = RNG.integers(0, 256, (150, 53), dtype=np.uint8)
RGB = RNG.integers(0, 256, (150, 53, 3), dtype=np.uint8)


@pytest.fixture
def write(tmp_path):
    def write(*pages, **layout):
        path = tmp_path / "scan.tif"
        path.write_bytes(tiff_bytes(pages, **layout))
        return path

    return write


@pytest.fixture
def real():
    folder = os.environ.get("VEERNET_REAL")
    if not folder:
        pytest.skip("VEERNET_REAL does not name the private folder")
    return Path(folder)


def whole(path, page=0):
    scan = open_scan(path, page)
    return scan.read_colour(0, scan.info.rows)


def grey(path, page=0):
    scan = open_scan(path, page)
    return scan.read(0, scan.info.rows)


def packed(ink):
    return np.packbits(ink, axis=1).tobytes()


COMPRESSIONS = [None, "lzw", "packbits", "zlib"]
STRIPS = [{"rowsperstrip": 16}, {"rowsperstrip": 150}, {"tile": (32, 16)}]


@pytest.mark.parametrize("layout", STRIPS, ids=str)
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_and_layout_gives_the_grey_that_was_written(
    compression, layout, tmp_path
):
    path = tmp_path / "grey.tif"
    tifffile.imwrite(path, GREY, compression=compression, metadata=None, **layout)
    np.testing.assert_array_equal(grey(path), GREY)


@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("layout", STRIPS, ids=str)
@pytest.mark.parametrize("big", [False, True])
def test_rgb_is_read_from_planes_tiles_and_bigtiff(
    predictor, planar, layout, big, tmp_path
):
    path = tmp_path / "rgb.tif"
    tifffile.imwrite(
        path,
        RGB if planar == "contig" else RGB.transpose(2, 0, 1),
        photometric="rgb",
        planarconfig=planar,
        compression="lzw",
        predictor=predictor,
        bigtiff=big,
        metadata=None,
        **layout,
    )
    scan = open_scan(path)
    assert (scan.info.mode, scan.info.compression) == ("rgb", "LZW")
    np.testing.assert_array_equal(whole(path), RGB)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("fill", [1, 2])
@pytest.mark.parametrize("white", [0, 1])
@pytest.mark.parametrize("code", ["none", "g4"])
def test_ink_is_black_whatever_bit_and_bit_order_stand_for_it(
    code, white, fill, order, big, write
):
    bits = INK if white == 0 else ~INK
    tags = {262: (SHORT, [white]), 266: (SHORT, [fill])}
    if code == "g4":
        page = g4_page(bits, 32, tags)
    else:
        page = Page(150, 53, [packed(bits)], tags)
    if fill == 2:
        turned = [bytes(int(f"{b:08b}"[::-1], 2) for b in d) for d in page.data]
        page = Page(150, 53, turned, page.tags)
    path = write(page, order=order, big=big)
    scan = open_scan(path)
    assert scan.info.mode == "bilevel"
    assert scan.info.notes == ()
    np.testing.assert_array_equal(scan.read(0, 150), PAPER)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_fax_codes_agree_with_libtiff(compression, tmp_path):
    path = tmp_path / "fax.tif"
    Image.fromarray(PAPER > 0).save(path, compression=compression)
    np.testing.assert_array_equal(grey(path), PAPER)


def test_a_strip_taller_than_65535_rows_and_a_page_of_many(write):
    rows = 70_001
    ink = np.zeros((rows, 40), dtype=bool)
    ink[::7, 3] = ink[-1] = True
    for height in (rows, 64):
        scan = open_scan(write(g4_page(ink, height)))
        assert scan.info.rows == rows
        assert scan.info.banded == (height == 64)
        np.testing.assert_array_equal(scan.read(rows - 9, rows) == 0, ink[-9:])


def test_sixteen_bits_become_eight(tmp_path):
    path = tmp_path / "deep.tif"
    deep = RNG.integers(0, 65536, (150, 53), dtype=np.uint16)
    tifffile.imwrite(path, deep, byteorder=">", metadata=None)
    assert open_scan(path).info.mode == "grey16"
    assert np.abs(grey(path) - deep / 257).max() <= 0.5


def test_twelve_bits_in_sixteen_do_not_come_out_black(tmp_path):
    path = tmp_path / "dim.tif"
    dim = RNG.integers(0, 4096, (150, 53), dtype=np.uint16)
    dim[0, 0] = 4095
    tifffile.imwrite(path, dim, metadata=None)
    note = "16-bit samples hold no value above 4095: taken as 12-bit ones"
    assert note in open_scan(path).info.notes
    assert np.abs(grey(path) - dim / 4095 * 255).max() <= 0.5


@pytest.mark.parametrize("bits", [2, 4])
def test_few_bits_span_black_to_white(bits, write):
    values = np.arange(1 << bits)
    row = np.packbits(np.array([list(f"{v:0{bits}b}") for v in values], dtype=int))
    page = Page(1, values.size, [row.tobytes()], {258: (SHORT, [bits])})
    np.testing.assert_allclose(
        grey(write(page))[0], np.linspace(0, 255, values.size), atol=0.5
    )


SHADES = [(255, 255, 255), (200, 30, 0), (0, 0, 0), (10, 20, 250)]


def palette_page(shades, factor, tags=None):
    table = np.zeros((3, 256), dtype=int)
    table[:, : len(shades)] = np.array(shades).T * factor
    own = {
        258: (SHORT, [8]),
        262: (SHORT, [3]),
        320: (SHORT, table.ravel().tolist()),
    }
    return Page(1, len(shades), [bytes(range(len(shades)))], own | (tags or {}))


@pytest.mark.parametrize(("factor", "notes"), [(257, 0), (256, 0), (1, 1)])
def test_a_palette_of_eight_bits_stored_as_such_is_not_black(factor, notes, write):
    path = write(palette_page(SHADES, factor))
    info = open_scan(path).info
    assert info.mode == "palette"
    assert [n for n in info.notes if "0 to 255" in n] == list(info.notes)
    assert len(info.notes) == notes
    np.testing.assert_array_equal(whole(path)[0], SHADES)


def test_a_palette_of_greys_is_grey(write):
    scan = open_scan(write(palette_page([(255,) * 3, (9,) * 3], 257)))
    assert scan.reader(0, 1).tolist() == [[255, 9]]


@pytest.mark.parametrize("tag", [None, (SHORT, [0, 1, 2])])
def test_a_palette_without_colours_is_refused(tag, write):
    with pytest.raises(InputError, match="colour map is missing or damaged"):
        open_scan(write(palette_page(SHADES, 257, {320: tag})))


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (2, [[255, 255, 255], [128, 127, 255], [0, 0, 200]]),
        (1, [[255, 255, 255], [127, 127, 255], [0, 0, 200]]),
        (None, [[255, 255, 255], [128, 127, 255], [0, 0, 200]]),
        (0, [[0, 0, 0], [1, 0, 255], [0, 0, 200]]),
    ],
    ids=["straight", "premultiplied", "unsaid", "unspecified"],
)
def test_what_is_transparent_is_paper(kind, shown, write):
    blue = 128 if kind == 1 else 255
    pixels = bytes([0, 0, 0, 0, int(kind != 1), 0, blue, 128, 0, 0, 200, 255])
    if kind == 0:
        shown[1][2] = blue
    tags = {
        258: (SHORT, [8] * 4),
        262: (SHORT, [2]),
        277: (SHORT, [4]),
        338: None if kind is None else (SHORT, [kind]),
    }
    np.testing.assert_array_equal(whole(write(Page(1, 3, [pixels], tags)))[0], shown)


def test_a_page_that_is_all_transparent_is_shown_and_noted(write):
    tags = {258: (SHORT, [8] * 4), 262: (SHORT, [2]), 277: (SHORT, [4])}
    path = write(Page(1, 1, [bytes([9, 8, 7, 0])], tags))
    np.testing.assert_array_equal(whole(path)[0, 0], [9, 8, 7])
    assert "transparent: shown all the same" in open_scan(path).info.notes[0]


def test_cmyk_agrees_with_pillow(tmp_path):
    path = tmp_path / "cmyk.tif"
    inks = Image.fromarray(RNG.integers(0, 256, (20, 30, 4), np.uint8), "CMYK")
    inks.save(path)
    assert open_scan(path).info.mode == "cmyk"
    shown = np.asarray(inks.convert("RGB")).astype(int)
    assert np.abs(whole(path) - shown).max() <= 1


@pytest.mark.parametrize("subsampling", [0, 2])
def test_jpeg_strips_agree_with_libtiff(subsampling, tmp_path):
    path = tmp_path / "jpeg.tif"
    smooth = np.linspace(0, 255, 150 * 53 * 3).astype(np.uint8).reshape(150, 53, 3)
    Image.fromarray(smooth).save(path, compression="jpeg", subsampling=subsampling)
    with Image.open(path) as image:
        shown = np.asarray(image.convert("RGB")).astype(int)
    assert open_scan(path).info.compression == "JPEG"
    assert np.abs(whole(path) - shown).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["bilevel", "rgb"])
def test_pages_are_turned_upright_as_pillow_turns_them(mode, orientation, tmp_path):
    path = tmp_path / "turned.tif"
    stored = PAPER if mode == "bilevel" else RGB
    image = Image.fromarray(PAPER > 0 if mode == "bilevel" else RGB)
    code = "group4" if mode == "bilevel" else "tiff_lzw"
    tags = {274: orientation, 282: 100.0, 283: 200.0, 296: 2}
    image.save(path, compression=code, strip_size=1000, tiffinfo=tags)
    exif = Image.Exif()
    exif[274] = orientation
    plain = Image.fromarray(stored)
    plain.info["exif"] = exif.tobytes()
    upright = np.asarray(ImageOps.exif_transpose(plain))
    scan = open_scan(path)
    band = scan.reader(7, scan.info.rows - 3)
    np.testing.assert_array_equal(band, upright[7:-3])
    assert scan.info.dpi == ((100, 200) if orientation < 5 else (200, 100))
    assert scan.info.banded == (orientation < 5)
    assert bool(scan.info.notes) == (orientation > 1)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_bands_in_any_order_are_the_rows_of_the_page(data, tmp_path_factory):
    page = tmp_path_factory.getbasetemp() / "banded.tif"
    kind = data.draw(st.sampled_from(["strips", "one strip", "tiles", "turned"]))
    if kind == "tiles":
        tifffile.imwrite(page, GREY, tile=(32, 16), compression="lzw", metadata=None)
        expected = GREY
    else:
        tags = {274: (SHORT, [3])} if kind == "turned" else {}
        height = 150 if kind == "one strip" else 11
        page.write_bytes(tiff_bytes([g4_page(INK, height, tags)]))
        expected = PAPER[::-1, ::-1] if kind == "turned" else PAPER
    scan = open_scan(page)
    for _ in range(4):
        start = data.draw(st.integers(0, 150))
        stop = data.draw(st.integers(start, 150))
        np.testing.assert_array_equal(scan.read(start, stop), expected[start:stop])


@pytest.fixture
def decoded(monkeypatch):
    """List strips in the order in which they are decoded; five of them are kept."""
    numbers = []
    decode = Segments._decode

    def note(segments, stream, size, number):
        numbers.append(number)
        return decode(segments, stream, size, number)

    monkeypatch.setattr(Segments, "_decode", note)
    monkeypatch.setattr("veernet.scan.segments._KEPT", 5 * 10 * 7)
    return numbers


def test_bands_that_overlap_decode_each_strip_once(write, decoded):
    scan = open_scan(write(g4_page(INK, 10)))
    decoded.clear()
    for start in range(40, 100, 15):
        band = scan.read(start, start + 25)
        np.testing.assert_array_equal(band, PAPER[start : start + 25])
    assert decoded == [4, 5, 6, 7, 8, 9, 10]


def test_a_band_decodes_only_the_strips_it_touches(write, decoded):
    scan = open_scan(write(g4_page(INK, 10)))
    decoded.clear()
    scan.read(15, 31)
    scan.read(60, 60)
    scan.read(90, 91)
    assert decoded == [1, 2, 3, 9]


def test_a_page_of_one_strip_is_decoded_once(write, decoded):
    scan = open_scan(write(g4_page(INK, 150)))
    scan.read(15, 31)
    scan.read(90, 91)
    assert decoded == [0]


def test_a_page_index_selects(write):
    pages = [g4_page(INK, 32), g4_page(INK[:70, :20], 32)]
    path = write(*pages)
    info = open_scan(path, 1).info
    assert (info.page, info.pages, info.rows, info.columns) == (1, 2, 70, 20)
    np.testing.assert_array_equal(grey(path, 1), PAPER[:70, :20])
    np.testing.assert_array_equal(grey(path, 0), PAPER)


@pytest.mark.parametrize("page", [2, -1])
def test_a_page_that_is_not_there_is_refused(page, write):
    path = write(g4_page(INK, 32), g4_page(INK, 32))
    with pytest.raises(InputError, match=f"has no page {page}: its pages are 0 to 1"):
        open_scan(path, page)


NO_UNIT = "without a unit"


@pytest.mark.parametrize(
    ("tags", "dpi", "note"),
    [
        ({}, (200, 200), None),
        ({282: (RATIONAL, [629145600, 2097152])}, (300, 200), None),
        (
            {
                282: (RATIONAL, [100, 1]),
                283: (RATIONAL, [100, 1]),
                296: (SHORT, [3]),
            },
            (254, 254),
            None,
        ),
        ({282: (RATIONAL, [1, 1]), 283: (RATIONAL, [1, 1])}, None, "1 x 1 dpi"),
        ({282: (RATIONAL, [0, 1]), 283: (RATIONAL, [0, 1])}, None, "no resolution"),
        ({282: (RATIONAL, [5, 0])}, None, "cannot be"),
        ({282: (RATIONAL, [4_000_000, 1])}, None, "4e\\+06 x 200 dpi"),
        ({282: None, 283: None}, None, "no resolution"),
        ({296: (SHORT, [1])}, None, NO_UNIT),
        ({296: (SHORT, [77])}, None, NO_UNIT),
    ],
    ids=str,
)
def test_a_resolution_that_cannot_be_is_none_and_noted(tags, dpi, note, write):
    info = open_scan(write(g4_page(INK, 32, tags))).info
    assert info.dpi == dpi
    if note is None:
        assert info.notes == ()
    else:
        assert re.search(note, info.notes[0])


def test_a_picture_that_does_not_say_which_bit_is_white_is_guessed_and_noted(write):
    fax = open_scan(write(g4_page(INK, 32, {262: None})))
    np.testing.assert_array_equal(fax.read(0, 150), PAPER)
    assert "0 is taken as white" in fax.info.notes[0]
    plain = open_scan(write(Page(150, 53, [packed(~INK)], {262: None})))
    np.testing.assert_array_equal(plain.read(0, 150), PAPER)
    assert "0 is taken as black" in plain.info.notes[0]


@pytest.mark.parametrize(
    ("tags", "match"),
    [
        ({259: (SHORT, [34712])}, "is compressed as JPEG2000"),
        ({259: (SHORT, [999])}, "is compressed as 999"),
        ({258: (SHORT, [32]), 339: (SHORT, [3])}, "samples are of 32 bits, format 3"),
        ({262: (SHORT, [8])}, "colours of the kind CIELAB"),
        ({262: (SHORT, [2])}, "1 samples a pixel where its colours need 3"),
        ({256: (LONG, [0])}, "has no pixels"),
        ({273: None}, "none of its 1 strips"),
    ],
    ids=str,
)
def test_a_kind_that_is_not_read_is_refused_in_one_line(tags, match, write):
    with pytest.raises(InputError, match=match) as refusal:
        open_scan(write(Page(150, 53, [packed(INK)], tags)))
    assert "\n" not in str(refusal.value)
    assert "scan.tif" in str(refusal.value)


@pytest.mark.parametrize("bits", [1, 8])
def test_a_page_that_is_black_all_over_is_refused(bits, write):
    tags = {258: (SHORT, [bits])}
    with pytest.raises(InputError, match="black all over"):
        open_scan(write(Page(5, 16, [bytes(80)], tags)))


REAL_AND_PILLOW = [
    "BWN18.tif",
    "273101.tif",
    "35100081.tif",
    "4702900080_gr_d.tif",
    "s_5e0c.tif",
    "42421312470000_gr.tif",
]


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("name", REAL_AND_PILLOW)
def test_real_bands_are_those_of_the_whole_page_by_libtiff(name, real, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000_000)
    path = real / "scans" / name
    scan = open_scan(path)
    with Image.open(path) as image:
        expected = np.asarray(image.convert("RGB"))
    assert expected.shape[:2] == (scan.info.rows, scan.info.columns)
    for start in range(0, scan.info.rows, 3000):
        stop = min(start + 3100, scan.info.rows)
        np.testing.assert_array_equal(
            scan.read_colour(start, stop), expected[start:stop]
        )


@pytest.mark.real
@pytest.mark.slow
def test_every_real_scan_opens_and_is_mostly_paper(real):
    files = sorted((real / "scans").glob("*.tif"))
    assert len(files) >= 25  # the folder grows
    for path in files:
        scan = open_scan(path)
        assert scan.info.dpi is not None, path
        middle = scan.info.rows // 2
        band = scan.read(middle, min(middle + 2000, scan.info.rows))
        assert 0.5 < (band > 128).mean() < 1, path


@pytest.mark.real
def test_a_colour_map_of_eight_bits_does_not_come_out_black(real):
    scan = open_scan(real / "scans" / "BP_A-510.tif")
    assert any("colour map" in note for note in scan.info.notes)
    assert scan.read_colour(0, 2000).mean() > 200


@pytest.mark.real
@pytest.mark.slow
def test_half_a_billion_pixels_pass_in_little_memory(real):
    tracemalloc.start()
    scan = open_scan(real / "scans" / "4708300103_s.tif")
    for start in range(0, scan.info.rows, 2048):
        scan.read(start, min(start + 2048, scan.info.rows))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert scan.info.rows * scan.info.columns > 500_000_000
    assert peak < 150_000_000

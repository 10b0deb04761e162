"""TIFF headers that are wrong about their data: what is there is read, and noted."""

from __future__ import annotations

import io
import os
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from tests.tiffs import LONG, SHORT, Page, g4, tiff_bytes
from veernet.errors import InputError
from veernet.scan import limits, open_scan
from veernet.scan.boundary import one_line

RNG = np.random.default_rng(5)
INK = RNG.random((120, 61)) < 0.2
PAPER = np.where(INK, 0, 255).astype(np.uint8)
BITS = np.packbits(~INK, axis=1).tobytes()
ACROSS = len(BITS) // 120
GREY = RNG.integers(0, 256, (120, 61), dtype=np.uint8)


def encoded(compression, data):
    codecs = {
        1: bytes,
        5: imagecodecs.lzw_encode,
        8: zlib.compress,
        32773: imagecodecs.packbits_encode,
    }
    return bytes(codecs[compression](data))


def opened(tmp_path, page, tail=b""):
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([page]) + tail)
    return open_scan(path)


@pytest.mark.parametrize("compression", [1, 4, 5, 8, 32773])
@pytest.mark.parametrize("counts", [None, (LONG, [0])], ids=["none", "zero"])
def test_a_strip_without_a_count_is_read_to_its_end(tmp_path, compression, counts):
    tags = {259: (SHORT, [compression]), 279: counts}
    if compression == 4:
        data, tags[262] = g4(INK), (SHORT, [0])
    else:
        data = encoded(compression, BITS)
    scan = opened(tmp_path, Page(120, 61, [data], tags))
    np.testing.assert_array_equal(scan.read(0, 120), PAPER)
    assert any("count" in note.lower() for note in scan.info.notes)


def test_strips_without_counts_end_where_the_next_begins(tmp_path):
    data = [encoded(5, BITS[k * 40 * ACROSS : (k + 1) * 40 * ACROSS]) for k in range(3)]
    tags = {259: (SHORT, [5]), 278: (LONG, [40]), 279: (LONG, [0, 0, 0])}
    scan = opened(tmp_path, Page(120, 61, data, tags))
    np.testing.assert_array_equal(scan.read(0, 120), PAPER)
    assert any("3 strips or tiles state no byte count" in n for n in scan.info.notes)


@pytest.mark.parametrize("short", [1, 300, 61 * 120 // 8])
def test_a_count_that_is_too_small_is_read_beyond(tmp_path, short):
    tags = {279: (LONG, [len(BITS) - short])}
    scan = opened(tmp_path, Page(120, 61, [BITS], tags))
    np.testing.assert_array_equal(scan.read(0, 120), PAPER)
    assert any("too small a byte count" in note for note in scan.info.notes)


@pytest.mark.parametrize("compression", [1, 5, 8, 32773])
@pytest.mark.parametrize("bits", [1, 8])
def test_a_header_taller_than_its_data_keeps_the_rows(tmp_path, compression, bits):
    whole, shown = (BITS, PAPER) if bits == 1 else (GREY.tobytes(), GREY)
    tags = {258: (SHORT, [bits]), 259: (SHORT, [compression])}
    data = encoded(compression, whole)
    scan = opened(tmp_path, Page(180, 61, [data], tags))
    np.testing.assert_array_equal(scan.read(0, 120), shown)
    assert (scan.read(120, 180) == 255).all()
    assert any("rows 120 to 179 are missing" in note for note in scan.info.notes)


@pytest.mark.parametrize("compression", [5, 8])
def test_a_strip_that_is_cut_keeps_the_rows_before(tmp_path, compression):
    tags = {258: (SHORT, [8]), 259: (SHORT, [compression])}
    data = encoded(compression, GREY.tobytes())
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([Page(120, 61, [data], tags)])[: -len(data) // 2])
    scan = open_scan(path)
    read = scan.read(0, 120)
    rows = int((read != 255).any(axis=1).nonzero()[0].max())
    assert 30 < rows < 90
    np.testing.assert_array_equal(read[: rows - 1], GREY[: rows - 1])


def test_planes_that_are_stored_as_one(tmp_path):
    colours = RNG.integers(0, 256, (120, 61, 3), dtype=np.uint8)
    tags = {258: (SHORT, [8, 8, 8]), 262: (SHORT, [2]), 277: (SHORT, [3])}
    page = Page(120, 61, [colours.tobytes()], {**tags, 284: (SHORT, [2])})
    scan = opened(tmp_path, page)
    np.testing.assert_array_equal(scan.reader(0, 120), colours)
    assert any("stored as one: read so" in note for note in scan.info.notes)


def test_planes_that_are_not_all_there(tmp_path):
    tags = {258: (SHORT, [8, 8, 8]), 262: (SHORT, [2]), 277: (SHORT, [3])}
    page = Page(120, 61, [GREY.tobytes()], {**tags, 284: (SHORT, [2])})
    scan = opened(tmp_path, page)
    np.testing.assert_array_equal(scan.read(0, 120), GREY)
    assert any("the first is read, as grey" in note for note in scan.info.notes)


def test_jpeg_whose_bits_are_stated_as_one(tmp_path):
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "JPEG", quality=95)
    tags = {258: (SHORT, [1]), 259: (SHORT, [7])}
    scan = opened(tmp_path, Page(120, 61, [stream.getvalue()], tags))
    expected = np.asarray(Image.open(stream))
    np.testing.assert_array_equal(scan.read(0, 120), expected)
    assert any("stated to have 1 bits: taken as 8" in n for n in scan.info.notes)


@pytest.mark.parametrize("change", ["cut", "longer", "touched", "replaced"])
def test_a_scan_that_changes_under_the_reading_is_told(tmp_path, change):
    scan = opened(tmp_path, Page(120, 61, [BITS], {}))
    path = tmp_path / "scan.tif"
    content = path.read_bytes()
    if change == "cut":
        os.truncate(path, len(content) - 200)
    elif change == "longer":
        path.write_bytes(content + b"more")
    elif change == "touched":
        os.utime(path, ns=(1, 1))
    else:
        (tmp_path / "other").write_bytes(content)
        (tmp_path / "other").replace(path)
    with pytest.raises(InputError, match="has changed since it was opened"):
        scan.read(0, 120)


@pytest.mark.parametrize(
    ("mode", "each"), [("L", 3), ("P", 11), ("RGB", 14), ("RGBA", 22), ("PA", 22)]
)
def test_a_picture_is_judged_by_what_its_decoder_takes(
    mode, each, tmp_path, monkeypatch
):
    image = Image.fromarray(np.tile(GREY, (1, 3))).convert(
        mode[:1] if mode == "PA" else mode
    )
    path = tmp_path / "scan.png"
    image.save(path, **({"transparency": 3} if mode == "PA" else {}))
    pixels = image.width * image.height
    monkeypatch.setattr(limits, "MAX_MEMORY", pixels * each)
    open_scan(path)
    monkeypatch.setattr(limits, "MAX_MEMORY", pixels * each - 1)
    with pytest.raises(InputError, match="would take"):
        open_scan(path)


def test_words_of_a_decoder_are_told_without_names_of_its_code() -> None:
    said = "<tifffile.TiffPage 0 @31224> missing data ByteCounts tag"
    assert one_line(said) == "missing data ByteCounts tag"
    said = "<TiffTag.fromfile> raised '<tifffile.TiffTag 258 @66> invalid value'"
    assert one_line(said) == "raised '258 @66 invalid value'"
    assert one_line("cannot open <x>") == "cannot open <x>"

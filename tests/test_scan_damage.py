"""Damaged files and files that are none: one line for the user, and never black."""

from __future__ import annotations

import gc
import io
import logging
import os
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from tests.tiffs import LONG, SHORT, Page, g4_page, tiff_bytes
from veernet.errors import InputError
from veernet.scan import describe, open_scan

RNG = np.random.default_rng(5)
INK = RNG.random((160, 64)) < 0.3
PAPER = np.where(INK, 0, 255).astype(np.uint8)
GREY = RNG.integers(0, 256, (160, 64), dtype=np.uint8)


def refusal_of(path, page=0):
    with pytest.raises(InputError) as refusal:
        open_scan(path, page)
    message = str(refusal.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"~Version information\nVERS. 2.0", "is no TIFF, PNG, JPEG or PDF"),
        (b"GIF89a" + bytes(50), "is no TIFF, PNG, JPEG or PDF: it begins with b'GIF"),
        (b"II*\0", "is damaged"),
        (b"II*\0\x08\0\0\0", "has no pages"),
        (b"II*\0\0\0\0\0", "has no pages"),
        (b"MM\0+" + bytes(60), "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "scan"),
        (b"\xff\xd8\xff\xe0", "scan"),
        (b"%PDF-1.4\nnonsense", "is damaged"),
    ],
)
def test_what_is_no_picture_is_refused(content, says, tmp_path):
    path = tmp_path / "scan"
    path.write_bytes(content)
    assert says in refusal_of(path)
    with pytest.raises(InputError):
        describe(path)


def test_what_is_no_file_is_refused(tmp_path):
    assert "is a folder" in refusal_of(tmp_path)
    assert "there is no such file" in refusal_of(tmp_path / "none.tif")
    os.mkfifo(tmp_path / "pipe")
    assert "is no regular file" in refusal_of(tmp_path / "pipe")


def test_a_file_that_goes_away_between_bands_is_said_to(tmp_path):
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([g4_page(INK, 32)]))
    scan = open_scan(path)
    path.unlink()
    with pytest.raises(InputError, match=r"scan\.tif: cannot be read: No such file"):
        scan.read(0, 10)


@pytest.mark.parametrize("white", [0, 1])
def test_a_truncated_file_keeps_its_rows_and_the_rest_is_paper(white, tmp_path):
    page = g4_page(INK if white == 0 else ~INK, 16, {262: (SHORT, [white])})
    content = tiff_bytes([page])
    path = tmp_path / "scan.tif"
    path.write_bytes(content[: -sum(map(len, page.data[7:])) - len(page.data[6]) // 2])
    scan = open_scan(path)
    band = scan.read(0, 160)
    np.testing.assert_array_equal(band[:96], PAPER[:96])
    assert (band[112:] == 255).all()
    sound = int(scan.info.notes[0].split()[1])
    assert 96 < sound < 112
    np.testing.assert_array_equal(band[:sound], PAPER[:sound])
    assert (band[sound:] == 255).all()
    assert scan.info.notes == (
        f"rows {sound} to 159 are missing or damaged, and left blank: "
        "its data are cut short",
    )
    assert scan.info.damage == scan.info.notes


@pytest.mark.parametrize("compression", [None, "lzw", "packbits", "zlib"])
def test_strips_that_are_cut_off_are_paper_and_noted(compression, tmp_path):
    source = tmp_path / "whole.tif"
    tifffile.imwrite(
        source, GREY, compression=compression, rowsperstrip=16, metadata=None
    )
    assert open_scan(source).info.damage == ()  # it states no resolution, no more
    with tifffile.TiffFile(source) as file:
        cut = file.pages[0].dataoffsets[6] + 3
    path = tmp_path / "scan.tif"
    path.write_bytes(source.read_bytes()[:cut])
    scan = open_scan(path)
    band = scan.read(0, 160)
    np.testing.assert_array_equal(band[:96], GREY[:96])
    assert (band[96:] == 255).all()
    assert any("rows 96 to 159 are missing" in note for note in scan.info.notes)


def test_a_single_uncompressed_strip_that_is_cut_keeps_its_rows(tmp_path):
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, GREY, metadata=None)
    path.write_bytes(path.read_bytes()[: -60 * 64 - 1])
    scan = open_scan(path)
    np.testing.assert_array_equal(scan.read(0, 99), GREY[:99])
    assert (scan.read(99, 160) == 255).all()
    assert any("rows 99 to 159" in note for note in scan.info.notes)


def test_a_file_of_which_nothing_can_be_decoded_is_refused(tmp_path):
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, GREY, compression="lzw", rowsperstrip=160, metadata=None)
    path.write_bytes(path.read_bytes()[:-9000] + bytes(9000))
    assert "none of its 1 strips or tiles can be decoded" in refusal_of(path)


def test_missing_tiles_are_paper_beside_the_others(tmp_path):
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, GREY, tile=(32, 32), compression="lzw", metadata=None)
    with tifffile.TiffFile(path, mode="r+") as file:
        sizes = list(file.pages[0].databytecounts)
        sizes[3] = 0
        file.pages[0].tags[325].overwrite(sizes)
    scan = open_scan(path)
    band = scan.read(0, 160)
    assert (band[32:64, 32:] == 255).all()
    band[32:64, 32:] = GREY[32:64, 32:]
    np.testing.assert_array_equal(band, GREY)
    assert any("rows 32 to 63 are missing" in note for note in scan.info.notes)


@pytest.mark.parametrize("white", [0, 1])
def test_a_strip_in_which_the_fax_decoder_gives_up_is_not_black(white, tmp_path):
    page = g4_page(INK if white == 0 else ~INK, 80, {262: (SHORT, [white])})
    damaged = bytearray(page.data[0])
    half = len(damaged) // 2
    damaged[half : half + 8] = bytes(8)
    data = [bytes(damaged), page.data[1]]
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([Page(160, 64, data, page.tags)]))
    scan = open_scan(path)
    band = scan.read(0, 160)
    np.testing.assert_array_equal(band[80:], PAPER[80:])
    (note,) = scan.info.notes
    assert "are missing or damaged, and left blank: its data are damaged" in note
    sound = int(note.split()[1])
    assert 10 < sound < 70
    assert (band[sound:80] == 255).all()


def test_blank_rows_below_a_drawing_are_no_damage(tmp_path):
    drawn = np.zeros((500, 64), dtype=bool)
    drawn[:100] = INK[:100]
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([g4_page(drawn, 500)]))
    scan = open_scan(path)
    assert scan.info.notes == ()
    np.testing.assert_array_equal(scan.read(0, 500) == 0, drawn)


def test_many_damaged_stretches_are_counted(tmp_path):
    page = g4_page(INK, 8)
    data = [d if i % 2 else b"" for i, d in enumerate(page.data)]
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([Page(160, 64, data, page.tags)]))
    assert any(
        "rows 0 to 7, 16 to 23, 32 to 39, 48 to 55 and 6 more stretches" in note
        for note in open_scan(path).info.notes
    )


def test_fewer_strips_than_rows_leave_paper(tmp_path):
    page = g4_page(INK, 16)
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([Page(160, 64, page.data[:4], page.tags)]))
    scan = open_scan(path)
    np.testing.assert_array_equal(scan.read(0, 64), PAPER[:64])
    assert (scan.read(64, 160) == 255).all()
    assert any("rows 64 to 159" in note for note in scan.info.notes)


def tall(rows, columns):
    return Page(rows, columns, [b"\0"], {259: (SHORT, [8]), 278: (LONG, [64])})


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (tall(4_000_000_000, 8), "4000000000 rows x 8 columns, more than a log has"),
        (tall(30_000, 30_000), "more than a log has"),
        (tall(480_000, 19_000), "more than a log has"),
        (
            Page(250_000, 12_800, [b"\0"], {259: (SHORT, [8])}),
            "would have to be decoded at one time",
        ),
        (
            Page(9, 9, [b"\0"], {322: (LONG, [1 << 30]), 323: (LONG, [1 << 30])}),
            "more than a log has",
        ),
    ],
    ids=["rows", "breadth", "pixels", "one strip", "tile"],
)
def test_a_header_of_impossible_size_is_refused_before_decoding(page, says, tmp_path):
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([page]))
    assert says in refusal_of(path)


def png_chunk(name, content):
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


@pytest.mark.parametrize(
    ("columns", "rows", "kind", "says"),
    [
        (100_000, 100_000, 0, "more than a log has"),
        (12_800, 250_000, 2, "would take 4.5e+10 bytes"),
    ],
)
def test_a_png_of_impossible_size_is_refused_before_decoding(
    columns, rows, kind, says, tmp_path
):
    header = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    path = tmp_path / "scan.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )
    assert says in refusal_of(path)


def test_a_strip_that_swells_is_not_decoded_beyond_its_rows(tmp_path):
    swollen = zlib.compress(bytes(50_000_000))
    path = tmp_path / "scan.tif"
    tags = {258: (SHORT, [8]), 259: (SHORT, [8])}
    path.write_bytes(tiff_bytes([Page(8, 8, [swollen], tags)]))
    assert "scan.tif" in refusal_of(path)


def test_a_jpeg_larger_than_its_strip_is_not_decoded(tmp_path):
    stream = io.BytesIO()
    Image.new("L", (4000, 4000), 200).save(stream, "JPEG")
    path = tmp_path / "scan.tif"
    tags = {258: (SHORT, [8]), 259: (SHORT, [7])}
    path.write_bytes(tiff_bytes([Page(8, 8, [stream.getvalue()], tags)]))
    assert "a JPEG of 4000 x 4000 in a smaller strip" in refusal_of(path)


@pytest.mark.parametrize("size", [2**32 - 1, 2**31])
def test_a_strip_said_to_be_huge_is_read_as_far_as_the_file_goes(size, tmp_path):
    page = g4_page(INK, 160, {279: (LONG, [size])})
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([page]))
    scan = open_scan(path)
    assert (scan.read(0, 150) == PAPER[:150]).all()
    assert "cut short" in scan.info.notes[0]


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_truncated_picture_is_refused(suffix, tmp_path):
    path = tmp_path / f"scan.{suffix}"
    Image.fromarray(GREY).save(path)
    path.write_bytes(path.read_bytes()[:-2000])
    assert (
        "is damaged, or of a kind that is not read (image file is truncated"
        in refusal_of(path)
    )


def test_a_png_with_a_wrong_byte_in_its_picture_is_refused(tmp_path):
    path = tmp_path / "scan.png"
    Image.fromarray(GREY).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)
    assert "is damaged" in refusal_of(path)


def samples():
    """Return small sound files of every format."""
    pages = [g4_page(INK, 32), g4_page(~INK, 160, {262: (SHORT, [1])})]
    yield "tif", tiff_bytes(pages)
    yield "tif", tiff_bytes(pages, order=">", big=True)
    rgb = Image.fromarray(np.stack([GREY, GREY.T.reshape(160, 64), 255 - GREY], 2))
    for suffix, options in [
        ("tif", {"compression": "tiff_lzw", "strip_size": 2000}),
        ("tif", {"compression": "jpeg"}),
        ("png", {"dpi": (200, 200)}),
        ("jpeg", {"dpi": (200, 200)}),
        ("pdf", {"resolution": 200}),
    ]:
        stream = io.BytesIO()
        rgb.save(stream, {"tif": "tiff"}.get(suffix, suffix), **options)
        yield suffix, stream.getvalue()
    stream = io.BytesIO()
    tifffile.imwrite(
        stream, GREY, tile=(32, 32), compression="zlib", predictor=True, metadata=None
    )
    yield "tif", stream.getvalue()


def opens_or_says(path):
    """Return why a file is refused; check what comes of it if it is not."""
    try:
        scan = open_scan(path)
        band = scan.read(0, min(scan.info.rows, 500))
    except InputError as refusal:
        return str(refusal)
    assert band.dtype == np.uint8
    assert band.shape[1] == scan.info.columns
    assert band.any()
    assert not any("\n" in note for note in scan.info.notes)
    return ""


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("damage", ["bytes", "header", "cut"])
def test_whatever_is_damaged_there_is_a_picture_or_one_line(number, damage, tmp_path):
    """No other exception, no warning and no file left open, over 60 damaged files."""
    suffix, content = list(samples())[number]
    rng = np.random.default_rng(number)
    for trial in range(60):
        broken = bytearray(content)
        if damage == "cut":
            del broken[rng.integers(len(broken)) :]
        else:
            reach = len(broken) if damage == "bytes" else min(len(broken), 400)
            for at in rng.integers(reach, size=rng.integers(1, 6)):
                broken[at] = rng.integers(256)
        path = tmp_path / f"{trial}.{suffix}"
        path.write_bytes(broken)
        if says := opens_or_says(path):
            assert "\n" not in says
    gc.collect()


def test_nothing_of_other_libraries_stays_changed(tmp_path):
    state = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    loggers = [logging.getLogger(name) for name in ("tifffile", "PIL", "pypdfium2")]
    before = [(list(log.handlers), log.propagate, log.level) for log in loggers]
    for suffix, content in samples():
        path = tmp_path / f"scan.{suffix}"
        path.write_bytes(content)
        open_scan(path)
        path.write_bytes(content[: len(content) // 3])
        opens_or_says(path)
    assert state == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    assert before == [(list(log.handlers), log.propagate, log.level) for log in loggers]

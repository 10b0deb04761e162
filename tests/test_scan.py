"""Pictures, PDF pages, and what is said of a file."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageOps

from tests.tiffs import Page, g4_page, tiff_bytes
from veernet.errors import InputError
from veernet.scan import describe, open_scan
from veernet.scan.limits import DPI_RANGE, clean_dpi

RNG = np.random.default_rng(3)
INK = RNG.random((120, 48)) < 0.3
PAPER = np.where(INK, 0, 255).astype(np.uint8)
GREY = RNG.integers(0, 256, (120, 48), dtype=np.uint8)
RGB = RNG.integers(0, 256, (120, 48, 3), dtype=np.uint8)


def page_of(scan):
    return scan.reader(0, scan.info.rows)


@pytest.fixture
def save(tmp_path):
    def save(image, suffix="png", **options):
        path = tmp_path / f"scan.{suffix}"
        image.save(path, **options)
        return open_scan(path)

    return save


@pytest.mark.parametrize(
    ("image", "mode", "shown"),
    [
        (Image.fromarray(PAPER > 0), "bilevel", PAPER),
        (Image.fromarray(GREY), "grey", GREY),
        (Image.fromarray(RGB), "rgb", RGB),
        (Image.fromarray(RGB).convert("P"), "palette", None),
        (Image.fromarray(GREY).convert("P"), "palette", GREY),
    ],
    ids=["bilevel", "grey", "rgb", "palette", "grey palette"],
)
def test_every_kind_of_png_gives_the_picture_that_was_written(image, mode, shown, save):
    scan = save(image, dpi=(200, 200))
    assert (scan.info.mode, scan.info.compression) == (mode, "deflate")
    assert (scan.info.page, scan.info.pages, scan.info.banded) == (0, 1, False)
    assert scan.info.dpi == pytest.approx((200, 200), abs=0.01)
    assert scan.info.notes == ()
    if shown is None:
        shown = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(page_of(scan), shown)


@pytest.mark.parametrize("top", [65535, 4095, 200])
def test_sixteen_bits_of_a_png_are_taken_as_the_bits_they_hold(top, save):
    deep = RNG.integers(0, top + 1, (120, 48), dtype=np.uint16)
    deep[0, 0] = top
    scan = save(Image.fromarray(deep))
    assert scan.info.mode == "grey16"
    held = max(top.bit_length(), 8)
    assert np.abs(page_of(scan) - deep / (2**held - 1) * 255).max() <= 0.5
    assert (f"taken as {held}-bit ones" in " ".join(scan.info.notes)) == (held < 16)


@pytest.mark.parametrize(
    ("pixels", "mode", "shown"),
    [
        ([(9, 9, 9, 0), (0, 0, 0, 255), (255, 0, 0, 51)], "RGBA", [255, 0, None]),
        ([(0, 0), (0, 255), (0, 51)], "LA", [255, 0, 204]),
    ],
)
def test_what_is_transparent_is_paper(pixels, mode, shown, save):
    image = Image.new(mode, (3, 1))
    image.putdata(pixels)
    page = page_of(save(image))[0]
    if mode == "RGBA":
        expected = np.array([[255] * 3, [0] * 3, [255, 204, 204]])
    else:
        expected = np.array(shown)
    assert np.abs(page - expected).max() <= 1


def test_a_transparent_palette_entry_is_paper(save):
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 0, 0, 90])
    image.putdata([0, 1])
    scan = save(image, transparency=0)
    assert page_of(scan).tolist() == [[[255, 255, 255], [0, 0, 90]]]


def test_a_picture_that_is_all_transparent_is_shown_and_noted(save):
    scan = save(Image.new("RGBA", (2, 2), (10, 20, 30, 0)), dpi=(100, 100))
    assert page_of(scan)[0, 0].tolist() == [10, 20, 30]
    assert "transparent: shown all the same" in scan.info.notes[0]


def test_a_picture_that_is_black_all_over_is_refused(save):
    with pytest.raises(InputError, match=r"scan\.png: is black all over"):
        save(Image.new("L", (20, 20)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_as_its_exif_says(orientation, save, tmp_path):
    exif = Image.Exif()
    exif[274] = orientation
    smooth = np.linspace(0, 255, 64 * 48).astype(np.uint8).reshape(64, 48)
    scan = save(Image.fromarray(smooth), "jpg", exif=exif, dpi=(100, 200))
    with Image.open(tmp_path / "scan.jpg") as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(page_of(scan), upright)
    assert (scan.info.rows, scan.info.columns) == upright.shape
    assert scan.info.dpi == ((100, 200) if orientation < 5 else (200, 100))


def test_a_nonsensical_orientation_is_not_used_and_noted(save):
    exif = Image.Exif()
    exif[274] = 42
    scan = save(Image.fromarray(GREY), "jpg", exif=exif)
    assert scan.info.rows == 120
    assert "the file states orientation 42: not used" in scan.info.notes


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_agrees_with_pillow(mode, save, tmp_path):
    scan = save(Image.fromarray(RGB).convert(mode), "jpg")
    with Image.open(tmp_path / "scan.jpg") as image:
        shown = np.asarray(image.convert("L" if mode == "L" else "RGB"))
    np.testing.assert_array_equal(page_of(scan), shown)


def test_a_file_is_opened_by_its_content_not_its_name(tmp_path):
    path = tmp_path / "log.las"
    Image.fromarray(GREY).save(path, "PNG")
    np.testing.assert_array_equal(page_of(open_scan(str(path))), GREY)


def test_a_picture_has_one_page(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "scan.png")
    with pytest.raises(InputError, match="has no page 1: its pages are 0 to 0"):
        open_scan(tmp_path / "scan.png", 1)


@pytest.mark.parametrize("dpi", [100, 150, 200, 203, 300])
def test_a_scanned_pdf_page_is_drawn_pixel_by_pixel(dpi, tmp_path):
    path = tmp_path / "scan.pdf"
    Image.fromarray(PAPER > 0).save(path, resolution=dpi)
    scan = open_scan(path)
    assert scan.info.mode == "pdf"
    assert scan.info.dpi == (dpi, dpi)
    assert scan.info.notes == (f"drawn at {dpi} dpi",)
    np.testing.assert_array_equal(page_of(scan), PAPER)


def test_the_pages_of_a_pdf_are_those_that_were_put_in(tmp_path):
    path = tmp_path / "scan.pdf"
    pages = [Image.fromarray(PAPER > 0), Image.new("RGB", (60, 30), (0, 90, 200))]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=200)
    first, second = open_scan(path, 0), open_scan(path, 1)
    assert (first.info.pages, second.info.page) == (2, 1)
    assert page_of(first).shape == (120, 48)
    assert page_of(second).shape == (30, 60, 3)
    assert np.abs(page_of(second) - np.array([0, 90.0, 200])).max() < 6
    with pytest.raises(InputError, match="has no page 2: its pages are 0 to 1"):
        open_scan(path, 2)


def blank_pdf(path, width, height):
    with pypdfium2.PdfDocument.new() as document:
        document.new_page(width, height).close()
        document.save(path)


def test_a_pdf_page_without_a_picture_is_drawn_at_200_dpi(tmp_path):
    path = tmp_path / "scan.pdf"
    blank_pdf(path, 72, 144)
    scan = open_scan(path)
    assert (scan.info.rows, scan.info.columns) == (400, 200)
    assert any("the page is blank" in note for note in scan.info.notes)


def test_a_pdf_page_of_impossible_size_is_refused(tmp_path):
    path = tmp_path / "scan.pdf"
    blank_pdf(path, 14_400, 14_400)
    with pytest.raises(InputError, match="more than a log has"):
        open_scan(path)


def test_a_locked_pdf_is_refused(tmp_path):
    """The permissions are made up: PDFium finds that no password fits them."""
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "PDF")
    lock = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <"
        + b"11" * 32
        + b"> /U <"
        + b"22" * 32
        + b"> >> /ID [<33> <33>] "
    )
    path = tmp_path / "scan.pdf"
    path.write_bytes(stream.getvalue().replace(b"/Root", lock + b"/Root", 1))
    with pytest.raises(InputError, match="is locked by a password"):
        open_scan(path)


@pytest.mark.parametrize("edge", DPI_RANGE)
def test_a_resolution_on_the_edge_of_the_possible_is_kept(edge):
    assert clean_dpi(edge, 200) == ((edge, 200), ())


@pytest.mark.parametrize("wrong", [0.0, 1.0, 29.9, 2401, -200, np.inf, np.nan])
def test_a_resolution_beyond_it_is_not(wrong):
    dpi, notes = clean_dpi(wrong, 200)
    assert dpi is None
    assert len(notes) == 1


def test_a_file_is_described_page_by_page(tmp_path):
    path = tmp_path / "scan.tif"
    odd = g4_page(INK, 120, {282: None, 283: None})
    path.write_bytes(tiff_bytes([g4_page(INK, 8), odd, Page(0, 0, [b"x"])]))
    assert describe(path) == (
        "page 0 of 3: 120 rows x 48 columns, bilevel CCITTFAX4, 200 x 200 dpi, "
        "read in bands",
        "page 1 of 3: 120 rows x 48 columns, bilevel CCITTFAX4, no dpi, decoded whole",
        "  note: the file states no resolution",
        f"page 2: cannot be read: {path}, page 2: has no pixels: 0 rows x 0 columns",
    )


def test_a_file_without_a_readable_page_is_not_described_but_refused(tmp_path):
    path = tmp_path / "scan.tif"
    path.write_bytes(tiff_bytes([Page(0, 0, [b"x"])]))
    with pytest.raises(InputError, match="has no pixels"):
        describe(path)

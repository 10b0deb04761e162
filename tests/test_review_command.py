"""The verb review: what it takes, and what it says where it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.reviews import write_well
from veernet.cli import main

DATA = Path(__file__).parent.parent / "data"

NO_EXTRA = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"fastapi", "uvicorn", "starlette", "pydantic"}:
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
from veernet.cli import main
sys.exit(main(sys.argv[1:]))
"""


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the verb, which must refuse, and return its line."""
    assert main(["review", *map(str, arguments), "--no-open"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("veernet: ")
    assert line.count("\n") == 1
    return line


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", NO_EXTRA, "review", str(scan)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "veernet: review needs more than the core: pip install 'veernet[review]'"
    )
    assert not scan.with_suffix(".veernet").exists()


def test_what_is_wrong_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fastapi")
    scan = write_well(tmp_path)
    trace = scan.with_suffix(".parquet")
    missing = tmp_path / "none.tif"
    assert "there is no such file" in said(capsys, missing)
    assert "--port 70000 is none" in said(capsys, scan, "--port", 70000)
    assert "--token" in said(capsys, scan, "--host", "0.0.0.0")
    assert "needs its registration" in said(capsys, scan, "--trace", trace)
    trace_itself = said(capsys, trace)
    assert "is no TIFF, PNG, JPEG or PDF" in trace_itself
    assert "is no folder" in said(capsys, scan, "--root", missing)
    text = scan.with_suffix(".yaml").read_text().replace("step: 0.5", "step: -1")
    (tmp_path / "wrong.yaml").write_text(text)
    assert "step" in said(capsys, scan, "--registration", tmp_path / "wrong.yaml")
    given = ["--registration", scan.with_suffix(".yaml")]
    line = said(capsys, scan, *given, "--page", 1)
    assert "well.yaml is of page 0 of the scan, not of page 1" in line
    # Nothing was begun by any of them.
    assert not scan.with_suffix(".veernet").exists()


def test_a_scan_that_cannot_be_shown_begins_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fastapi")
    scan = write_well(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert "has no page 3: its pages are 0 to 0" in said(capsys, scan, "--page", 3)
    text = scan.with_suffix(".yaml").read_text()
    (tmp_path / "other.yaml").write_text(f"page: 2\n{text}")
    line = said(capsys, scan, "--registration", tmp_path / "other.yaml")
    assert "has no page 2" in line
    (tmp_path / "other.yaml").unlink()
    whole = (DATA / "sample.tif").read_bytes()
    scan.write_bytes(whole[: len(whole) // 2])
    assert "is cut short" in said(capsys, scan)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_cut_short_is_told_before_it_is_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    pytest.importorskip("fastapi")
    from veernet.scan import check_pages  # noqa: PLC0415

    scan = tmp_path / f"well{suffix}"
    ink = np.random.default_rng(1).integers(0, 255, (300, 200), dtype=np.uint8)
    Image.fromarray(ink).save(scan)
    whole = scan.read_bytes()
    check_pages(scan, 0)
    for kept in (40, len(whole) // 2, len(whole) - 30):
        scan.write_bytes(whole[:kept])
        line = said(capsys, scan)
        assert str(scan) in line
        assert "\n" not in line.strip()
        assert sorted(tmp_path.iterdir()) == [scan]
    # What follows the picture is no matter.
    scan.write_bytes(whole + bytes(50))
    check_pages(scan, 0)


def test_a_document_is_of_one_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fastapi")
    from veernet.review.opening import open_document  # noqa: PLC0415

    scan = write_well(tmp_path)
    known = scan.with_suffix(".yaml")
    open_document(scan, registration=known).document.store.close()
    assert "well.veernet is of page 0" in said(capsys, scan, "--page", 1)
    known.write_text(known.read_text().replace("section:", "page: 1\nsection:"))
    line = said(capsys, scan, "--registration", known, "--overwrite")
    assert "well.veernet is of page 0 of the scan, not of page 1" in line


def test_the_trace_of_another_scan_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("fastapi")
    scan = write_well(tmp_path)
    raw = bytearray(scan.read_bytes())
    raw[-1] ^= 0xFF
    scan.write_bytes(bytes(raw))
    given = ["--registration", scan.with_suffix(".yaml")]
    line = said(capsys, scan, *given, "--trace", scan.with_suffix(".parquet"))
    assert "was read from another scan" in line

"""The scan of a review in tiles, and what a file can do to its decoder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("fastapi")

from tests.reviews import (
    COLUMNS,
    ROWS,
    Client,
    serving,
    write_well,
)
from veernet.review import pages
from veernet.scan import open_scan


@pytest.mark.parametrize("colour", [False, True])
def test_tiles_make_up_the_page(tmp_path: Path, *, colour: bool) -> None:
    scan = write_well(tmp_path, colour=colour)
    with serving(scan) as client:
        image = client.get("/api/document").json["image"]
        assert (image["rows"], image["columns"]) == (ROWS, COLUMNS)
        assert image["colour"] is colour
        assert image["dpi"] == [200, 200]
        page = open_scan(scan).read_colour(0, ROWS)
        whole = page
        for level in image["levels"]:
            shape = (level["rows"], level["columns"])
            assert whole.shape[:2] == shape
            rows = []
            for row in range(-(-shape[0] // 512)):
                line = []
                for column in range(-(-shape[1] // 512)):
                    at = {"level": level["level"], "row": row, "column": column}
                    answer = client.get(image["tiles"].format(**at))
                    assert answer.status == 200
                    assert "immutable" in answer.headers["cache-control"]
                    tile = cv2.imdecode(np.frombuffer(answer.body, np.uint8), 1)
                    assert max(tile.shape[:2]) <= 512
                    line.append(tile[..., ::-1])
                rows.append(np.hstack(line))
            np.testing.assert_allclose(
                np.vstack(rows).astype(int), whole.astype(int), atol=level["level"]
            )
            even = np.pad(
                whole, ((0, shape[0] % 2), (0, shape[1] % 2), (0, 0)), mode="edge"
            )
            quarters = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2, 3)
            whole = np.rint(quarters.mean(axis=(1, 3)))


def test_a_tile_is_asked_for_once(client: Client) -> None:
    image = client.get("/api/document").json["image"]
    path = image["tiles"].format(level=0, row=0, column=0)
    tag = client.get(path).headers["etag"]
    again = client.ask("GET", path, headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert client.get(path.replace("/0/0/0.png", "/0/2/0.png")).status == 404
    assert client.get(path.replace("/0/0/0.png", "/9/0/0.png")).status == 404
    assert client.get(path.replace(image["key"], "f" * 36)).status == 404


def test_a_scan_that_cannot_be_decoded_is_told_in_one_line(tmp_path: Path) -> None:
    # A file cut short is refused before it is served; damage is known once decoded.
    scan = tmp_path / "well.png"
    ink = np.random.default_rng(2).integers(0, 255, (90, 70), dtype=np.uint8)
    cv2.imwrite(str(scan), ink)
    whole = bytearray(scan.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 400] = b"\xff" * 400
    scan.write_bytes(whole)
    with serving(scan) as client:
        answer = client.get("/api/document")
        assert answer.status == 422
        assert str(scan) in answer.json["error"]
        assert "\n" not in answer.json["error"]


@pytest.mark.parametrize(
    ("decoder", "said"),
    [
        ("crashing", "the decoder was stopped (signal 11)"),
        ("hanging", "was not decoded within"),
        ("silent", "could not be decoded"),
    ],
)
def test_what_a_file_does_to_its_decoder_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: str, said: str
) -> None:
    monkeypatch.setattr(pages, "DECODER", f"tests.decoders.{decoder}")
    monkeypatch.setattr(pages, "TIMEOUT", 2.0)
    cache = tmp_path / "cache"
    # What a decoder left that was killed goes, that of one at work stays.
    left, at_work = (cache / "veernet/pages" / f".{name}.pixels" for name in "ab")
    left.parent.mkdir(parents=True)
    for part in (left, at_work):
        part.touch()
    os.utime(left, (0, 0))
    with serving(write_well(tmp_path), cache=cache) as client:
        answer = client.get("/api/document")
        assert answer.status == 422
        assert said in answer.json["error"]
        assert list((cache / "veernet/pages").iterdir()) == [at_work]


def test_a_decoder_takes_no_more_memory_than_it_may(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    code = (
        "import sys; from veernet.review import decode; decode.MEMORY = 2 ** 28;"
        "sys.exit(decode.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, scan, "0", tmp_path / "a", tmp_path / "b"],
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert not (tmp_path / "b").exists()

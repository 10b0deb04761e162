"""Kinds of files, sound ones to do wrong to, and what reads them."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from fault_campaign.mutate import BINARY, TEXT, Mutation
from fault_campaign.values import FORMED
from veernet.check.quick import check_quickly
from veernet.cli import verb
from veernet.export import Provenance, write_traces
from veernet.files import write_text
from veernet.formats import convert
from veernet.records import ORIGINS, Trace
from veernet.rectify import panels
from veernet.register.geometry.page import find_sections
from veernet.registration import load_registrations
from veernet.scan import open_scan

SAMPLE = Path(__file__).parents[2] / "data"

SHORTER = (
    "{row: 3200, depth: 4298, row_left: 3198.86, row_right: 3201.84}",
    "{row: 840, depth: 4062, row_left: 838.86, row_right: 841.84}",
)
"""The last depth point of the sample, and one by which it is soon read."""

LARGEST = 1_000_000
"""Pixels of a page that is looked at for a log; a header may claim any number."""


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Parameters
    ----------
    name
        In the table.
    sources
        Sound files by their suffix and number.
    mutations
        What is done to them: one of these, or something that stays well formed.
    read
        Reads a file by the verbs that take it.
    """

    name: str
    sources: tuple[Path, ...]
    mutations: tuple[Mutation, ...]
    read: Callable[[Path], object]

    @property
    def formed(self) -> Mutation:
        """What is done to a file that stays well formed."""
        return FORMED[self.name]


def kinds(folder: Path) -> tuple[Kind, ...]:
    """Make sound files in a folder, and return the kinds."""
    yaml, xml = folder / "sound.yaml", folder / "sound.xml"
    whole = (SAMPLE / "sample.yaml").read_text("utf-8")
    write_text(yaml, whole.replace(*SHORTER))
    if not xml.exists():
        convert(yaml, xml)
    traces = _traces(folder, yaml)
    scan = open_scan(SAMPLE / "sample.tif")

    def registration(path: Path) -> None:
        for one in load_registrations(path):
            tuple(check_quickly(scan.info, one))
            panels(scan, one)
        convert(path, folder / "to.xml", overwrite=True)
        _verb("export", traces[0], "--registration", path, "--out", folder / "to.las")

    def exported(path: Path) -> None:
        _verb("export", path, "--registration", yaml, "--out", folder / "to.las")
        _verb("export", path, "--registration", yaml, "--out", folder / "to.csv")

    las = _logs(folder)
    truth = las[0].with_name("truth.las")
    write_text(truth, las[0].read_text("utf-8"))
    return (
        Kind("YAML", (yaml,), TEXT, registration),
        Kind(
            "XML", (xml,), TEXT, lambda path: _verb("convert", path, folder / "to.yaml")
        ),
        Kind("LAS", las, TEXT, lambda path: _verb("evaluate", path, truth)),
        Kind("Parquet", traces, BINARY, exported),
        Kind("image", _images(folder), BINARY, _page),
    )


def _verb(*argv: str | Path) -> None:
    """Run a verb, and let what it raises be raised; what it prints is not looked at."""
    words = [*map(str, argv)]
    if words[0] in {"convert", "export"}:
        words.append("--overwrite")
    nowhere = io.StringIO()
    with redirect_stdout(nowhere), redirect_stderr(nowhere):
        verb(*words)()


def _page(path: Path) -> None:
    _verb("scan", path)
    scan = open_scan(path)
    for row in range(0, scan.info.rows, 4096):
        scan.read(row, min(row + 4096, scan.info.rows))
    if scan.info.rows * scan.info.columns < LARGEST:
        find_sections(scan)


def _logs(folder: Path) -> tuple[Path, ...]:
    """Write the beginning of a log as LAS of several sorts, and as CSV."""
    text = (SAMPLE / "sample.las").read_text("utf-8").split("\n")[:90]
    first = next(k for k, line in enumerate(text) if line.startswith("~A")) + 1
    head, rows = text[:first], [line.split() for line in text[first:] if line]
    broken = [part for row in rows for part in (row[0], " ".join(row[1:]))]
    yes = [line.replace("NO ", "YES", 1) if "WRAP" in line else line for line in head]
    bare = [line for line in head if not line.startswith(("~O", "#"))]
    third = [line.replace("2.0", "3.0") if "VERS" in line else line for line in bare]
    third.insert(3, "DLM. COMMA : Column data separator")
    texts = {
        "sound.las": text,
        "wrapped.las": [*yes, *broken],
        "third.las": [*third, *(",".join(row) for row in rows)],
        "sound.csv": ["DEPT,GR", *(",".join(row[:2]) for row in rows)],
    }
    for name, lines in texts.items():
        write_text(folder / name, "\n".join(lines) + "\n")
    return tuple(folder / name for name in texts)


def _traces(folder: Path, yaml: Path) -> tuple[Path, ...]:
    (registration,) = load_registrations(yaml)
    rows = np.arange(*registration.row_range)
    traces = []
    for track in registration.tracks:
        left, right = registration.edges_at(track, rows)
        for spec in track.curves:
            origin = np.full(rows.size, ORIGINS.index("auto"), dtype=np.uint8)
            column = left + (right - left) * (0.5 + 0.3 * np.sin(rows / 50))
            sure = np.full(rows.size, 0.9)
            traces.append(Trace(spec.mnemonic, rows, column, sure, origin))
    path = folder / "sound.parquet"
    write_traces(path, traces, registration, Provenance())
    # Wrong bytes in packed columns are seen by the unpacking: these are not packed.
    plain = folder / "plain.parquet"
    pq.write_table(pq.read_table(path), plain, compression="none")
    return path, plain


def _images(folder: Path) -> tuple[Path, ...]:
    rng = np.random.default_rng(0)
    grey = Image.fromarray(np.where(rng.random((120, 90)) < 0.1, 0, 255).astype("u1"))
    colour = Image.fromarray(rng.integers(0, 255, (120, 90, 3), dtype=np.uint8))
    forms = {
        "g4.tif": (grey.convert("1"), {"compression": "group4"}),
        "raw.tif": (grey, {}),
        "lzw.tif": (colour, {"compression": "tiff_lzw"}),
        "deflate.tif": (grey, {"compression": "tiff_deflate"}),
        "jpeg.tif": (colour, {"compression": "jpeg"}),
        "grey.png": (grey, {}),
        "palette.png": (colour.quantize(16), {"transparency": 3}),
        "colour.jpg": (colour, {}),
        "page.pdf": (grey, {}),
    }
    paths = []
    for name, (image, options) in forms.items():
        stream = io.BytesIO()
        suffix = name.rpartition(".")[2]
        kind = {"tif": "TIFF", "png": "PNG", "jpg": "JPEG", "pdf": "PDF"}[suffix]
        image.save(stream, kind, **options)
        (folder / name).write_bytes(stream.getvalue())
        paths.append(folder / name)
    return tuple(paths)

"""Kinds of files, sound ones to do wrong to, and what reads them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from fault_campaign.mutate import BINARY, TEXT, Mutation
from veernet.calibrate import calibrate_all, even_depths
from veernet.evaluate import read_log
from veernet.export import Provenance, read_reviewed, write_traces
from veernet.files import write_text
from veernet.formats import convert, read_drafts
from veernet.records import ORIGINS, Trace
from veernet.registration import load_registrations, to_yaml
from veernet.scan import open_scan

SAMPLE = Path(__file__).parents[2] / "data"


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
        What is done to them.
    read
        Reads a file as a verb does.
    """

    name: str
    sources: tuple[Path, ...]
    mutations: tuple[Mutation, ...]
    read: Callable[[Path], object]


def kinds(folder: Path) -> tuple[Kind, ...]:
    """Make sound files in a folder, and return the kinds."""
    yaml = folder / "sound.yaml"
    text = (SAMPLE / "sample.yaml").read_text("utf-8")
    write_text(yaml, text)
    xml = folder / "sound.xml"
    if not xml.exists():
        convert(yaml, xml)
    las = folder / "sound.las"
    write_text(las, "\n".join((SAMPLE / "sample.las").read_text().split("\n")[:90]))
    table = folder / "sound.csv"
    write_text(table, "DEPT,GR\n1,20\n1.5,21\n2,\n2.5,22.5\n")
    return (
        Kind("YAML", (yaml,), TEXT, _registration),
        Kind("XML", (xml,), TEXT, read_drafts),
        Kind("LAS", (las, table), TEXT, read_log),
        Kind("Parquet", _traces(folder, yaml), BINARY, _exported(yaml)),
        Kind("image", _images(folder), BINARY, _page),
    )


def _registration(path: Path) -> None:
    for registration in load_registrations(path):
        even_depths(registration.depth, registration.step)
        to_yaml(registration)


def _exported(yaml: Path) -> Callable[[Path], object]:
    (registration,) = load_registrations(yaml)

    def read(path: Path) -> object:
        traces, _, metadata = read_reviewed(path)
        Provenance.from_dict(metadata)
        return calibrate_all(traces, registration)

    return read


def _page(path: Path) -> None:
    scan = open_scan(path)
    for row in range(0, scan.info.rows, 4096):
        scan.read(row, min(row + 4096, scan.info.rows))


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

"""Pictures of the worst logs: the scan about the worst stretch, with what was read."""

from __future__ import annotations

import base64
import io
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from veernet.archive.ledger import Ledger, Shard
from veernet.archive.queueing import registration_of
from veernet.archive.records import Log
from veernet.archive.sources import is_remote
from veernet.errors import InputError
from veernet.records import Registration

HEIGHT = 700
"""Rows of the page that a picture shows."""

WIDTH = 480
"""Columns that it is reduced to."""


def picture(row: Mapping[str, Any], log: Log, ledger: Ledger) -> str | None:
    """Return a picture of the worst stretch of a log as a data URL.

    Returns
    -------
    str or None
        None where the scan, its registration or its trace cannot be had any more.
    """
    from veernet.export.heading import palette  # noqa: PLC0415 - for this alone
    from veernet.export.overlay import draw_part  # noqa: PLC0415
    from veernet.export.tracefile import read_traces  # noqa: PLC0415
    from veernet.scan import open_scan  # noqa: PLC0415

    if is_remote(row["address"]) or not row["worst_section"]:
        return None
    with (
        suppress(InputError, OSError, KeyError, zipfile.BadZipFile),
        tempfile.TemporaryDirectory() as temporary,
    ):
        folder = Path(temporary)
        _unpack(row, ledger, folder)
        registration = _registration(row, log, folder)
        section = row["worst_section"]
        traces, _ = read_traces(folder / row["log"] / f"{section}.parquet")
        scan = open_scan(row["address"], registration.page)
        middle = int(row["worst_row"] or 0)
        start = max(0, min(middle - HEIGHT // 2, scan.info.rows - HEIGHT))
        stop = min(start + HEIGHT, scan.info.rows)
        canvas = draw_part(scan, registration, traces, start, stop, "")
        drawn = Image.fromarray(canvas)
        drawn.putpalette(palette(registration))
        return _data_url(drawn.convert("RGB"))
    return None


def _unpack(row: Mapping[str, Any], ledger: Ledger, folder: Path) -> None:
    shard = Shard.parse(row["shard"])
    for name in ("traces.zip", "registrations.zip"):
        path = ledger.part(shard, name)
        if path.is_file():
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    if member.startswith(f"{row['log']}/"):
                        archive.extract(member, folder)


def _registration(row: Mapping[str, Any], log: Log, folder: Path) -> Registration:
    from veernet.registration import load_registrations  # noqa: PLC0415

    path, named = registration_of(row, log, folder)
    found = load_registrations(Path(path))
    if not named:
        return found[0]
    return next((r for r in found if r.section == row["worst_section"]), found[0])


def _data_url(drawn: Image.Image) -> str:
    scale = min(1.0, WIDTH / drawn.width)
    size = max(1, round(drawn.width * scale)), max(1, round(drawn.height * scale))
    small = drawn.resize(size, Image.Resampling.BOX)
    stream = io.BytesIO()
    small.save(stream, format="WEBP", quality=60)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode()


def brightness(url: str) -> float:
    """Return the mean brightness of a picture, 0 black to 255 white."""
    content = base64.b64decode(url.partition(",")[2])
    with Image.open(io.BytesIO(content)) as drawn:
        return float(np.asarray(drawn.convert("L")).mean())

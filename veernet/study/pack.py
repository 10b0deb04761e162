"""A finished run of the study in one small file, to be kept beside the code.

A run leaves networks, logs and tables of some ten megabytes; what its figures are made
of fits into less than a hundredth. Numbers are rounded: no figure of the study has more
digits.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from veernet.errors import InputError
from veernet.files import replacing
from veernet.study.run import CURVES, LANDSCAPE, MASKS, RUN, SCORED, read_log

SUFFIX = ".zip"

LOG = "csv/packed/metrics.csv"
"""Where a run that was unpacked has its log, as if it had logged it there."""

BITS = 10
"""Of a number, after the first: at most one part in two thousand is rounded away."""

DIGITS = 4
"""Of numbers that are written as text."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of every part, so that the same run makes the same file."""


def pack(run: Path, out: Path) -> None:
    """Write what the figures of a finished run are made of into one file.

    Parameters
    ----------
    run
        Folder that :func:`veernet.study.run.run` has finished.
    out
        The file.

    Raises
    ------
    InputError
        If the run is not finished.
    """
    if not (run / SCORED).is_file():
        msg = f"{run} is no finished run of the study: nothing to pack"
        raise InputError(msg)
    with (
        replacing(out) as temporary,
        zipfile.ZipFile(temporary, "w") as file,
    ):
        for name, content in _parts(run):
            info = zipfile.ZipInfo(name, EPOCH)
            file.writestr(info, content, zipfile.ZIP_DEFLATED, compresslevel=9)


def unpack(packed: Path, run: Path) -> None:
    """Make the folder of a run again, all but its networks.

    The run counts as finished: neither training nor scoring is done again.

    Raises
    ------
    InputError
        If the file is none of these, or the folder is there already.
    """
    if run.exists():
        msg = f"{run} is there already: name a folder that is not"
        raise InputError(msg)
    run.parent.mkdir(parents=True, exist_ok=True)
    # A folder takes its name when it is whole: what says that a run is scored must not
    # lie there before the scores do.
    with TemporaryDirectory(dir=run.parent, prefix=".veernet-") as temporary:
        whole = Path(temporary) / "run"
        try:
            with zipfile.ZipFile(packed) as file:
                if not {RUN, SCORED, MASKS, CURVES} <= set(file.namelist()):
                    msg = f"{packed} holds no run of the study"
                    raise InputError(msg)
                file.extractall(whole)
        except (OSError, zipfile.BadZipFile, zlib.error) as error:
            msg = f"{packed} cannot be unpacked: {error}"
            raise InputError(msg) from error
        whole.rename(run)


def lacks(packed: Path, run: Path) -> bool:
    """Tell whether a run has a part by now that its file does not hold."""
    with zipfile.ZipFile(packed) as file:
        return (run / LANDSCAPE).is_file() and LANDSCAPE not in file.namelist()


def _parts(run: Path) -> Iterator[tuple[str, bytes]]:
    for name in (RUN, SCORED):
        yield name, (run / name).read_bytes()
    for name in (MASKS, CURVES):
        yield name, _table(pd.read_parquet(run / name))
    log = read_log(run)
    if not log.empty:
        yield LOG, log.to_csv(index=False, float_format=f"%.{DIGITS}g").encode()
    if (run / LANDSCAPE).is_file():
        document = json.loads((run / LANDSCAPE).read_text("utf-8"))
        yield LANDSCAPE, json.dumps(_short(document), separators=(",", ":")).encode()


def _table(table: pd.DataFrame) -> bytes:
    """Return a table of scores as Parquet, like beside like."""
    keys = [n for n in ("set", "tracer", "label", "picture") if n in table]
    floats = [n for n in table if pd.api.types.is_float_dtype(table[n])]
    rounded = table.assign(**{str(name): _rounded(table[name]) for name in floats})
    buffer = io.BytesIO()
    pq.write_table(
        pa.Table.from_pandas(
            rounded.sort_values(keys), preserve_index=False
        ).replace_schema_metadata(),
        buffer,
        compression="zstd",
        compression_level=19,
        store_schema=False,
        # Bytes of one significance side by side: those that were rounded are all 0.
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
        use_dictionary=[name for name in table if name not in floats],
    )
    return buffer.getvalue()


def _rounded(numbers: pd.Series) -> Any:  # noqa: ANN401 - an array of float32
    """Return float32 with only the first bits of their fractions."""
    mantissa, exponent = np.frexp(numbers.to_numpy(dtype=np.float64))
    scale = 2.0 ** (BITS + 1)
    return np.ldexp(np.round(mantissa * scale) / scale, exponent).astype(np.float32)


def _short(value: Any) -> Any:  # noqa: ANN401 - of a JSON document
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _short(part) for name, part in value.items()}
    return [_short(part) for part in value] if isinstance(value, list) else value

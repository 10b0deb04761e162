"""Where logs are: folders, globs, manifests, and addresses of object stores.

What is on this machine is listed without further packages; s3://, gs:// and az:// go
through fsspec.
"""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pandas as pd

from veernet.errors import InputError

SUFFIXES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pdf")
"""What a scan is called."""

MANIFESTS = (".csv", ".parquet")

ADDRESS = ("address", "path", "uri", "url", "scan", "file")
"""What the column of a manifest that holds the addresses may be called."""


def is_remote(address: str) -> bool:
    """Tell whether an address is one of fsspec's, as s3://bucket/a.tif."""
    return "://" in address


def remote() -> ModuleType:
    """Return fsspec.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import fsspec  # noqa: PLC0415 - of an extra
    except ImportError as error:
        msg = (
            "addresses with :// need fsspec: pip install 'veernet[archive]', and the "
            "package of the store (s3fs, gcsfs, adlfs)"
        )
        raise InputError(msg) from error
    return fsspec  # type: ignore[no-any-return, unused-ignore]


def find_scans(sources: Iterable[str]) -> pd.DataFrame:
    """List the scans of folders, globs, files and manifests.

    Parameters
    ----------
    sources
        Folders are searched with all below them; of a CSV or Parquet manifest every
        row is a log, and its columns are kept.

    Returns
    -------
    pandas.DataFrame
        ``address``, ``bytes`` (-1 where it is to be asked for), and what manifests had.

    Raises
    ------
    InputError
        If a source is not there, or holds no scan, or a manifest has no addresses.
    """
    parts = [_of(source) for source in sources]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if found.empty:
        msg = f"{', '.join(sources)}: holds no TIFF, PNG, JPEG or PDF: name a folder"
        raise InputError(msg)
    if "bytes" not in found:
        found["bytes"] = -1
    found["bytes"] = found["bytes"].fillna(-1).astype("int64")
    return found


def _of(source: str) -> pd.DataFrame:
    if source.lower().endswith(MANIFESTS):
        return read_manifest(source)
    if is_remote(source):
        return _listed(_remote_files(source))
    if any(sign in source for sign in "*?["):
        names = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - of any root
        return _listed(_local(Path(name)) for name in names if is_scan(name))
    path = Path(source)
    if path.is_dir():
        return _listed(_folder(path))
    if not path.is_file():
        msg = f"there is no file or folder {source}: check the path"
        raise InputError(msg)
    return _listed([_local(path)])


def is_scan(name: str) -> bool:
    """Tell whether a file is called as a scan is; hidden ones are notes of a system."""
    return name.lower().endswith(SUFFIXES) and not Path(name).name.startswith(".")


def _listed(files: Iterable[tuple[str, int]]) -> pd.DataFrame:
    return pd.DataFrame(list(files), columns=["address", "bytes"])


def _folder(folder: Path) -> Iterator[tuple[str, int]]:
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if is_scan(name):
                yield _local(Path(where) / name)


def _local(path: Path) -> tuple[str, int]:
    return str(path.absolute()), path.stat().st_size


def _remote_files(source: str) -> Iterator[tuple[str, int]]:
    try:
        system, path = remote().core.url_to_fs(source)
        if any(sign in path for sign in "*?["):
            found = system.glob(path, detail=True)
        else:
            found = system.find(path, detail=True)
    except (OSError, ValueError, ImportError) as error:
        msg = f"{source} cannot be listed: {error}"
        raise InputError(msg) from error
    for name in sorted(found):
        if is_scan(name):
            yield system.unstrip_protocol(name), int(found[name].get("size") or 0)


def read_manifest(source: str) -> pd.DataFrame:
    """Read a table with a row for each log.

    Parameters
    ----------
    source
        CSV or Parquet. A column ``address`` (or path, uri, url, scan, file), relative
        to the manifest if it is no URL and not absolute; columns ``registration``,
        ``like``, ``bytes``, ``rows``, ``columns`` and ``year`` where they are known;
        any other is a field of the well: UWI, WELL, FLD, EDAT.

    Raises
    ------
    InputError
        If it cannot be read, or has no addresses, or an empty one.
    """
    try:
        if source.lower().endswith(".csv"):
            table = pd.read_csv(source, dtype=str, keep_default_na=False)
        else:
            table = pd.read_parquet(source)
    except Exception as error:  # of whatever reads it
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"{source} cannot be read as a manifest: {reason}"
        raise InputError(msg) from error
    name = next((c for c in table.columns if str(c).lower() in ADDRESS), None)
    if name is None:
        had = ", ".join(map(str, table.columns)) or "none"
        msg = f"{source} has no column 'address': its columns are {had}"
        raise InputError(msg)
    empty = table[name].isna() | (table[name].astype(str).str.strip() == "")
    if empty.any():
        msg = f"{source}: row {int(empty.to_numpy().argmax()) + 1} has no address"
        raise InputError(msg)
    table = table.rename(columns={name: "address"})
    base = "" if is_remote(source) else str(Path(source).absolute().parent)
    for column in ("address", "registration", "like"):
        if column in table:
            table[column] = [_placed(base, str(one)) for one in table[column]]
    for column in ("bytes", "rows", "columns", "year"):
        if column in table:
            numbers = pd.to_numeric(table[column], errors="coerce")
            absent = -1 if column == "bytes" else 0
            table[column] = numbers.fillna(absent).astype("int64")
    return table


def _placed(base: str, address: str) -> str:
    if not address or not base or is_remote(address) or address.startswith("/"):
        return address
    return os.path.normpath(f"{base}/{address}")


WAITS = (1.0, 5.0, 20.0, None)
"""Seconds before another attempt to fetch a file; then it is given up."""


@contextmanager
def local_file(address: str) -> Iterator[Path]:
    """Lend a file of this machine that holds what stands at an address.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    """
    if not is_remote(address):
        yield Path(address)
        return
    with TemporaryDirectory(prefix="veernet-") as folder:
        target = Path(folder) / (address.rsplit("/", 1)[-1] or "scan")
        _fetch(address, target)
        yield target


def _fetch(address: str, target: Path) -> None:
    """Copy what stands at an address, and try again where a store is busy or away."""
    system, path = remote().core.url_to_fs(address)
    for wait in WAITS:
        try:
            system.get_file(path, str(target))
        except FileNotFoundError:
            raise
        except OSError:
            if wait is None:
                raise
            # Not all workers at one time.
            time.sleep(wait * (1 + os.getpid() % 100 / 100))
        else:
            return

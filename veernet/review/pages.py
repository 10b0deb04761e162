"""The page of a scan, decoded once into the cache folder and shown in tiles."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veernet.errors import InputError
from veernet.review.pyramid import FORMAT, Pyramid, TileLayout

TIMEOUT = 900.0
"""Seconds that a scan may take to decode, reading from the disk included."""

DECODER = "veernet.review.decode"

KEPT = 8 * 2**30
"""Bytes of decoded scans that are kept; those that were not used for longest go."""


@dataclass(frozen=True)
class PageFacts:
    """What a page is, as the process that decoded it found.

    Parameters
    ----------
    pages
        Of the file.
    mode
        As in `veernet.records.ScanInfo`.
    dpi
        (across, down), None where the file does not say.
    notes
        What was odd about the file.
    """

    pages: int
    mode: str
    dpi: tuple[float, float] | None
    notes: tuple[str, ...]


def cache_folder() -> Path:
    """Return the folder for what can be made again: XDG_CACHE_HOME or ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".cache"
    return base / "veernet"


class Page:
    """A page of a scan whose tiles are served once it is decoded.

    Parameters
    ----------
    scan
        The file.
    sha256
        Of its bytes.
    number
        Of the page in the file.
    folder
        Where decoded scans are kept.
    """

    def __init__(self, scan: Path, sha256: str, number: int, folder: Path) -> None:
        self.scan = scan
        self.number = number
        self.key = f"{sha256[:32]}-{number}-{FORMAT}"
        self._folder = folder
        self._ready = asyncio.Event()
        self._pyramid: Pyramid | None = None
        self._facts: PageFacts | None = None
        self._error: str | None = None
        self.done, self.total = 0, 0

    @property
    def size(self) -> tuple[int, int] | None:
        """Rows and columns of the page; None before it is decoded."""
        if self._pyramid is None:
            return None
        level = self._pyramid.layout.levels[0]
        return level.rows, level.columns

    @property
    def known(self) -> PageFacts | None:
        """What the page is; None before it is decoded."""
        return self._facts

    @property
    def ready(self) -> bool:
        """Whether tiles can be had."""
        return self._pyramid is not None

    async def pyramid(self) -> Pyramid:
        """Wait until the page is decoded.

        Raises
        ------
        InputError
            If it cannot be.
        """
        await self._ready.wait()
        if self._pyramid is None:
            raise InputError(self._error or "the scan was not decoded")
        return self._pyramid

    async def facts(self) -> PageFacts:
        """Wait until it is known what the page is."""
        await self.pyramid()
        assert self._facts is not None
        return self._facts

    async def decode(self, notify: Callable[[], None]) -> None:
        """Take the page from the cache, or decode it.

        Parameters
        ----------
        notify
            Called when `done`, `total` or `ready` have changed.
        """
        try:
            if not self._take():
                await self._decode(notify)
                if not self._take():
                    self._error = f"{self.scan}: its decoded pixels are not as written"
        except InputError as error:
            self._error = str(error)
        except OSError as error:
            self._error = f"{self._folder}: {error.strerror}: decoded scans go there"
        finally:
            self._ready.set()
            notify()

    def _take(self) -> bool:
        pixels, facts = self._files(self.key)
        try:
            notify: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
            layout = TileLayout.from_json(json.dumps(notify["layout"]))
            self._pyramid = Pyramid(pixels, layout)
            dpi = notify["dpi"]
            self._facts = PageFacts(
                notify["pages"],
                notify["mode"],
                None if dpi is None else (dpi[0], dpi[1]),
                tuple(notify["notes"]),
            )
            os.utime(facts)
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True

    async def _decode(self, notify: Callable[[], None]) -> None:
        """Run the decoder, and give its files their names once both are whole."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._clear()
        temporary = self._files(f".{secrets.token_hex(8)}")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            DECODER,
            str(self.scan),
            str(self.number),
            *map(str, temporary),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        try:
            async with asyncio.timeout(TIMEOUT):
                error = await self._listen(process, notify)
                code = await process.wait()
            if error or code:
                raise InputError(error or f"{self.scan}: {_died(code)}")
            if not all(file.is_file() for file in temporary):
                msg = f"{self.scan}: could not be decoded: the decoder wrote nothing"
                raise InputError(msg)
            for old, new in zip(temporary, self._files(self.key), strict=True):
                old.replace(new)
        except TimeoutError as late:
            msg = f"{self.scan}: was not decoded within {TIMEOUT / 60:g} minutes"
            raise InputError(msg) from late
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            for file in temporary:
                file.unlink(missing_ok=True)

    async def _listen(
        self, process: asyncio.subprocess.Process, notify: Callable[[], None]
    ) -> str | None:
        assert process.stdout is not None
        error = None
        async for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "error" in said:
                error = str(said["error"])
            elif "done" in said:
                self.done, self.total = int(said["done"]), int(said["total"])
                notify()
        return error

    def _files(self, key: str) -> tuple[Path, Path]:
        """Return the files of pixels and of their facts, which are written last."""
        return self._folder / f"{key}.pixels", self._folder / f"{key}.json"

    def _clear(self) -> None:
        """Remove decoded scans beyond what is kept, those not used for longest."""
        found = []
        # A decoder that was killed could not clear up after itself.
        for part in self._folder.glob(".*"):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > TIMEOUT:
                    part.unlink()
        for facts in self._folder.glob("*.json"):
            pixels = facts.with_suffix(".pixels")
            if pixels.is_file():
                found.append((facts.stat().st_mtime, pixels.stat().st_size, facts))
        kept = 0
        for _, size, facts in sorted(found, reverse=True):
            kept += size
            if kept > KEPT:
                facts.unlink(missing_ok=True)
                facts.with_suffix(".pixels").unlink(missing_ok=True)


def _died(code: int | None) -> str:
    """Say how a decoder ended that said nothing itself."""
    if code is not None and code < 0:
        return (
            f"the decoder was stopped (signal {-code}): the file is damaged, or needs "
            "more memory or time than a log does"
        )
    return f"the decoder ended with code {code} and no word: is the file damaged?"

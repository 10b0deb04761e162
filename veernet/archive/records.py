"""What flows through an archive: logs, how they end, and how a run is set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from veernet.errors import InputError

Outcome = Literal["done", "doubt", "refused", "failed"]
How = Literal["own", "like", "register", "none"]

OUTCOMES: tuple[Outcome, ...] = ("done", "doubt", "refused", "failed")
"""Of each log exactly one: read; read, with something to be looked at; no readable
curve log, or without a registration; not read for a reason that is not the paper's."""

REASONS = {
    "registration": "it has no registration, or a wrong one",
    "proposal": "no complete registration could be proposed",
    "unread": "no curve could be followed",
    "changed": "the file is not the one that was planned",
    "decode": "the file could not be decoded",
    "missing": "there is no such file",
    "time": "it took longer than its limit",
    "memory": "it took more memory than its limit",
    "crash": "its process was ended by a signal, or ended without a word",
    "worker": "whatever ran it was killed each time",
    "ours": "a defect of veernet",
}
"""Why a log is refused or failed, and what that says to a person."""

STRIKES = frozenset({"time", "memory", "crash"})
"""Reasons that a second attempt, in a fresh process, may not confirm."""

PIXEL = 1_000_000.0
"""Pixels of a megapixel, in which work is counted."""

PIXELS_A_BYTE = 60.0
"""Where the size of a page is not known: a scan of 17,864 x 1,664 in G4 has 110 pixels
a byte, one in grey or colour 1 to 10; half of the first errs on the side of time."""


class Stop(InputError):
    """Something general is wrong: the run ends, and no log is blamed for it."""


@dataclass(frozen=True)
class Log:
    """A row of the plan.

    Parameters
    ----------
    log
        Its id: the name of the file, and a hash of address and size.
    address
        Path or URL.
    bytes
        Of the file; 0 where it is not known.
    rows, columns
        Of the page, 0 where they are not known.
    how
        own: registrations of its own; like: those of a template; register: proposed;
        none: it has none, and will be refused.
    registrations
        Paths or URLs: its own, or the template.
    well
        Fields for the LAS ~Well section, which go before those of the registration.
    year
        Of the log, for the report; 0 where it is not known.
    """

    log: str
    address: str
    bytes: int
    rows: int
    columns: int
    how: How
    registrations: tuple[str, ...]
    well: Mapping[str, str] = field(default_factory=dict)
    year: int = 0

    @property
    def megapixels(self) -> float:
        """The size of the page, or what its bytes may hold."""
        pixels = self.rows * self.columns or PIXELS_A_BYTE * self.bytes
        return pixels / PIXEL

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Log:
        """Take a log from a row of the plan."""
        return cls(
            row["log"],
            row["address"],
            int(row["bytes"]),
            int(row["rows"]),
            int(row["columns"]),
            row["how"],
            tuple(filter(None, row["registrations"].split("\n"))),
            json.loads(row["well"]) if row["well"] else {},
            int(row["year"]),
        )


@dataclass(frozen=True)
class ArchiveSettings:
    """How the logs of a run are read; the same for all drivers of one folder.

    Parameters
    ----------
    loader, reader
        Dotted names, ``module:function``, of what a worker loads once and of what
        reads a log with it.
    weights, engine
        As `veernet.engines.load_engine` takes them; weights None for the release.
    overlay
        Keep an overlay of each log.
    memory
        Bytes beyond what the worker takes itself, at most, for one log.
    time
        Factor on the limit of time of each log.
    interruptions
        Attempts at a log that end with whatever made them, until it is set aside.
    when
        Seconds since 1970 that outputs are dated by: of the plan, so that the same
        inputs give the same bytes whenever they are read.
    """

    loader: str = "veernet.archive.loading:load"
    reader: str = "veernet.archive.reading:read"
    weights: str | None = None
    engine: str = "auto"
    overlay: bool = False
    memory: int = 4 * 2**30
    time: float = 1.0
    interruptions: int = 5
    when: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON."""
        return asdict(self)


LIMITS = frozenset({"memory", "time", "interruptions"})
"""Settings that say whether a log is read, and not what is read of it."""

SECONDS = 120.0
"""That any log may take: loading, and a machine that does other things as well."""

SECONDS_A_MEGAPIXEL = 20.0
"""Ten times what a page of 5.5 Mpx took on one core (30 November 2026)."""

MEMORY = 1.5 * 2**30
"""Bytes that any log may take: five times what a page of 5.5 Mpx did."""

BYTES_A_PIXEL = 40
"""That a page may take in memory beyond that; panels are held one at a time."""


def seconds_for(log: Log, settings: ArchiveSettings) -> float:
    """Return the limit of time of a log, in seconds of the clock."""
    return settings.time * (SECONDS + SECONDS_A_MEGAPIXEL * log.megapixels)


def memory_for(log: Log, settings: ArchiveSettings) -> int:
    """Return the limit of memory of a log, in bytes beyond the worker's own."""
    wanted = MEMORY + BYTES_A_PIXEL * PIXEL * log.megapixels
    return int(min(wanted, settings.memory))

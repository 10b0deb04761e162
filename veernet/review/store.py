"""The file of a document: one SQLite database, of which the journal is only added to.

A row of the journal is a change, or an undo or redo that moves the cursor (``head``).
Changes form a tree by ``parent``: a change after an undo begins a branch, and what was
undone stays in the file. The last row tells the revision and the head. What a row
brought (patches, registrations, whole readings) is in tables of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from veernet.errors import InputError
from veernet.review.lines import KeptPatch, KeptSamples, Reading, ReviewedCurve
from veernet.review.schema import FORMAT, SCHEMA

MOVES = ("undo", "redo")
"""Rows of the journal that move the cursor; all others are changes."""


@dataclass(frozen=True)
class StoredEntry:
    """A row of the journal.

    Parameters
    ----------
    revision
        Counted from 1, without gaps.
    id
        Given by whoever made the change: the same twice is the same change.
    kind
        open, edit, registration, reading, undo or redo.
    parent
        Change that was the head before it; None of the first.
    target
        Of undo and redo: the change that was taken back or made again.
    head
        The cursor after it: the change that the document stands at.
    section
        That it changed; None for the document.
    label
        What it was, for a person.
    content
        What it was, for a program.
    """

    revision: int
    id: str
    kind: str
    parent: int | None
    target: int | None
    head: int
    section: str | None
    label: str
    content: dict[str, Any]


class Store:
    """The database of a document.

    Parameters
    ----------
    path
        The file; made if it does not exist.
    read_only
        Write nothing.

    Raises
    ------
    InputError
        If it is no document, or of another format.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._lock: int | None = None
        if read_only and not path.exists():
            # Nothing is written beside the scan; the document lives as long as we do.
            self._db = sqlite3.connect(":memory:", check_same_thread=False)
        else:
            self._lock = None if read_only else _locked(path)
            uri = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
            self._db = self._connect(uri)
            if read_only and not self._can_read():
                # A closed database in a folder that may not be written to.
                self._db = self._connect(f"{uri}&immutable=1")
        self._db.isolation_level = None
        try:
            with self._refusing():
                self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Make the tables, or make sure that they are ours."""
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables:
            self._check()
        if not self.read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            # An edit is on the disk before it is answered.
            self._db.execute("PRAGMA synchronous = FULL")
        if not tables:
            self._db.executescript(f"BEGIN;{SCHEMA}COMMIT;")
        self.is_new = self.last() is None

    def _connect(self, uri: str) -> sqlite3.Connection:
        with self._refusing():
            return sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=10)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            msg = (
                f"{self.path} is no document of veernet, or damaged ({error}): move it "
                "away, or put its copy back"
            )
            raise InputError(msg) from error

    def _check(self) -> None:
        known = self._db.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN ('document', 'journal')"
        ).fetchone()[0]
        found = self.get("format") if known == 2 else None
        if found != FORMAT:
            what = f"is {found}, not {FORMAT}" if found else "is no document of veernet"
            msg = f"{self.path} {what}: move it away, or open it with its own version"
            raise InputError(msg)

    def _can_read(self) -> bool:
        try:
            self._db.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError:
            return False
        return True

    def close(self) -> None:
        """Close the file; what was written is in it."""
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all of a block, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            # On a full disk SQLite has rolled back itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def get(self, key: str) -> str | None:
        """Return what the document says of itself under a key."""
        found = self._db.execute(
            "SELECT value FROM document WHERE key = ?", (key,)
        ).fetchone()
        return None if found is None else str(found[0])

    def set(self, key: str, value: str) -> None:
        """Say something of the document."""
        self._db.execute("INSERT OR REPLACE INTO document VALUES (?, ?)", (key, value))

    # the journal

    def last(self) -> StoredEntry | None:
        """Return the last row of the journal."""
        return self._entry("ORDER BY revision DESC LIMIT 1", ())

    def entry(self, revision: int) -> StoredEntry:
        """Return a row of the journal."""
        found = self._entry("WHERE revision = ?", (revision,))
        assert found is not None
        return found

    def entry_of(self, id_: str) -> StoredEntry | None:
        """Return the row that an identifier made."""
        return self._entry("WHERE id = ?", (id_,))

    def redo_of(self, head: int) -> StoredEntry | None:
        """Return the change that was made last from a head: what redo makes again."""
        return self._entry("WHERE parent = ? ORDER BY revision DESC LIMIT 1", (head,))

    def since(self, revision: int) -> list[StoredEntry]:
        """Return the rows after a revision."""
        return list(self._entries("WHERE revision > ? ORDER BY revision", (revision,)))

    def line_to(self, head: int) -> list[StoredEntry]:
        """Return the changes from the first to a head, undone ones left out."""
        sql = """
            WITH RECURSIVE line(revision) AS (
              SELECT ? UNION ALL
              SELECT parent FROM journal JOIN line USING (revision)
              WHERE parent IS NOT NULL)
        """
        where = "WHERE revision IN (SELECT revision FROM line) ORDER BY revision"
        return list(self._entries(where, (head,), sql))

    def append(self, entry: StoredEntry) -> None:
        """Add a row to the journal, inside a transaction."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._db.execute(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(entry.revision, entry.id, entry.kind, entry.parent, entry.target),
                *(entry.head, entry.section, entry.label),
                *(json.dumps(entry.content), now),
            ),
        )

    def _entry(self, where: str, values: Sequence[object]) -> StoredEntry | None:
        return next(self._entries(where, values), None)

    def _entries(
        self, where: str, values: Sequence[object], first: str = ""
    ) -> Iterator[StoredEntry]:
        columns = "revision, id, kind, parent, target, head, section, label, content"
        sql = f"{first} SELECT {columns} FROM journal {where}"  # noqa: S608, RUF100
        for row in self._db.execute(sql, values):
            fields: list[Any] = [*row[:-1], json.loads(row[-1])]
            yield StoredEntry(*fields)

    # what changes brought

    def add_patches(self, revision: int, patches: Sequence[KeptPatch]) -> None:
        """Keep the patches of a change."""
        self._db.executemany(
            "INSERT INTO patch VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(revision, place, patch.curve, patch.row0, len(patch.after)),
                    *(patch.before.pack(), patch.after.pack()),
                )
                for place, patch in enumerate(patches)
            ],
        )

    def patches(self, revision: int) -> list[KeptPatch]:
        """Return the patches of a change, in order."""
        sql = (
            "SELECT curve, row0, rows, before, after FROM patch "
            "WHERE revision = ? ORDER BY place"
        )
        return [
            KeptPatch(
                curve,
                row0,
                KeptSamples.unpack(before, rows),
                KeptSamples.unpack(after, rows),
            )
            for curve, row0, rows, before, after in self._db.execute(sql, (revision,))
        ]

    def touched(self, revision: int) -> list[tuple[str, int, int]]:
        """Return the curves and rows, from and to one past, that a change patched."""
        sql = "SELECT curve, row0, row0 + rows FROM patch WHERE revision = ?"
        return list(self._db.execute(sql, (revision,)))

    def add_registration(self, revision: int, documents: object) -> None:
        """Keep the registration documents of all sections."""
        self._db.execute(
            "INSERT INTO registration VALUES (?, ?)", (revision, json.dumps(documents))
        )

    def registration(self, revision: int) -> list[dict[str, Any]] | None:
        """Return the registration documents that a change brought, if it did."""
        found = self._db.execute(
            "SELECT documents FROM registration WHERE revision = ?", (revision,)
        ).fetchone()
        return None if found is None else list(json.loads(found[0]))

    def add_reading(self, revision: int, section: str, reading: Reading) -> None:
        """Keep all curves of a section."""
        self._db.executemany(
            "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(revision, section, place, curve.mnemonic, curve.first_row),
                    *(len(curve.samples), curve.samples.pack()),
                )
                for place, curve in enumerate(reading.values())
            ],
        )

    def readings(self, revision: int) -> dict[str, Reading]:
        """Return the readings that a change brought, by section."""
        sql = (
            "SELECT section, curve, first_row, rows, samples FROM reading "
            "WHERE revision = ? ORDER BY section, place"
        )
        found: dict[str, Reading] = {}
        for section, name, first, rows, packed in self._db.execute(sql, (revision,)):
            curve = ReviewedCurve(
                name, first, KeptSamples.unpack(packed, rows), revision
            )
            found.setdefault(section, {})[name] = curve
        return found


def _locked(path: Path) -> int:
    """Take a document for this process alone, until the descriptor is closed.

    Raises
    ------
    InputError
        If another process has it, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}): open it with --read-only"
        raise InputError(msg) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        msg = (
            f"{path} is open in another veernet review: go on there, close it, or "
            "open this one with --read-only"
        )
        raise InputError(msg) from error
    return descriptor

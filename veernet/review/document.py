"""A document: the registration and the reading of a scan, and how they came about.

Every change is in the journal on the disk before it is in memory, and so before it is
answered. Undo and redo move the cursor along the journal; they are changes of the
revision too.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from veernet.errors import InputError
from veernet.export import Provenance
from veernet.records import Registration
from veernet.review.lines import KeptPatch, Reading
from veernet.review.regdoc import Document as RegistrationDocument
from veernet.review.sections import Built, Section, build
from veernet.review.store import MOVES, Store, StoredEntry


class ReadOnly(InputError):
    """A change of a document that is open to be read only."""


class Stale(Exception):
    """A change is based on a revision that is no longer the last one."""

    def __init__(self, base: int, revision: int) -> None:
        super().__init__(
            f"the document has moved on from revision {base} to {revision}: what you "
            "see is brought up to date; make the change again"
        )
        self.revision = revision


@dataclass(frozen=True)
class Change:
    """What a change did to curves.

    Parameters
    ----------
    revision
        Of the document after it.
    patches
        Rows as they are now.
    reload
        Whether more than curves has changed.
    """

    revision: int
    patches: tuple[dict[str, Any], ...]
    reload: bool = False


class Document:
    """The state of a document, and all that changes it; safe among threads.

    Parameters
    ----------
    store
        With a first entry in its journal.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lock = threading.RLock()
        self.sections: dict[str, Section] = {}
        self._registrations: list[RegistrationDocument] = []
        self.findings: list[dict[str, Any]] = []
        self.proposed: list[RegistrationDocument] = []
        self.confirmed: set[str] = set()
        last = store.last()
        if last is None:
            msg = f"{store.path} holds no journal: move it away and open the scan again"
            raise InputError(msg)
        self.revision, self.head = last.revision, last.head
        self._build()

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""
        return self.store.read_only

    def section(self, name: str | None) -> Section:
        """Return a section, the first unless one is named.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if name is None:
            name = next(iter(self.sections))
        if name not in self.sections:
            known = ", ".join(self.sections)
            msg = f"there is no section {name[:40]!r}: the document has {known}"
            raise InputError(msg)
        return self.sections[name]

    def registered(self, name: str | None) -> tuple[Section, Registration]:
        """Return a section whose registration is complete.

        Raises
        ------
        InputError
            If there is no such section, or something is still to be given.
        """
        section = self.section(name)
        if section.registration is None:
            msg = f"the registration is not complete: {section.problems[0]}"
            raise InputError(msg)
        return section, section.registration

    def shown(self, name: str | None) -> tuple[Section, Registration]:
        """Return a section and the part of its registration that is whole.

        Raises
        ------
        InputError
            If there is no such section, or nothing of it is whole.
        """
        section = self.section(name)
        if section.shown is None:
            return self.registered(name)
        return section, section.shown

    # changes

    def commit(
        self,
        kind: Literal["edit", "registration", "reading", "confirm"],
        label: str,
        *,
        base: int,
        id_: str | None = None,
        section: str | None = None,
        content: Mapping[str, Any] | None = None,
        patches: Sequence[KeptPatch] = (),
        documents: Sequence[RegistrationDocument] | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> Change:
        """Make a change: on the disk, then here.

        Parameters
        ----------
        kind, label, section, content
            See `StoredEntry`.
        base
            Revision that it was made from.
        id_
            Of the change; one that is known is answered as it was, and not made again.
        patches
            What an edit does to curves of the section.
        documents
            Registrations of all sections, where they change.
        readings
            Whole readings, by section, where they change.

        Returns
        -------
        Change
            What the page is to show.

        Raises
        ------
        Stale
            If the document has moved on from the base.
        """
        with self.lock:
            known = None if id_ is None else self.store.entry_of(id_)
            if known is not None:
                return self.changes(known.revision - 1, section)
            self._check_base(base)
            revision = self.revision + 1
            built = None
            entry = StoredEntry(
                revision=revision,
                id=id_ or secrets.token_hex(16),
                kind=kind,
                parent=self.head,
                target=None,
                head=revision,
                section=section,
                label=label,
                content=dict(content or {}),
            )
            with self.store.transaction():
                self.store.append(entry)
                self.store.add_patches(revision, patches)
                if documents is not None:
                    self.store.add_registration(revision, documents)
                for name, reading in (readings or {}).items():
                    self.store.add_reading(revision, name, reading)
                if kind in {"registration", "reading"}:
                    # What cannot be built is not kept: nobody could open it again.
                    built = build(self.store, revision, revision)
            self.revision, self.head = revision, revision
            if kind == "confirm":
                self._confirm()
                return Change(revision, ())
            if built is not None:
                self._confirm()
                self._show(built)
                return Change(revision, (), reload=True)
            self._put(section, patches)
            return Change(revision, tuple(patch.to_page() for patch in patches))

    def undo(self, base: int, id_: str | None = None) -> Change:
        """Take the last change back.

        Raises
        ------
        InputError
            If there is none.
        """
        with self.lock:
            head = self.store.entry(self.head)
            if head.parent is None and not self._is_known(id_):
                msg = "there is nothing to undo"
                raise InputError(msg)
            return self._move("undo", head, head.parent or 0, base, id_)

    def redo(self, base: int, id_: str | None = None) -> Change:
        """Make the change again that was taken back last.

        Raises
        ------
        InputError
            If there is none.
        """
        with self.lock:
            again = self.store.redo_of(self.head)
            if again is None and not self._is_known(id_):
                msg = "there is nothing to redo"
                raise InputError(msg)
            target = again or self.store.entry(self.head)
            return self._move("redo", target, target.revision, base, id_)

    def _is_known(self, id_: str | None) -> bool:
        return id_ is not None and self.store.entry_of(id_) is not None

    def _move(
        self,
        kind: Literal["undo", "redo"],
        target: StoredEntry,
        head: int,
        base: int,
        id_: str | None,
    ) -> Change:
        known = None if id_ is None else self.store.entry_of(id_)
        if known is not None:
            return self.changes(known.revision - 1, known.section)
        self._check_base(base)
        revision = self.revision + 1
        entry = StoredEntry(
            revision=revision,
            id=id_ or secrets.token_hex(16),
            kind=kind,
            parent=None,
            target=target.revision,
            head=head,
            section=target.section,
            label=f"{kind}: {target.label}",
            content={},
        )
        with self.store.transaction():
            self.store.append(entry)
        self.revision, self.head = revision, head
        if target.kind == "confirm":
            self._confirm()
            return Change(revision, (), reload=True)
        if target.kind != "edit":
            self._build()
            return Change(revision, (), reload=True)
        patches = self.store.patches(target.revision)
        if kind == "undo":
            patches = [patch.turned() for patch in reversed(patches)]
        self._put(target.section, patches)
        return Change(revision, tuple(patch.to_page() for patch in patches))

    def check(self, base: int, id_: str | None) -> None:
        """Refuse a change before any work, unless it was made already.

        Raises
        ------
        Stale, ReadOnly
            See `commit`.
        """
        if not self._is_known(id_):
            self._check_base(base)

    def changes_of(self, id_: str) -> Change:
        """Return what a change that was made already did."""
        entry = self.store.entry_of(id_)
        assert entry is not None
        return self.changes(entry.revision - 1, entry.section)

    def _check_base(self, base: int) -> None:
        if self.read_only:
            msg = "the document is open to be read only: nothing is changed"
            raise ReadOnly(msg)
        if base != self.revision:
            raise Stale(base, self.revision)

    # what there is

    def history(self) -> dict[str, str | None]:
        """Return what undo and redo would do; None where they would do nothing."""
        with self.lock:
            head = self.store.entry(self.head)
            again = self.store.redo_of(self.head)
            return {
                "undo": None if head.parent is None else head.label,
                "redo": None if again is None else again.label,
            }

    def changes(self, since: int, section: str | None = None) -> Change:
        """Return the rows that have changed after a revision, as they are now.

        Parameters
        ----------
        since
            A revision.
        section
            That is looked at; the first unless named.
        """
        with self.lock:
            name = section or next(iter(self.sections))
            rows: dict[str, tuple[int, int]] = {}
            for entry in self.store.since(since):
                made = entry
                if entry.kind in MOVES:
                    made = self.store.entry(entry.target or 0)
                if made.kind != "edit":
                    return Change(self.revision, (), reload=True)
                if (made.section or name) != name:
                    continue
                for curve, start, stop in self.store.touched(made.revision):
                    first, last = rows.get(curve, (start, stop))
                    rows[curve] = min(first, start), max(last, stop)
            reading = self.section(name).reading
            patches = []
            for curve, (start, stop) in rows.items():
                now = reading[curve].part(start, stop - start)
                patches.append(KeptPatch(curve, start, now, now).to_page())
            return Change(self.revision, tuple(patches))

    def base_of(
        self, section: str, line: Sequence[StoredEntry]
    ) -> tuple[Reading, list[StoredEntry]]:
        """Return the last whole reading of a section, and the entries after it.

        Parameters
        ----------
        section
            Its name.
        line
            Of the journal, to the head.
        """
        for place in range(len(line) - 1, -1, -1):
            reading = self.store.readings(line[place].revision).get(section)
            if reading is not None:
                after = [one for one in line[place + 1 :] if one.section == section]
                return reading, after
        return {}, []

    def provenance_of(self, section: str, line: Sequence[StoredEntry]) -> Provenance:
        """Return what the last whole reading of a section was made with."""
        known: dict[str, str] = {
            "scan": self.store.get("image") or "",
            "scan_sha256": self.store.get("image_sha256") or "",
        }
        for entry in line:
            if entry.section in (section, None) and "metadata" in entry.content:
                known |= entry.content["metadata"] or {}
        return Provenance.from_dict(known)

    def found_of(
        self, section: str, line: Sequence[StoredEntry]
    ) -> list[dict[str, Any]]:
        """Return what the last whole reading of a section said of itself."""
        found: list[dict[str, Any]] = []
        for entry in line:
            if entry.section in (section, None) and "found" in entry.content:
                found = entry.content["found"]
        return found

    def registrations_of(self, section: str) -> list[RegistrationDocument]:
        """Return how a section is and was registered, the last first, each once."""
        own: list[RegistrationDocument] = []
        for one in self._registrations:
            if one["section"] == section and one not in own:
                own.append(one)
        return own

    def documents(self) -> list[RegistrationDocument]:
        """Return the registrations of all sections, in their order."""
        return [section.document for section in self.sections.values()]

    # from the journal

    def _put(self, section: str | None, patches: Sequence[KeptPatch]) -> None:
        reading = self.section(section).reading
        for patch in patches:
            reading[patch.curve].apply(patch, self.revision)

    def _confirm(self) -> None:
        """Tell what of a proposal was found, and what a person has confirmed of it."""
        self.findings, self.proposed, self.confirmed = [], [], set()
        for entry in self.store.line_to(self.head):
            if "findings" in entry.content:
                self.findings = entry.content["findings"]
                self.proposed = self.store.registration(entry.revision) or []
            self.confirmed |= set(entry.content.get("confirmed") or ())
            self.confirmed -= set(entry.content.get("unconfirmed") or ())

    def _build(self) -> None:
        """Make the state of the head from the journal."""
        self._confirm()
        self._show(build(self.store, self.head, self.revision))

    def _show(self, built: Built) -> None:
        self.sections, self._registrations = built.sections, built.registrations

"""The sections of a document as they stand at one place of its journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from veernet.records import Registration
from veernet.review import doubt
from veernet.review.lines import Reading, cover_registration
from veernet.review.regdoc import Document as RegistrationDocument
from veernet.review.regdoc import problems_of, registration_of, whole_part
from veernet.review.store import Store, StoredEntry


@dataclass
class Section:
    """A section as it stands.

    Parameters
    ----------
    document
        Its registration as the page has it.
    registration
        The same as a record; None while something is still to be given.
    problems
        What that is, a line each.
    shown
        The registration without what is still to be given: that of the curves which
        are drawn and edited meanwhile. None if nothing of it is whole.
    reading
        Its curves; empty before it is digitised.
    first
        What was doubtful when it was read, by curve.
    found
        What the reading says of itself, where it is about rows of a curve.
    """

    document: RegistrationDocument
    registration: Registration | None
    problems: list[str]
    shown: Registration | None = None
    reading: Reading = field(default_factory=dict)
    first: dict[str, doubt.FirstDoubt] = field(default_factory=dict)
    found: list[doubt.StoredFinding] = field(default_factory=list)

    def drawn(self) -> Reading:
        """Return the curves that are registered, in that order."""
        if self.shown is None:
            return {}
        names = [c.mnemonic for t in self.shown.tracks for c in t.curves]
        return {name: self.reading[name] for name in names if name in self.reading}


@dataclass
class Built:
    """What a line of the journal comes to.

    Parameters
    ----------
    sections
        By name, in their order.
    registrations
        Every one of the line, of all sections, the last first.
    """

    sections: dict[str, Section] = field(default_factory=dict)
    registrations: list[RegistrationDocument] = field(default_factory=list)


@dataclass
class _Read:
    """A reading while the journal is gone through."""

    reading: Reading
    first: dict[str, doubt.FirstDoubt]
    found: list[doubt.StoredFinding]

    def rename(self, renamed: Mapping[str, str]) -> None:
        """Give curves their new names, all at once.

        A curve that is registered no more, and has the new name of another, is left
        out: a name is that of the curve that it was given to.
        """
        gone = set(renamed.values()) - set(renamed)
        self.reading = {n: c for n, c in self.reading.items() if n not in gone}
        self.first = {n: doubts for n, doubts in self.first.items() if n not in gone}
        self.found = [one for one in self.found if one.curve not in gone]
        for curve in self.reading.values():
            curve.mnemonic = renamed.get(curve.mnemonic, curve.mnemonic)
        self.reading = {curve.mnemonic: curve for curve in self.reading.values()}
        self.first = {renamed.get(n, n): doubts for n, doubts in self.first.items()}
        self.found = [
            replace(one, curve=renamed.get(one.curve, one.curve)) for one in self.found
        ]


def build(store: Store, head: int, revision: int) -> Built:
    """Make the sections of a document from its journal.

    Parameters
    ----------
    store
        With the journal.
    head
        Change that the document stands at.
    revision
        That its curves are of.
    """
    built = Built()
    documents: list[RegistrationDocument] = []
    read: dict[str, _Read] = {}
    for entry in store.line_to(head):
        registered = store.registration(entry.revision)
        documents = registered or documents
        built.registrations[:0] = registered or ()
        _take(store, entry, read)
    for document in documents:
        name = document["section"]
        section = _section(document, read.get(name), revision)
        built.sections[name] = section
    return built


def _take(store: Store, entry: StoredEntry, read: dict[str, _Read]) -> None:
    """Do to the readings what an entry of the journal did."""
    own = read.get(entry.section or "")
    if own is not None and entry.content.get("renamed"):
        own.rename(entry.content["renamed"])
    for name, reading in store.readings(entry.revision).items():
        found = doubt.found_in(entry.content.get("found") or (), reading)
        read[name] = _Read(reading, doubt.first_doubts(reading), found)
    for patch in store.patches(entry.revision):
        read[entry.section or ""].reading[patch.curve].apply(patch, entry.revision)


def _section(
    document: RegistrationDocument, read: _Read | None, revision: int
) -> Section:
    problems = problems_of(document)
    registration = None if problems else registration_of(document)
    shown = registration
    if shown is None and (part := whole_part(document)) is not None:
        shown = registration_of(part)
    if read is None:
        return Section(document, registration, problems, shown)
    for curve in read.reading.values():
        curve.revision = revision
    if shown is not None:
        cover_registration(read.reading, shown, revision)
    parts = read.reading, read.first, read.found
    return Section(document, registration, problems, shown, *parts)

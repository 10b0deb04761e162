"""Open the document of a scan, or begin one beside it."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veernet.errors import InputError
from veernet.export import read_reviewed
from veernet.files import sha256
from veernet.records import ORIGINS, Registration, Trace
from veernet.registration import MAIN, load_registrations
from veernet.review.document import Document
from veernet.review.lines import EDITED, REVIEWED, Reading, ReviewedCurve
from veernet.review.regdoc import Document as RegistrationDocument
from veernet.review.regdoc import document_of, filled
from veernet.review.store import Store, StoredEntry
from veernet.scan import check_format, check_pages

SUFFIX = ".veernet"

MANUAL = ORIGINS.index("manual")


@dataclass(frozen=True)
class Given:
    """What a person hands in beside the scan.

    Parameters
    ----------
    registrations
        Of the sections; none if they are to be proposed.
    reading
        Of one section; empty if it is to be digitised.
    reviewed
        By mnemonic (rows,) what a person has seen of it.
    section
        That the reading is of.
    metadata
        Of the trace file.
    """

    registrations: tuple[Registration, ...] = ()
    reading: tuple[Trace, ...] = ()
    reviewed: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    section: str | None = None
    metadata: dict[str, str] | None = None


@dataclass(frozen=True)
class Opened:
    """An open document.

    Parameters
    ----------
    document
        Its state.
    scan
        The file.
    sha256
        Of the file's bytes.
    page
        Of the file, from 0.
    """

    document: Document
    scan: Path
    sha256: str
    page: int


def load_given(
    registration: Path | None, trace: Path | None, section: str | None, scan_hash: str
) -> Given:
    """Read the files that are given, and refuse what does not belong together.

    Raises
    ------
    InputError
        If a file is wrong, the trace has no registration or is of another scan, or the
        sections lie on several pages.
    """
    if registration is None:
        if trace is not None:
            msg = f"{trace} needs its registration: name it with --registration"
            raise InputError(msg)
        return Given()
    registrations = load_registrations(registration, section)
    if len({one.page for one in registrations}) > 1:
        listed = ", ".join(f"{one.section} on page {one.page}" for one in registrations)
        msg = f"{registration} has {listed}: choose one with --section"
        raise InputError(msg)
    if trace is None:
        return Given(registrations)
    traces, reviewed, metadata = read_reviewed(trace)
    known = metadata.get("scan_sha256", "unknown")
    if known not in ("unknown", scan_hash):
        msg = (
            f"{trace} was read from another scan ({metadata.get('scan')}, SHA-256 "
            f"{known[:12]}...): name the trace of this one"
        )
        raise InputError(msg)
    own = metadata.get("section") or registrations[0].section
    of = next((one for one in registrations if one.section == own), None)
    if of is None:
        msg = f"{trace} is of section {own!r}, which {registration} does not have"
        raise InputError(msg)
    for one in traces:
        of.curve(one.mnemonic)
    return Given(registrations, traces, reviewed, own, metadata)


def open_document(
    scan: Path,
    *,
    registration: Path | None = None,
    trace: Path | None = None,
    section: str | None = None,
    page: int | None = None,
    read_only: bool = False,
    overwrite: bool = False,
) -> Opened:
    """Open the document beside a scan, or begin it.

    Parameters
    ----------
    scan
        The picture; the document is beside it, with the suffix ``.veernet``.
    registration, trace, section
        What there is already; see `load_given`.
    page
        Of the scan, where no registration tells.
    read_only
        Change nothing on the disk.
    overwrite
        Take what is given though the document holds something else; undo brings it
        back.

    Raises
    ------
    InputError
        If the scan is cut short or has no such page, or the document is of another
        scan, is in use, or holds something else than what is given.
    """
    check_format(scan)
    scan_hash = sha256(scan)
    given = load_given(registration, trace, section, scan_hash)
    path = scan.with_suffix(SUFFIX)
    if page is not None:
        for one in given.registrations:
            _check_page(page, one.page, f"{registration} is")
    if not path.exists():
        # Before a document is begun: nothing is left of what cannot be shown.
        wanted = given.registrations[0].page if given.registrations else page
        check_pages(scan, wanted or 0)
    store = Store(path, read_only=read_only)
    try:
        if store.is_new:
            _begin(store, scan, scan_hash, given, page or 0)
        known = store.get("image_sha256") or "unknown"
        if known != scan_hash:
            msg = (
                f"{path} is the document of another scan ({store.get('image')}, "
                f"SHA-256 {known[:12]}..., and this one is {scan_hash[:12]}...): move "
                "it away, or open its own scan"
            )
            raise InputError(msg)
        document = Document(store)
        number = document.section(None).document["page"]
        if page is not None:
            _check_page(page, number, f"{path} is")
        for one in given.registrations:
            _check_page(one.page, number, f"{path} is")
        check_pages(scan, number)
        _take(document, given, overwrite=overwrite)
        return Opened(document, scan, scan_hash, number)
    except sqlite3.Error as error:
        store.close()
        msg = f"{path} cannot be read ({error}): move it away, or take its last copy"
        raise InputError(msg) from error
    except BaseException:
        store.close()
        raise


def _check_page(asked: int, number: int, what: str) -> None:
    """Refuse to look at another page than the one that something is of."""
    if asked != number:
        msg = (
            f"{what} of page {number} of the scan, not of page {asked}: leave --page "
            "out or name the registration of that page, or move the document away to "
            "begin another"
        )
        raise InputError(msg)


def empty_registration(scan: Path, page: int) -> RegistrationDocument:
    """Return a registration in which everything is still to be given."""
    return filled({"image": scan.name, "page": page, "section": MAIN})


def _begin(store: Store, scan: Path, scan_hash: str, given: Given, page: int) -> None:
    """Write the first entry of a journal."""
    documents = [document_of(one) for one in given.registrations]
    content = _content(given) if given.reading else {}
    id_ = secrets.token_hex(16)
    entry = StoredEntry(1, id_, "open", None, None, 1, given.section, "opened", content)
    with store.transaction():
        store.set("image", scan.name)
        store.set("image_sha256", scan_hash)
        store.append(entry)
        store.add_registration(1, documents or [empty_registration(scan, page)])
        if given.reading:
            store.add_reading(1, given.section or MAIN, _reading(given))


def _content(given: Given) -> dict[str, Any]:
    """Return what the journal keeps of a trace file beside its curves."""
    metadata = dict(given.metadata or {})
    try:
        found = json.loads(metadata.pop("findings", "[]"))
    except ValueError:
        found = []
    return {"metadata": metadata, "found": found if isinstance(found, list) else []}


def _reading(given: Given) -> Reading:
    reading = {one.mnemonic: ReviewedCurve.of(one, 1) for one in given.reading}
    for name, marks in given.reviewed.items():
        samples = reading[name].samples
        manual = marks & (samples.origin == MANUAL)
        samples.flags[marks] |= REVIEWED
        samples.flags[manual] |= EDITED
    return reading


def _take(document: Document, given: Given, *, overwrite: bool) -> None:
    """Take what is given into a document that was there, if it is anything new."""
    documents = [document_of(one) for one in given.registrations]
    new_registration = bool(documents) and not _is_held(document, documents)
    new_reading = bool(given.reading) and not _is_read(document, given)
    if not new_registration and not new_reading:
        return
    what = "registration" if new_registration else "reading"
    if not overwrite or document.read_only:
        msg = (
            f"{document.store.path} holds another {what} than the one given: leave "
            "--registration and --trace out to go on where you were, or take them with "
            "--overwrite (undo brings back what it holds)"
        )
        raise InputError(msg)
    if new_registration:
        named = {one["section"]: one for one in [*document.documents(), *documents]}
        document.commit(
            "registration",
            "registration taken from a file",
            base=document.revision,
            documents=list(named.values()),
        )
    if new_reading:
        document.commit(
            "reading",
            "reading taken from a file",
            base=document.revision,
            section=given.section,
            content=_content(given),
            readings={given.section or MAIN: _reading(given)},
        )


def _is_held(document: Document, documents: list[RegistrationDocument]) -> bool:
    held = document.documents()
    return all(one in held for one in documents)


def _is_read(document: Document, given: Given) -> bool:
    """Tell whether the document was read from these traces, or stands at what they say.

    Confidence is compared as the trace file keeps it.
    """
    store, name = document.store, given.section or MAIN
    known = [
        reading
        for entry in store.line_to(document.head)
        if (reading := store.readings(entry.revision).get(name)) is not None
    ]
    known.append(document.section(name).reading)
    return any(_same(reading, _reading(given)) for reading in known)


def _same(one: Reading, other: Reading) -> bool:
    return all(
        name in one
        and one[name].first_row == curve.first_row
        and np.array_equal(
            one[name].samples.column, curve.samples.column, equal_nan=True
        )
        and np.array_equal(one[name].samples.origin, curve.samples.origin)
        for name, curve in other.items()
    )

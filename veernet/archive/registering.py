"""The registrations of a log: its own, those of a template, or proposed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from veernet.archive.records import Log
from veernet.archive.sources import local_file
from veernet.errors import InputError
from veernet.records import Registration
from veernet.registration import MAIN, registrations_in


@dataclass(frozen=True)
class SectionToRead:
    """A section that is to be read.

    Parameters
    ----------
    name
        Of the section, and of its files; no two of a log have one.
    registration
        With the fields of the well.
    source
        Name of the file that it is from.
    content
        The bytes of that file.
    remarks
        What is to be looked at, as nobody has: of proposals.
    proposed
        Whether ``content`` was made here, and is to be kept.
    """

    name: str
    registration: Registration
    source: str
    content: bytes
    remarks: tuple[str, ...] = ()
    proposed: bool = False


class Incomplete(InputError):
    """A proposal lacks something that a person has to fill in.

    Parameters
    ----------
    message
        What.
    source, content
        Name and bytes of the file.
    """

    def __init__(self, message: str, source: str, content: bytes) -> None:
        super().__init__(message)
        self.source = source
        self.content = content


def registrations_of(log: Log, scan: Path) -> tuple[SectionToRead, ...]:
    """Return the sections of a log.

    Parameters
    ----------
    log
        Of the plan.
    scan
        Its file here.

    Raises
    ------
    InputError
        If it has no registration, or that is wrong.
    Incomplete
        If a proposal is not complete.
    Refused
        If the page is no log of which a registration could be proposed.
    """
    if log.how == "none":
        msg = (
            f"{log.address} has no registration: put NAME.yaml into a folder DIR, and "
            "veernet archive retry --reason registration --registrations DIR; or plan "
            "with --like or --register"
        )
        raise InputError(msg)
    found = _own(log) if log.how == "own" else _proposed(log, scan)
    return tuple(
        replace(one, registration=_with_well(one.registration, log)) for one in found
    )


def _own(log: Log) -> list[SectionToRead]:
    found: dict[str, SectionToRead] = {}
    for address in log.registrations:
        file, content = _bytes_at(address)
        for registration in registrations_in(content, Path(file)):
            name = _name(log, file, registration, len(log.registrations))
            if name in found:
                msg = f"{file}: the section {name!r} is in {found[name].source} too"
                raise InputError(msg)
            # In the trace it keeps the name that its file has: review asks for that.
            found[name] = SectionToRead(name, registration, file, content)
    return list(found.values())


def _name(log: Log, file: str, registration: Registration, files: int) -> str:
    """Name a section: of several files, well.5in.yaml is 5in unless it says itself."""
    if files == 1 or registration.section != MAIN:
        return registration.section
    stem = PurePosixPath(log.address).stem
    rest = PurePosixPath(file).stem.removeprefix(stem).strip(".")
    return rest or MAIN


def _bytes_at(address: str) -> tuple[str, bytes]:
    name = address.rsplit("/", 1)[-1]
    try:
        with local_file(address) as path:
            return name, path.read_bytes()
    except (OSError, ValueError) as error:
        msg = f"the registration {address} cannot be read: {error}"
        raise InputError(msg) from error


def _with_well(registration: Registration, log: Log) -> Registration:
    return replace(registration, well={**registration.well, **log.well})


def _proposed(log: Log, scan: Path) -> list[SectionToRead]:
    """Propose registrations, with the curves of a template or those of the legends."""
    # Loaded here, and not with the network: it has threads of its own, which a process
    # that is forked off would not have.
    from veernet.register.like import like, unit_of  # noqa: PLC0415
    from veernet.register.liketext import likened_yaml  # noqa: PLC0415
    from veernet.register.ocr.reader import load_reader  # noqa: PLC0415
    from veernet.register.ocr.recognise import load_recogniser  # noqa: PLC0415
    from veernet.register.propose import propose  # noqa: PLC0415
    from veernet.register.remarks import well_remark  # noqa: PLC0415
    from veernet.register.text import proposal_yaml  # noqa: PLC0415
    from veernet.scan import open_scan  # noqa: PLC0415

    name = log.address.rsplit("/", 1)[-1]
    templates: Sequence[Registration] = ()
    template = "template"
    if log.how == "like":
        template, content = _bytes_at(log.registrations[0])
        templates = registrations_in(content, Path(template))
    read = None
    with suppress(InputError):
        read = load_reader()
    sections = propose(
        open_scan(scan),
        load_recogniser(),
        read=read,
        unit=unit_of(templates),
        heading=True,
    )
    remarks: dict[str, tuple[str, ...]] = {}
    if templates:
        likened, left_out = like(
            sections, templates, image=name, page=0, name=Path(template)
        )
        text = likened_yaml(likened, template)
        remarks = {one.registration.section: one.remarks for one in likened}
        general = tuple(f"left out: {one}" for one in left_out)
    else:
        text, general = proposal_yaml(Path(name), 0, sections), ()
    sure = {
        one.name: "stated" if one.depth.stated else "a suggestion" for one in sections
    }
    # What the archive itself says of the well stands in place of the heading.
    doubted = well_remark(sections[0].well, log.well)
    general += (doubted,) if doubted else ()
    source, content = f"{PurePosixPath(name).stem}.yaml", text.encode()
    try:
        registrations = registrations_in(content, Path(source))
    except InputError as error:
        raise Incomplete(str(error), source, content) from error
    return [
        SectionToRead(
            one.section,
            one,
            source,
            content,
            (
                f"section {one.section}: proposed, and looked at by nobody: depths are "
                f"{sure.get(one.section, 'a suggestion')}",
                *remarks.get(one.section, ()),
                *general,
            ),
            proposed=True,
        )
        for one in registrations
    ]

"""Registrations in the formats of others, read and written.

A format is a module with ``read(path) -> (drafts, remarks)`` and ``write(path,
registrations) -> remarks``. A remark is a sentence: what a format cannot carry, or what
had to be assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from veernet.errors import InputError
from veernet.files import check_places, write_text
from veernet.formats import points, rasterlog, witsml
from veernet.formats.draft import Draft, complete, draft_yaml, fill
from veernet.formats.text import listed, read_lines
from veernet.records import Registration
from veernet.registration import load_registrations, save_registrations

Read = tuple[tuple[Draft, ...], tuple[str, ...]]


class Converted(NamedTuple):
    """The sections that were written, and what has to be said of them."""

    sections: tuple[str, ...]
    remarks: tuple[str, ...]


YAML = (".yaml", ".yml")
READERS: dict[str, Callable[[Path], Read]] = {
    ".xml": witsml.read,
    ".dra": rasterlog.read,
    ".csv": points.read,
}
WRITERS: dict[str, Callable[[Path, Sequence[Registration]], tuple[str, ...]]] = {
    ".xml": witsml.write,
    ".dra": rasterlog.write,
    ".txt": rasterlog.write,
    ".reg": rasterlog.write,
    ".csv": points.write,
}
SUFFIXES = (*YAML, *WRITERS)


def read_drafts(path: Path) -> Read:
    """Read a registration file of any format, and remarks on it.

    Raises
    ------
    InputError
        If the format is not known, or the file is wrong.
    """
    suffix = path.suffix.lower()
    if suffix in YAML:
        return tuple(Draft.of(found) for found in load_registrations(path)), ()
    if suffix not in SUFFIXES:
        _refuse_suffix(path)
    reader = READERS.get(suffix) or _by_content(path)
    return reader(path)


def write_registrations(
    path: Path, registrations: Sequence[Registration]
) -> tuple[str, ...]:
    """Write registrations in the format of a file's suffix, and return remarks.

    Raises
    ------
    InputError
        If the format is not known, or cannot hold them in one file.
    """
    suffix = path.suffix.lower()
    if suffix in YAML:
        save_registrations(path, *registrations)
        return ()
    if suffix not in WRITERS:
        _refuse_suffix(path)
    gaps = [
        f"section {one.section}: the gap below {point.depth:g} is not told in {suffix}"
        for one in registrations
        for point in one.depth.points
        if point.gap
    ]
    return (*WRITERS[suffix](path, registrations), *gaps)


def convert(
    source: Path,
    target: Path,
    like: Path | None = None,
    section: str | None = None,
    *,
    overwrite: bool = True,
) -> Converted:
    """Convert a registration file into another format.

    Parameters
    ----------
    source, target
        Their formats are told by their suffixes.
    like
        A registration of ours whose tracks and scales are to be used where the source
        tells none.
    section
        Only this section of the source.
    overwrite
        Whether the target may be there already.

    Returns
    -------
    Converted
        Sections and remarks.

    Raises
    ------
    InputError
        If anything in the source is wrong, or the target needs what it does not tell.
    """
    suffixes = {source.suffix.lower(), target.suffix.lower()}
    if suffixes <= set(YAML):
        msg = f"{source} and {target} are both YAML: there is nothing to convert"
        raise InputError(msg)
    if target.suffix.lower() not in SUFFIXES:
        _refuse_suffix(target)
    inputs = [source, *([like] if like else [])]
    check_places([target], inputs, overwrite=overwrite)
    drafts, remarks = read_drafts(source)
    if section is not None:
        known = listed([draft.section for draft in drafts], 30)
        drafts = tuple(draft for draft in drafts if draft.section == section)
        if not drafts:
            msg = f"{source}: there is no section {section!r}: the file holds {known}"
            raise InputError(msg)
    if like is not None:
        templates = load_registrations(like)
        filled = [fill(draft, templates, like.name) for draft in drafts]
        drafts = tuple(draft for draft, _ in filled)
        remarks += tuple(
            remark for _, filled_remarks in filled for remark in filled_remarks
        )
    lacking = [draft for draft in drafts if draft.missing]
    if lacking and target.suffix.lower() in YAML:
        for draft in drafts:
            if not draft.missing:
                complete(draft, source)
        write_text(target, draft_yaml(drafts))
        remarks += tuple(_incomplete(draft, target) for draft in lacking)
    else:
        registrations = [complete(draft, source) for draft in drafts]
        remarks += write_registrations(target, registrations)
    return Converted(tuple(draft.section for draft in drafts), remarks)


def _incomplete(draft: Draft, target: Path) -> str:
    return (
        f"section {draft.section}: {target.name} is not complete: fill in "
        f"{' and '.join(draft.missing)}, or convert again with --like"
    )


def _by_content(path: Path) -> Callable[[Path], Read]:
    """Return the reader of a text file by how it begins."""
    begin = next((line.strip() for line in read_lines(path) if line.strip()), "")
    if begin.startswith("<"):
        return witsml.read
    first = begin.split(",")[0].strip(' "').upper()
    return rasterlog.read if first in rasterlog.RECORDS else points.read


def _refuse_suffix(path: Path) -> NoReturn:
    msg = f"{path}: no registration format ends so: use {', '.join(SUFFIXES)}"
    raise InputError(msg)

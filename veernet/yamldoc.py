"""YAML whose every value knows its file, line and key, so that an error can say where.

The reader works on the nodes of a document rather than on what they construct: the text
of a value is then at hand as it was written (a well called NO, a date, a number with
leading zeros), duplicate keys are seen, and nothing is ever built from a tag.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml

from veernet.errors import InputError
from veernet.files import check_readable

LARGEST = 16 * 2**20
"""Bytes: a longer file is not text that a person wrote, but most likely the scan."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_NULL, _BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_TRUE = {"true", "yes", "on"}

Choice = TypeVar("Choice", bound=str)


def read_documents(path: Path) -> tuple[Entry, ...]:
    """Read every document of a YAML file; empty ones are left out.

    Raises
    ------
    InputError
        If there is no such file, it is empty, or it is not YAML.
    """
    check_readable(path)
    try:
        if path.stat().st_size > LARGEST:
            msg = f"{path} is too large for a YAML file: is it the scan?"
            raise InputError(msg)
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}): name a YAML file"
        raise InputError(msg) from error
    return documents_in(content, path)


def documents_in(content: bytes, path: Path) -> tuple[Entry, ...]:
    """Read every document of a YAML text, as `read_documents` does of a file.

    Parameters
    ----------
    content
        UTF-8.
    path
        What errors name it by.
    """
    try:
        nodes = list(yaml.compose_all(content, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        msg = f"{path} is not YAML text in UTF-8: {error.reason}"
        raise InputError(msg) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        msg = f"{path}, line {line}: not YAML: {error.problem}"
        raise InputError(msg) from error
    except RecursionError as error:
        msg = f"{path} is nested too deeply to be read"
        raise InputError(msg) from error
    # An escape beyond the last letter, a version of a thousand digits, and the like.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        msg = f"{path} is not YAML: {' '.join(str(error).split())[:120]}"
        raise InputError(msg) from error
    entries = [Entry(path, "", node, node.start_mark.line + 1) for node in nodes]
    found = tuple(entry for entry in entries if not entry.is_null)
    if not found:
        msg = f"{path} holds no YAML document: it is empty"
        raise InputError(msg)
    return found


@dataclass(frozen=True)
class Entry:
    """A value in a YAML file.

    Parameters
    ----------
    file
        That it stands in.
    key
        Dotted path, such as tracks[0].curves[1].scale; empty for a whole document.
    node
        The value, not yet constructed.
    line
        Where its key stands, or itself if it has none, counted from 1.
    """

    file: Path
    key: str
    node: yaml.Node
    line: int

    @property
    def is_null(self) -> bool:
        """Whether nothing is given, or what YAML reads as nothing."""
        return bool(self.node.tag == _NULL)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def refuse(self, text: str) -> NoReturn:
        """Raise an input error that says where this value stands."""
        where = f"{self.key}: " if self.key else ""
        msg = f"{self.file}, line {self.line}: {where}{text}"
        raise InputError(msg)

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Add where this value stands to the input errors of a block."""
        try:
            yield
        except InputError as error:
            if str(error).startswith(f"{self.file}, line "):
                raise
            self.refuse(str(error))

    def mapping(
        self, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Entry]:
        """Return the entries of a mapping in which only these keys may stand.

        Raises
        ------
        InputError
            If it is no mapping, a key is missing, unknown, or given twice.
        """
        known = [*required, *optional]
        found = self.fields()
        for name, entry in found.items():
            if name not in known:
                entry.refuse(_unknown(name, known))
        for name in required:
            if name not in found:
                self.refuse(f"the key {name} is missing: add it")
        return found

    def fields(self) -> dict[str, Entry]:
        """Return the entries of a mapping with any keys."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse(f"{self._shown()} is not a mapping of keys to values")
        prefix = f"{self.key}." if self.key else ""
        found: dict[str, Entry] = {}
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.refuse("a key must be a word, not a list or a mapping")
            line = key.start_mark.line + 1
            entry = Entry(self.file, f"{prefix}{key.value}", value, line)
            if key.value in found:
                entry.refuse(f"the key {key.value} is given twice: keep one")
            found[key.value] = entry
        return found

    def items(self) -> tuple[Entry, ...]:
        """Return the entries of a list, of which there must be one or more."""
        if self.is_null:
            text = "none is given yet: fill in one or more"
            if self.key.endswith("curves"):
                text += ", or take the track out if none is drawn in it"
            self.refuse(text)
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse(f"{self._shown()} is not a list")
        if not self.node.value:
            self.refuse("the list is empty: give one or more")
        return tuple(
            Entry(self.file, f"{self.key}[{index}]", node, node.start_mark.line + 1)
            for index, node in enumerate(self.node.value)
        )

    def text(self) -> str:
        """Return text as it was written, even where YAML would see a number."""
        value = self._scalar()
        if not value.isprintable():
            self.refuse(f"{value!r} must be one line of plain text")
        return value

    def name(self) -> str:
        """Return text that is not blank."""
        value = self.text()
        if not value.strip():
            self.refuse("the name is blank: give one")
        return value

    def number(self) -> float:
        """Return a finite decimal number."""
        written = self._scalar()
        if not _NUMBER.fullmatch(written):
            self.refuse(f"{written!r} is not a finite decimal number")
        if not self._is_plain:
            self.refuse(f"{written!r} is text: write the number without quotes")
        value = float(written)
        if not math.isfinite(value):
            self.refuse(f"{written} is too large to be a number here")
        return value

    def integer(self) -> int:
        """Return a whole number."""
        value = self.number()
        if not value.is_integer():
            self.refuse(f"{self._scalar()} is not a whole number")
        return int(value)

    def flag(self) -> bool:
        """Return true or false."""
        written = self._scalar()
        if self.node.tag != _BOOL:
            self.refuse(f"{written!r} is neither true nor false")
        return written.lower() in _TRUE

    def choice(self, options: Collection[Choice]) -> Choice:
        """Return one of several words."""
        written = self._scalar()
        chosen = next((option for option in options if option == written), None)
        if chosen is None:
            near = difflib.get_close_matches(written.lower(), options, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            self.refuse(f"{written!r} is not one of {', '.join(options)}{hint}")
        return chosen

    @property
    def _is_plain(self) -> bool:
        """Whether a value is written without quotes."""
        return isinstance(self.node, yaml.ScalarNode) and not self.node.style

    def _scalar(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse(f"{self._shown()} stands where one value belongs")
        if self.is_null:
            text = "no value is given: fill it in, or leave the key out"
            if self.key.endswith("colour"):
                text += " (# begins a comment: put a colour in quotes)"
            self.refuse(text)
        return str(self.node.value)

    def _shown(self) -> str:
        if isinstance(self.node, yaml.ScalarNode):
            return repr(self.node.value)
        return "a list" if self.is_list else "a mapping"


def _unknown(name: str, known: Collection[str]) -> str:
    """Say what might have been meant by a key that is not known."""
    if name.lower() in {"null", "~", ""} and "null_value" in known:
        return "YAML reads the key null as nothing: write null_value"
    near = difflib.get_close_matches(name.lower(), known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"the key {name!r} is not known here: {hint}"

"""XML whose every element knows its file, line and place, and which cannot do harm.

Entities and external references need a document type declaration: a declaration is
refused as soon as it begins, so that neither is ever defined, expanded or fetched. This
is done with the parser of the standard library (expat), because it alone tells lines;
the usual guard around it, defusedxml, has had no release since 2021 and would bring
nothing more here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from veernet.errors import InputError
from veernet.formats.text import as_number, read_bytes

DEEPEST = 64
"""Elements within elements; a registration has six."""


SHOWN = 100
"""Characters at either end of where an element stands that a message shows."""


@dataclass(eq=False)
class Element:
    """An element of an XML file.

    Parameters
    ----------
    file, line
        Where it begins, lines counted from 1.
    name
        Without its namespace, which differs between versions of one standard.
    namespace
        As a URI; empty if there is none.
    attributes
        By their names, without namespace.
    parent
        None for the root.
    """

    file: Path
    line: int
    name: str
    namespace: str
    attributes: dict[str, str]
    parent: Element | None = field(default=None, repr=False)
    elements: list[Element] = field(default_factory=list, repr=False)
    parts: list[str] = field(default_factory=list, repr=False)
    used: bool = False

    @property
    def key(self) -> str:
        """Path from the root, as in LogSection[1].Track.LeftEdge; empty for it."""
        if self.parent is None:
            return ""
        alike = [e for e in self.parent.elements if e.name == self.name]
        place = f"[{alike.index(self)}]" if len(alike) > 1 else ""
        return f"{self.parent.key}.{self.name}{place}".lstrip(".")

    def refuse(self, text: str) -> NoReturn:
        """Raise an input error that says where this element stands."""
        key = self.key or self.name
        if len(key) > 2 * SHOWN:
            key = f"{key[:SHOWN]}...{key[-SHOWN:]}"
        msg = f"{self.file}, line {self.line}: {key}: {text}"
        raise InputError(msg)

    def all(self, name: str) -> list[Element]:
        """Return the children of a name, and mark them as used."""
        found = [element for element in self.elements if element.name == name]
        for element in found:
            element.used = True
        return found

    def find(self, name: str) -> Element | None:
        """Return the child of a name, or None.

        Raises
        ------
        InputError
            If there are several.
        """
        found = self.all(name)
        if len(found) > 1:
            found[1].refuse(f"{name} is given {len(found)} times: keep one")
        return found[0] if found else None

    def need(self, name: str) -> Element:
        """Return the child of a name, which must be there."""
        found = self.find(name)
        if found is None:
            self.refuse(f"{name} is missing: add it")
        return found

    def text(self) -> str:
        """Return the text, without the white space around it."""
        return "".join(self.parts).strip(" \t\r\n")

    def text_of(self, name: str) -> str:
        """Return the text of a child, empty if there is none."""
        found = self.find(name)
        return found.text() if found else ""

    def number(self) -> float:
        """Return a finite decimal number."""
        value = as_number(self.text())
        if value is None:
            self.refuse(f"{self.text()[:40]!r} is not a finite decimal number")
        return value

    def skip(self, name: str) -> None:
        """Mark the children of a name, and all within them, as used."""
        for element in self.all(name):
            for below in element.elements:
                element.skip(below.name)

    def unused(self) -> Iterator[str]:
        """Return the names of what no reader asked for, topmost elements only."""
        for element in self.elements:
            if not element.used:
                yield element.name
            else:
                yield from element.unused()


def read_xml(path: Path) -> Element:
    """Read an XML file.

    Returns
    -------
    Element
        The root.

    Raises
    ------
    InputError
        If it cannot be read, is not well-formed, or declares a document type.
    """
    content = read_bytes(path)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        parent = stack[-1] if stack else None
        line = parser.CurrentLineNumber
        element = Element(path, line, local, namespace, plain, parent)
        if len(stack) >= DEEPEST:
            element.refuse("elements are nested too deeply to be a registration")
        (parent.elements if parent else roots).append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def text(part: str) -> None:
        stack[-1].parts.append(part)

    def doctype(*_: object) -> None:
        msg = (
            f"{path}, line {parser.CurrentLineNumber}: declares a document type; "
            "entities and external references are not read: remove the declaration"
        )
        raise InputError(msg)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        msg = f"{path}, line {error.lineno}: not XML: {reason}"
        raise InputError(msg) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        msg = f"{path}: not XML in an encoding that can be read: use UTF-8"
        raise InputError(msg) from error
    return roots[0]

"""What is found wrong or odd about a registration, or about a reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MOST_OF_A_KIND = 3
"""Notes of one kind that are told each; the others are counted."""


@dataclass(frozen=True)
class Finding:
    """One thing to look at.

    Parameters
    ----------
    section
        Of the registration.
    what
        What is odd, and where: row, column, depth.
    do
        What to do about it; empty where that is plain.
    severe
        Whether a curve would be wrong; else it is a note.
    weight
        Of findings of one rank the heavier ones are told first.
    kind
        The same for findings of one kind; one word, or two with a hyphen.
    curves
        Mnemonics of the curves that it is about.
    rows
        First and last registered row of the stretch that it is about.
    depths
        The depths of these rows.
    columns
        The lowest and the highest column of the page where it is.
    """

    section: str
    what: str
    do: str
    severe: bool = False
    weight: float = 0.0
    kind: str = "registration"
    curves: tuple[str, ...] = ()
    rows: tuple[int, int] | None = None
    depths: tuple[float, float] | None = None
    columns: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """What is odd and what to do, for those who know the section."""
        return f"{self.what}: {self.do}" if self.do else self.what

    @property
    def line(self) -> str:
        """The finding as one line, its rank first."""
        rank = "wrong" if self.severe else "note"
        return f"{rank}: {self.section}: {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """Return what is known of it, ready for JSON; what is not known is None."""
        kept = ("kind", "curves", "rows", "depths", "columns")
        return {name: asdict(self)[name] for name in kept} | {"text": self.text}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], section: str) -> Finding:
        """Take what `to_dict` gave; it weighs as much as it has rows."""

        def pair(name: str) -> tuple[Any, Any] | None:
            match stored.get(name):
                case [int() | float() as first, int() | float() as last]:
                    return first, last
            return None

        rows = pair("rows")
        return cls(
            section,
            str(stored.get("text", "")),
            "",
            weight=0.0 if rows is None else float(rows[1] - rows[0] + 1),
            kind=str(stored.get("kind", "registration")),
            curves=tuple(map(str, stored.get("curves") or ())),
            rows=rows,
            depths=pair("depths"),
            columns=pair("columns"),
        )


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order in which they should be read."""
    return tuple(sorted(findings, key=lambda f: (not f.severe, -f.weight)))


def cut_short(findings: Sequence[Finding], more: str) -> tuple[Finding, ...]:
    """Return findings of one kind, of the notes only the heaviest and how many more.

    Parameters
    ----------
    findings
        Of one section.
    more
        What the others are, after their number.
    """
    ordered = worst_first(findings)
    kept = sum(finding.severe for finding in ordered) + MOST_OF_A_KIND
    rest = ordered[kept:]
    if len(rest) < 2:
        return ordered
    stored = Finding(rest[0].section, f"{len(rest)} more {more}", rest[0].do)
    return (*ordered[:kept], stored)

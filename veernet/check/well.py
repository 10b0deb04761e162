"""The fields of the well: those that no LAS knows, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veernet.check.finding import Finding
from veernet.records import Registration
from veernet.register.heading.kinds import implausible
from veernet.wellfields import unknown_field

NAMES = {"WELL", "COMP", "FLD"}
"""Fields that may hold anything."""


def check_wells(registrations: Sequence[Registration]) -> Iterator[Finding]:
    """Yield a note for each field of the well that is odd, once for all sections."""
    reported: set[tuple[str, str]] = set()
    for registration in registrations:
        for name, value in registration.well.items():
            if (name, value) in reported or not value.strip():
                continue
            reported.add((name, value))
            key = name.strip().upper()
            odd = unknown_field(name)
            if odd is not None:
                yield Finding(registration.section, f"well: {odd}", "", kind="well")
            doubt = None if key in NAMES else implausible(key, value)
            if doubt is not None:
                what, do = f"well: {key} {value!r}: {doubt}", "is it typed right?"
                yield Finding(registration.section, what, do, kind="well")

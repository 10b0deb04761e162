"""What an output was made from: enough to make it again, or to doubt it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Provenance:
    """Which scan, registration, weights and version made an output.

    Parameters
    ----------
    scan, registration, weights
        Names of the files without their folders; ``unknown`` where it is not known, as
        after an edit with a tool that drops the metadata of a trace file.
    scan_sha256, registration_sha256, weights_sha256
        SHA-256 of their bytes, in hexadecimal.
    version
        Of veernet.
    tracer
        dp or skeleton.
    edits
        Tables of edits that were applied, in their order, each with its SHA-256; empty
        where there was none.
    resolution
        Of the scan, dots an inch across and down as its file states them: 200 x 200.
    history
        What was done so far, a line for each deed with its day; for the audit trail.
    """

    scan: str = UNKNOWN
    scan_sha256: str = UNKNOWN
    registration: str = UNKNOWN
    registration_sha256: str = UNKNOWN
    weights: str = UNKNOWN
    weights_sha256: str = UNKNOWN
    version: str = UNKNOWN
    tracer: str = UNKNOWN
    edits: str = ""
    resolution: str = UNKNOWN
    history: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, known: Mapping[str, str]) -> Provenance:
        """Take the fields from a mapping; other keys are left, missing ones unknown."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: text for name, text in known.items() if name in names})

    def edited_with(self, name: str, sha256: str) -> Provenance:
        """Return the same with one more table of edits."""
        described = f"{name}, SHA-256 {sha256}"
        return replace(self, edits="; ".join(filter(None, (self.edits, described))))

    def done_on(self, when: datetime, deeds: Sequence[str]) -> Provenance:
        """Return the same with more deeds in its history, each with the day."""
        lines = [f"{when:%Y-%m-%d}: {' '.join(deed.split())}" for deed in deeds]
        history = "\n".join([*self.history.splitlines(), *lines])
        return replace(self, history=history)

    def lines(self) -> tuple[str, ...]:
        """Return sentences for a person, one for each thing that has a part in it."""
        edits = (f"Edits: {self.edits}",) if self.edits else ()
        return (
            f"Digitised from a scan by veernet {self.version}, tracer {self.tracer}.",
            f"Scan: {self.scan}, SHA-256 {self.scan_sha256}",
            f"Registration: {self.registration}, SHA-256 {self.registration_sha256}",
            f"Weights: {self.weights}, SHA-256 {self.weights_sha256}",
            *edits,
        )

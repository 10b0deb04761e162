"""What is proposed for the depths of a section, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field

from veernet.axes import DepthPoint
from veernet.errors import InputError
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.printscale import Unit

STATED = 0.9
"""Confidence from which a depth is stated rather than suggested."""

_FULL_CONFIDENCE = 0.98


@dataclass(frozen=True)
class DepthProposal:
    """Depth points of a section, what they rest on, and how far to trust them.

    Parameters
    ----------
    points
        Two or more, row and depth strictly increasing; none where refused.
    confidence
        0 to 1: that no depth between the points is wrong by more than half a unit
        and a tenth, or by two rows where these are more.
    unit
        ft or m, None where it cannot be told.
    scale
        Rows per depth unit.
    step, line_step
        Depth units between numerals and between lines; None where not known.
    used, dropped
        The numerals that agree with the depths, and those that do not.
    residuals
        Depth units by which the used numerals stand off their lines, the offset that
        all have in common removed.
    notes
        What lowers the confidence, one sentence each.
    minor
        Those of them that do not decide it, as another lowers it more.
    asked
        Those of them that a person is to decide, however sure the depths are.
    refusal
        Why nothing is proposed, and what to do, in one sentence.
    """

    points: tuple[DepthPoint, ...] = ()
    confidence: float = 0.0
    unit: Unit | None = None
    scale: float | None = None
    step: float | None = None
    line_step: float | None = None
    used: tuple[Numeral, ...] = ()
    dropped: tuple[Numeral, ...] = ()
    residuals: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    refusal: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            msg = f"the confidence {self.confidence:g} of depths is not in 0 to 1"
            raise InputError(msg)
        if (self.refusal is None) != (len(self.points) >= 2):
            msg = f"{len(self.points)} depth points and refusal {self.refusal!r}"
            raise InputError(msg)

    @property
    def stated(self) -> bool:
        """Whether the depths may be taken without a look."""
        return self.refusal is None and self.confidence >= STATED


@dataclass
class Doubts:
    """What may be wrong with a proposal: the lowest ceiling and all reasons."""

    confidence: float = _FULL_CONFIDENCE
    notes: list[str] = field(default_factory=list)
    ceilings: list[float] = field(default_factory=list)

    def cap(self, confidence: float, note: str) -> None:
        """Put a ceiling on the confidence, and say why."""
        self.confidence = min(self.confidence, confidence)
        self.notes.append(note)
        self.ceilings.append(confidence)

    @property
    def minor(self) -> tuple[str, ...]:
        """Notes whose ceiling is above the lowest one."""
        limits = zip(self.notes, self.ceilings, strict=True)
        return tuple(note for note, ceiling in limits if ceiling > self.confidence)

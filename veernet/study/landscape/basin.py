"""The half-width of a basin: how far along a direction until a probe rises by a step.

It is a measure of flatness on a scale that a person can judge: with filter-normalised
directions, the share of its own length by which every filter moves before, say, the
mean IoU falls by five hundredths.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from veernet.errors import InputError
from veernet.losses.inputs import check_positive
from veernet.study.landscape.probes import (
    CURVE,
    LOSS,
    MATCHED,
    MIOU,
    Batch,
    Probes,
    Reading,
    class_counts,
)
from veernet.study.landscape.slices import SliceLine, check_ladder

if TYPE_CHECKING:
    from torch import Tensor, nn

    from veernet.study.landscape.record import Settings

TOLERANCE = 0.02
"""Relative error of the rise, or of the width, at which a search ends."""
TRIALS = 4
"""Readings that a search may take within its bracket."""
SHORTEST = 2.0**-12
"""Share of the ladder's first rung below which no crossing is looked for."""


@dataclass(frozen=True)
class Basin:
    """Half-widths of one probe along several directions, to both sides.

    Parameters
    ----------
    step
        Rise of the probe that ends the basin, in the probe's unit.
    largest
        Last step of the ladder.
    widths
        For each direction the half-width towards minus and towards plus, in multiples
        of the direction; None where the probe had not risen so far at ``largest``.
    """

    step: float
    largest: float
    widths: tuple[tuple[float | None, float | None], ...]

    @property
    def sides(self) -> list[float]:
        """All half-widths, ``largest`` in the place of those that are longer."""
        return [
            self.largest if width is None else width
            for pair in self.widths
            for width in pair
        ]

    @property
    def censored(self) -> int:
        """How many sides never reached the step: their widths are at least largest."""
        return sum(width is None for pair in self.widths for width in pair)

    @property
    def mean(self) -> float:
        """Mean half-width; too small where sides are censored."""
        return statistics.fmean(self.sides)

    @property
    def median(self) -> float | None:
        """Median half-width; None where half of the sides or more are censored."""
        if 2 * self.censored >= len(self.sides):
            return None
        return statistics.median(self.sides)

    @property
    def spread(self) -> float | None:
        """Standard deviation over directions of the mean of both sides; None for one.

        Divided by the root of their number, it is the standard error of the mean.
        """
        means = [statistics.fmean(pair) for pair in self._pairs()]
        return statistics.stdev(means) if len(means) > 1 else None

    def _pairs(self) -> list[tuple[float, float]]:
        sides = self.sides
        return list(zip(sides[::2], sides[1::2], strict=True))


def basin(
    lines: Sequence[SliceLine], probe: str, step: float, ladder: Sequence[float]
) -> Basin:
    """Measure the half-widths of a probe along lines.

    Parameters
    ----------
    lines
        Whose readings are shared with other probes and with the slices.
    probe
        Its name in the readings.
    step
        Rise over the value at 0 that ends the basin.
    ladder
        Steps that are tried until the probe has risen, from short to long. A basin that
        ends and begins again between two of them is not seen.

    Raises
    ------
    InputError
        If there are no lines, the probe is not among the readings, the step is not
        above zero, or the ladder does not rise.
    """
    if not lines:
        msg = "there are no lines: give one or more"
        raise InputError(msg)
    return Basin(
        step=step,
        largest=float(ladder[-1]),
        widths=tuple(
            (_side(x, probe, step, ladder, -1), _side(x, probe, step, ladder, 1))
            for x in lines
        ),
    )


def _side(
    line: SliceLine, probe: str, step: float, ladder: Sequence[float], sign: int
) -> float | None:
    base = line(0.0)
    if probe not in base:
        msg = f"probe {probe!r} was not read: there are {', '.join(base)}"
        raise InputError(msg)
    return half_width(lambda d: line(sign * d)[probe] - base[probe], step, ladder)


def half_width(
    rise: Callable[[float], float],
    step: float,
    ladder: Sequence[float],
    *,
    tolerance: float = TOLERANCE,
    trials: int = TRIALS,
) -> float | None:
    """Return the distance at which a rise reaches a step, by bracketing and bisection.

    The bracket is the first rung of the ladder that reaches the step and the rung
    before. Within it, every other trial is where a power law through both ends reaches
    the step, exact at once for a rise that goes with any power of the distance; those
    between halve the bracket (in the logarithm), however ill-behaved the rise is.

    Parameters
    ----------
    rise
        Maps a distance above 0 to the rise over the value at 0. What is not finite
        counts as having reached any step.
    step
        Above 0.
    ladder
        Distances, rising from above 0.
    tolerance
        The search ends at a relative error of the rise, or of the distance, below it.
    trials
        After so many it ends in any case, with the power law through the last bracket.

    Returns
    -------
    float or None
        None where the last rung does not reach the step: censored.

    Raises
    ------
    InputError
        If the step is not above zero, or the ladder does not rise.
    """
    check_positive(step=step)
    check_ladder(ladder)
    # ``not <`` throughout: NaN has reached the step.
    reaching = next((i for i, d in enumerate(ladder) if not rise(d) < step), None)
    if reaching is None:
        return None
    outer = float(ladder[reaching])
    inner = float(ladder[reaching - 1]) if reaching else outer / 2
    while not rise(inner) < step:
        if inner < SHORTEST * ladder[0]:
            return inner
        inner, outer = inner / 2, inner
    low, high = (inner, rise(inner)), (outer, rise(outer))
    for trial in range(trials):
        if abs(high[1] - step) <= tolerance * step:
            return high[0]
        if high[0] / low[0] <= 1 + tolerance:
            break
        between = math.sqrt(low[0] * high[0])
        at = between if trial % 2 else power_law(low, high, step) or between
        found = (at, rise(at))
        if abs(found[1] - step) <= tolerance * step:
            return at
        low, high = (found, high) if found[1] < step else (low, found)
    return power_law(low, high, step) or math.sqrt(low[0] * high[0])


def power_law(
    low: tuple[float, float], high: tuple[float, float], step: float
) -> float | None:
    """Return where a power of the distance through two points reaches a step.

    None where no power goes through them: a rise that is not positive or not finite.
    """
    if not (0 < low[1] < high[1] < math.inf):
        return None
    exponent = math.log(high[1] / low[1]) / math.log(high[0] / low[0])
    at = low[0] * float((step / low[1]) ** (1 / exponent))
    return min(max(at, low[0]), high[0])


OWN = "own"
"""Name of the loss that the network was trained with, among the probes' losses."""


def basin_steps(
    batches: Sequence[Batch],
    probes: Probes,
    origin: Reading,
    settings: Settings,
) -> dict[str, float]:
    """Return the rise that ends the basin of each probe.

    Parameters
    ----------
    batches, probes
        As of the reading.
    origin
        The reading at the weights.
    settings
        The share or size of each step.

    Returns
    -------
    dict
        In the unit of each probe. What has no step has no basin: cross-entropy where
        the masks show one class alone, and an own loss that is no better than guessing.
    """
    count = class_counts(batches, probes.classes, probes.ignore_index)
    share = count / count.sum()
    entropy = float(torch.special.entr(share).sum())
    steps = {MIOU: settings.miou_step, CURVE: settings.curve_step}
    steps = {probe: step for probe, step in steps.items() if probe in origin}
    if entropy > 0:
        steps[MATCHED] = settings.entropy_step * entropy
    if OWN in probes.losses:
        guess = guessing(batches, share, probes.losses[OWN])
        if guess > origin[LOSS + OWN]:
            steps[LOSS + OWN] = settings.own_step * (guess - origin[LOSS + OWN])
    return steps


def guessing(batches: Sequence[Batch], share: Tensor, loss: nn.Module) -> float:
    """Return the mean loss of saying everywhere the (classes,) share of each class."""
    values = []
    for batch in batches:
        mask = batch["mask"]
        prior = share.clamp_min(torch.finfo(torch.float32).eps).log().to(mask.device)
        shape = (mask.shape[0], len(share), *mask.shape[1:])
        values.append(float(loss(prior.view(1, -1, 1, 1).expand(shape), mask)))
    return sum(values) / len(values)

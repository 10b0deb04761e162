"""What the claims of trained runs share: a study, and its draws by profile and set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from veernet.axes import Floats
from veernet.study.arms import (
    Arm,
    RunProvenance,
    best_profile,
    of_profile,
    profiles,
    provenance,
    runs_of,
    wanting,
)
from veernet.study.measures import Measure, Resampled, common_seeds
from veernet.study.results import Study
from veernet.study.statistics import COUNT, Estimate

SETS: tuple[Literal["held-out", "test"], ...] = ("held-out", "test")

READING = "skeleton"
"""How curves are read where a claim is about their error: as the references do, from
the mask of what is more probable than not. (Of three classes the most probable may be
less than that: such pixels count in the overlap, and are not read here.) The other
readings stand beside it."""

READINGS = ("skeleton", "dp", "rows")


class StudyComparison:
    """A study on which claims are tested.

    Parameters
    ----------
    study
        Of any profiles; they are never mixed.
    rng
        Of all draws; each profile and set has a stream of its own.
    count
        Number of draws.
    """

    def __init__(
        self, study: Study, rng: np.random.Generator, count: int = COUNT
    ) -> None:
        self.study = study
        self.count = count
        self.rng, *streams = rng.spawn(1 + len(profiles(study)) * len(SETS))
        keys = [(profile, which) for profile in profiles(study) for which in SETS]
        self._streams = dict(zip(keys, streams, strict=True))
        self._made: dict[tuple[str, str], Resampled] = {}

    def on(self, profile: str, which: Literal["held-out", "test"]) -> Resampled:
        """Return the figures of a profile's runs on a set, drawn once."""
        key = (profile, which)
        if key not in self._made:
            own = of_profile(self.study, profile)
            self._made[key] = Resampled(own, which, self._streams[key], self.count)
        return self._made[key]

    def field(self, arms: Sequence[Arm]) -> Field | tuple[str, ...]:
        """Return arms in the best profile that has them all, or what to run first."""
        profile = best_profile(self.study, arms)
        if profile is None:
            return wanting(self.study, arms)
        scored = self.on(profile, "test")
        found = {arm: runs_of(scored.runs, arm) for arm in arms}
        common = common_seeds(
            [runs for arm, runs in found.items() if arm.loss != "none"]
        )
        kept = {
            arm: runs if arm.loss == "none" else {seed: runs[seed] for seed in common}
            for arm, runs in found.items()
        }
        return Field(scored, kept)


@dataclass(frozen=True)
class Field:
    """Arms of one profile with the same seeds, on the unseen-seed test set.

    Parameters
    ----------
    scored
        Figures draw by draw.
    runs
        Of each arm by seed.
    """

    scored: Resampled
    runs: dict[Arm, dict[int, str]]

    @property
    def provenance(self) -> RunProvenance:
        """What produced the figures."""
        names = [run for runs in self.runs.values() for run in runs.values()]
        return provenance(self.scored.runs, names)

    @property
    def seeds(self) -> int:
        """How many seeds the trained arms have."""
        return max(len(runs) for runs in self.runs.values())

    def estimate(self, arm: Arm, measure: Measure) -> Estimate:
        """Return an arm's figure."""
        return self.scored.estimate(self.runs[arm], measure)

    def mean(self, arm: Arm, measure: Measure) -> Floats:
        """Return an arm's figure draw by draw, (2, 1 + count)."""
        return self.scored.mean(self.runs[arm], measure)

    def difference(self, one: Arm, other: Arm, measure: Measure) -> Estimate:
        """Return one arm less another, paired by seed and by picture."""
        return self.contrast([(1.0, one), (-1.0, other)], measure)

    def contrast(
        self, parts: Sequence[tuple[float, Arm]], measure: Measure
    ) -> Estimate:
        """Return a weighted sum of arms, as of a difference of differences."""
        by_seed = [(weight, self.runs[arm]) for weight, arm in parts]
        return self.scored.contrast(by_seed, measure)

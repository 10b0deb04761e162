"""All that a run measured, and what follows from it: bars and paired comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter

from benchmark.agreement import Agreement, Identity
from benchmark.bars import Bar
from benchmark.definitions import (
    AllPairsSet,
    AnySet,
    Definition,
    EnginesSet,
    IdentitySet,
    PairSet,
    RealPlotSet,
    SpeedSet,
    StabilitySet,
)
from benchmark.methods import OURS, PERFECT_NAMES, PERFECT_NETWORK, WITH_NETWORK
from benchmark.paired import Errors, Paired, compare, errors_of, paired_verdicts
from benchmark.samples import SampleScore
from benchmark.scoring import CurveScore
from benchmark.speed import Speed
from benchmark.stability import Change
from benchmark.summary import Summary, Verdict, judge, summarise, verdicts
from benchmark.sums import SampleSum, sample_verdicts, sum_all

ALL_PAIRS = "all pairs"

STUCK = 0.5
"""Share of this tool's spread below which the reading of a baseline is taken for stuck
on a line of the grid: it agrees with itself, and has read nothing."""

SAME_INK = 0.5
"""Share of its rows on the ink of another curve from which the reading of a baseline is
taken for that one's, where this tool's is not: it agrees, and has the wrong name."""


@dataclass(frozen=True)
class Stages:
    """Where the loss of a set lies: shares of all rows within 3 px.

    Parameters
    ----------
    test
        The set.
    hit, perfect_names, perfect_network
        By the tool as it is, with the best names for its paths, and with evidence that
        is drawn from the truth; None where that was not tried.
    names_share
        Of the rows that the tool misses, those that perfect names would win.
    """

    test: str
    hit: float
    perfect_names: float
    perfect_network: float | None
    names_share: float | None


@dataclass(frozen=True)
class Results:
    """What was measured.

    Parameters
    ----------
    network
        Name of the network.
    sets
        That were run, in the order of the definitions.
    scores, samples, agreements, identities, changes, speeds
        Of curves with a truth, of those of real plots, of pairs, of identities, of what
        changes with noise or the engine, of the whole command.
    """

    network: str
    sets: tuple[AnySet, ...]
    scores: tuple[CurveScore, ...] = ()
    samples: tuple[SampleScore, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    identities: tuple[Identity, ...] = ()
    changes: tuple[Change, ...] = ()
    speeds: tuple[Speed, ...] = field(default=())

    @cached_property
    def summaries(self) -> list[Summary]:
        """Of the curves with a truth."""
        return summarise(self.scores)

    @cached_property
    def sums(self) -> list[SampleSum]:
        """Of the real plots, over samples."""
        return sum_all(self.samples)

    @cached_property
    def stages(self) -> list[Stages]:
        """Where the loss of each generated set lies."""
        rows = {
            (s.test, s.method): s.hit_3px_rows.mean
            for s in self.summaries
            if s.group == "all"
        }
        found = []
        for given in self.sets:
            ours = rows.get((given.name, OURS))
            named = rows.get((given.name, PERFECT_NAMES))
            if ours is None or named is None:
                continue
            lost = (named - ours) / (1 - ours) if ours < 1 else None
            network = rows.get((given.name, PERFECT_NETWORK))
            found.append(Stages(given.name, ours, named, network, lost))
        return found

    @cached_property
    def paired(self) -> list[Paired]:
        """Against the best baseline, on each set and on all pairs together."""
        return [each for each in self._paired() if each is not None]

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """Every bar, met or missed, set by set."""
        return [verdict for given in self.sets for verdict in self._verdicts(given)]

    def _meets(self, agreed: Agreement) -> bool:
        """Whether a curve of a pair meets all bars of the pair."""
        bars = next(s.bars for s in self.sets if s.name == agreed.test)
        return all(bar.met(_number(agreed, bar.figure)) for bar in bars)

    def _paired(self) -> Iterator[Paired | None]:
        for test, name, errors in self._errors():
            yield compare(test, name, errors)
            bare = {m: own for m, own in errors.items() if m not in WITH_NETWORK}
            yield compare(test, name, bare, among="without the network")

    def _errors(self) -> Iterator[tuple[str, str, Errors]]:
        """Yield a set, the name of an error, and it by method, page and curve."""
        for given in self.sets:
            for filled, name in ((False, "MAE"), (True, "MAE, gaps filled")):
                yield (
                    given.name,
                    name,
                    errors_of(self.scores, given.name, filled=filled),
                )
            found: Errors = {
                i.method: {(i.test, ""): i.median_px}
                for i in self.identities
                if i.test == given.name
            }
            yield given.name, "median difference", found
        ours = {(a.test, a.curve): a for a in self.agreements if a.method == OURS}
        found = {}
        for a in self.agreements:
            key = a.test, a.curve
            stuck = a.spread < STUCK * ours[key].spread
            borrowed = a.same_ink > SAME_INK >= ours[key].same_ink
            unread = stuck or borrowed
            found.setdefault(a.method, {})[key] = None if unread else a.median_px
        yield ALL_PAIRS, "median difference", found

    def _verdicts(self, given: AnySet) -> Iterator[Verdict]:
        if isinstance(given, PairSet):
            yield from self._of_pair(given)
        elif isinstance(given, AllPairsSet):
            yield from (self._of_all_pairs(given, bar) for bar in given.bars)
        elif isinstance(given, RealPlotSet):
            yield from sample_verdicts(given, self.samples)
        elif isinstance(given, StabilitySet | EnginesSet):
            yield from self._of_changes(given)
        elif isinstance(given, IdentitySet):
            yield from _judged(
                given, [i for i in self.identities if i.method == OURS], given.bars
            )
        elif isinstance(given, SpeedSet):
            yield from _judged(given, self.speeds, given.bars)
        else:
            yield from verdicts(given, self.summaries)
        for p in self.paired:
            if p.test == given.name:
                yield from paired_verdicts(given, p)

    def _of_pair(self, given: PairSet) -> Iterator[Verdict]:
        for a in self.agreements:
            if (a.test, a.method) == (given.name, OURS):
                for bar in given.bars:
                    verdict = judge(given, bar, _number(a, bar.figure))
                    yield replace(verdict, bar=f"{a.curve}: {verdict.bar}")

    def _of_all_pairs(self, given: AllPairsSet, bar: Bar) -> Verdict:
        """Judge how many curves of pairs meet all bars of their pair."""
        met = [self._meets(a) for a in self.agreements if a.method == OURS]
        verdict = judge(given, bar, float(sum(met)) if met else None)
        return replace(verdict, bar=f"of {len(met)} curves, {verdict.bar}")

    def _of_changes(self, given: StabilitySet | EnginesSet) -> Iterator[Verdict]:
        """Judge the worst curve by each thing that changes."""
        own = [c for c in self.changes if c.test == given.name]
        for change in dict.fromkeys(c.change for c in own):
            mine = [c for c in own if c.change == change]
            for bar in given.bars:
                worst = max(mine, key=attrgetter(bar.figure))
                verdict = judge(given, bar, _number(worst, bar.figure))
                words = f"{change}: worst curve ({worst.curve} of {worst.section})"
                yield replace(verdict, bar=f"{words}, {verdict.bar}")


def _judged(
    given: Definition, records: Sequence[Identity | Speed], bars: Sequence[Bar]
) -> Iterator[Verdict]:
    """Judge the records of a set."""
    for record in records:
        if record.test == given.name:
            yield from (judge(given, b, _number(record, b.figure)) for b in bars)


def _number(record: object, figure: str) -> float | None:
    value = getattr(record, figure)
    return None if value is None else float(value)

"""Drive a run: hand shards to workers until each is committed, or nothing can be.

Any number of drivers may run one folder of results, on any machine that sees it: what
one reads another leaves alone, as long as there is anything else to do.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from veernet.archive.ledger import Ledger, Shard
from veernet.archive.pools import WorkerPool
from veernet.archive.reader import Event
from veernet.archive.records import Stop
from veernet.archive.shardwork import is_worked_at

FIRST = 20
"""Logs: if so many are the first to end, and all end badly for one reason, it is not
they who are to blame."""

TICK = 0.5
"""Seconds between two looks at what other drivers have done."""

WAITING = 2.0
"""Seconds until a shard is looked at again that others are about to finish."""

MOST_DEATHS = 20
"""Of workers of an engine, one after another with no log between, that end a run."""

Watch = Callable[[Event], None]
"""Told every event, and ``tick`` between."""


class Rule:
    """Stops a run whose first logs all end badly for one reason.

    Parameters
    ----------
    most
        How many; 0 to go on whatever happens.
    """

    def __init__(self, most: int = FIRST) -> None:
        self._left = most
        self._reasons: Counter[str] = Counter()
        self._last = ""

    def see(self, event: Event) -> None:
        """Look at a log that has ended.

        Raises
        ------
        Stop
            If it is the last of so many.
        """
        if self._left <= 0:
            return
        self._reasons[event["reason"]] += 1
        self._left -= 1
        if event["outcome"] in {"done", "doubt"} or len(self._reasons) > 1:
            self._left = 0
        elif self._left == 0:
            count = self._reasons.total()
            msg = (
                f"stopped: the first {count} logs all ended as {event['outcome']} "
                f"({event['reason']}), the last one because: {event['detail']}. Mend "
                "it, run again, and then veernet archive retry for these; or go on "
                "with --keep-going"
            )
            raise Stop(msg)


@dataclass
class _Desk:
    """Which shards are open, who reads them, and which are to be read."""

    queue: deque[Shard]
    open: dict[Shard, set[int]] = field(default_factory=dict)
    busy: dict[int, Shard] = field(default_factory=dict)
    later: dict[Shard, float] = field(default_factory=dict)
    helped: set[Shard] = field(default_factory=set)
    deaths: int = 0


def drive(ledger: Ledger, pool: WorkerPool, watch: Watch, rule: Rule) -> None:
    """Read all shards that are not committed.

    Parameters
    ----------
    ledger
        Of the folder of results.
    pool
        Reads shards.
    watch
        Told what happens.
    rule
        Stops it where all goes wrong.

    Raises
    ------
    Stop
        If something general is wrong; what was done stays done.
    RuntimeError
        If there is a defect in what reads shards.
    """
    done = ledger.committed()
    desk = _Desk(deque(s for s in ledger.shards() if s not in done))
    while True:
        _hand_out(ledger, pool, desk)
        if not desk.busy and not desk.queue and not desk.later:
            return
        for slot, event in pool.events(TICK):
            _take(ledger, desk, slot, event, rule)
            watch(event)
        watch({"event": "tick"})


def _hand_out(ledger: Ledger, pool: WorkerPool, desk: _Desk) -> None:
    for slot in range(pool.slots):
        if slot in desk.busy:
            continue
        found = _next(ledger, desk)
        if found is None:
            return
        shard, backwards = found
        desk.busy[slot] = shard
        desk.open.setdefault(shard, set()).add(slot)
        pool.give(slot, shard, backwards=backwards)


def _next(ledger: Ledger, desk: _Desk) -> tuple[Shard, bool] | None:
    """Return a shard that is to be read, and whether from its end."""
    while desk.queue:
        shard = desk.queue.popleft()
        if ledger.is_committed(shard):
            continue
        if not is_worked_at(ledger.work_folder(shard)):
            return shard, False
        # Another driver's: it is left alone as long as there is anything else.
        desk.later[shard] = 0.0
    now = time.monotonic()
    for shard, when in sorted(desk.later.items()):
        if ledger.is_committed(shard):
            del desk.later[shard]
        elif when <= now:
            del desk.later[shard]
            return shard, True
    return _to_help(ledger, desk)


def _to_help(ledger: Ledger, desk: _Desk) -> tuple[Shard, bool] | None:
    """Return an open shard that is to be read from its end, each of them once.

    Who has gone through all logs of a shard has nothing more to do there.
    """
    for shard in sorted(desk.open.keys() - desk.helped):
        desk.helped.add(shard)
        alone = ledger.plan(shard.plan).sizes()[shard.number] == 1
        if not alone and not ledger.is_committed(shard):
            return shard, True
    return None


def _take(ledger: Ledger, desk: _Desk, slot: int, event: Event, rule: Rule) -> None:
    match event["event"]:
        case "log":
            desk.deaths = 0
            rule.see(event)
        case "stop":
            raise Stop(event["text"])
        case "defect":
            raise RuntimeError(event["text"])
        case "died":
            desk.deaths += 1
            if desk.deaths > MOST_DEATHS:
                msg = f"workers die one after another: {event['text']}"
                raise Stop(msg)
            _leave(ledger, desk, slot)
        case "shard":
            _leave(ledger, desk, slot)


def _leave(ledger: Ledger, desk: _Desk, slot: int) -> None:
    """Note that a worker has left its shard, which may have to be read further."""
    shard = desk.busy.pop(slot)
    slots = desk.open[shard]
    slots.discard(slot)
    if slots:
        return
    del desk.open[shard]
    desk.helped.discard(shard)
    if not ledger.is_committed(shard):
        desk.later[shard] = time.monotonic() + WAITING

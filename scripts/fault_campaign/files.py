"""Mutations of files, each read as a verb would read it."""

from __future__ import annotations

import signal
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np

from fault_campaign.kinds import Kind
from veernet.errors import InputError, Refused

PATIENCE = 20
"""Seconds of the processor that a small file may take, whatever else runs."""

WAIT = 600
"""Seconds that pass until a reader must be waiting for what does not come."""

FORMED = 0.6
"""Share of mutations that leave a file well formed, so that its reader goes on."""

LONGEST = 700
"""Characters of a line that a user reads to its end."""


class Hung(BaseException):
    """A reader took longer than its time."""


def mutated(kind: Kind, count: int, seed: int, keep: Path) -> Counter[str]:
    """Read so many mutations of a kind, and count how it ended.

    Parameters
    ----------
    kind
        Of the files.
    count, seed
        How many; the same seed does the same wrong.
    keep
        Folder for those that ended in a defect, each with what was raised.

    Returns
    -------
    Counter
        Of ``read``, ``refused`` and of defects by their place.
    """
    found: Counter[str] = Counter()
    for path in kind.sources:
        kind.read(path)
    sound = [path.read_bytes() for path in kind.sources]
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        which = number % len(sound)
        data = sound[which]
        for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
            mutation = kind.mutations[int(rng.integers(len(kind.mutations)))]
            if rng.random() < FORMED:
                mutation = kind.formed
            data = mutation(data, rng) or b" "
        source = kind.sources[which]
        path = source.with_name(f"wrong{source.suffix}")
        path.write_bytes(data)
        ended = _ended(kind, path)
        found[ended.partition("\n")[0]] += 1
        if ended not in {"read", "refused"}:
            name = f"{kind.name}-{seed}-{number}{source.suffix}"
            (keep / name).write_bytes(data)
            (keep / f"{name}.txt").write_text(ended)
    return found


def _ended(kind: Kind, path: Path) -> str:
    """Say how the reading of a file ended; a defect with its place and traceback."""
    try:
        with _patience(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind.read(path)
    except (InputError, Refused, OSError) as error:
        reported = str(error)
        if "\n" in reported or len(reported) > LONGEST:
            return f"not one line\n{reported}"
        return "refused"
    except Hung:
        return "hung"
    except Exception as error:
        own = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if "/veernet/" in frame.filename
        ]
        place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"
        return f"{type(error).__name__} at {place}\n{traceback.format_exc()}"
    return "read"


@contextmanager
def _patience() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise Hung

    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {number: signal.signal(number, ring) for number in timers}
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    signal.setitimer(signal.ITIMER_REAL, WAIT)
    try:
        yield
    finally:
        for number, timer in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])

"""Run a plan, or what is left of it, into a folder of results."""

from __future__ import annotations

from pathlib import Path

from veernet.archive.driver import FIRST, Rule, drive
from veernet.archive.ledger import Ledger
from veernet.archive.pools import make_pool
from veernet.archive.records import ArchiveSettings, Stop
from veernet.archive.status import RunStatus, run_status
from veernet.archive.watching import Watching
from veernet.errors import InputError


def run_left(
    ledger: Ledger,
    *,
    engine: str = "local",
    workers: int | None = None,
    address: str | None = None,
    keep_going: bool = False,
    quiet: bool = False,
) -> RunStatus:
    """Read all logs that have not ended.

    Parameters
    ----------
    ledger
        Of `veernet.archive.beginning.begin`.
    engine, workers, address
        See `veernet.archive.pools.make_pool`.
    keep_going
        Do not stop where all first logs end badly.
    quiet
        Tell nothing on the terminal.

    Returns
    -------
    RunStatus
        When all have ended.

    Raises
    ------
    Stop
        If something general is wrong.
    """
    if workers is not None and workers < 1:
        msg = f"--workers {workers}: give 1 or more"
        raise InputError(msg)
    pool = make_pool(engine, ledger.folder, workers, address)
    try:
        watching = Watching(ledger, quiet=quiet)
        try:
            drive(ledger, pool, watching.see, Rule(0 if keep_going else FIRST))
        except Stop as error:
            watching.end("stopped", str(error))
            raise
        except KeyboardInterrupt:
            watching.end("interrupted")
            raise
        except BaseException as error:
            watching.end("failed", f"{type(error).__name__}: {error}")
            raise
        watching.end("finished")
    finally:
        pool.close()
    return run_status(ledger)


def settings_for(
    plan_when: int,
    *,
    weights: Path | None = None,
    engine: str = "auto",
    overlay: bool = False,
    memory: int | None = None,
    time: float = 1.0,
) -> ArchiveSettings:
    """Return the settings of a run from what a user gives.

    Raises
    ------
    InputError
        If a limit makes no sense.
    """
    usual = ArchiveSettings()
    most = usual.memory if memory is None else memory
    if most < 2**28:
        msg = f"--memory {most / 2**20:.0f}MB: no log is read in less than 256MB"
        raise InputError(msg)
    if not 0 < time < 1000:
        msg = f"--time {time:g}: give a factor above 0, as 2 for twice the time"
        raise InputError(msg)
    named = None if weights is None else str(weights.absolute())
    return ArchiveSettings(
        weights=named,
        engine=engine,
        overlay=overlay,
        memory=most,
        time=time,
        when=plan_when,
    )

"""Processes that train one network together: which is the first, and what it decides.

Lightning starts the others itself, or torchrun or the user has started all of them. The
first one writes and prints; the others take part in the training alone.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from torch import distributed

STARTED = ("RANK", "LOCAL_RANK", "NODE_RANK")
"""Variables that number a process, its place on a machine, and the machine."""

LEFT = (*STARTED, "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE")
"""Variables that Lightning sets where it starts processes, and leaves."""

PATIENCE = timedelta(hours=1)
"""That the first may take to be ready to decide: it scores what was trained before."""


def is_first() -> bool:
    """Return whether this process is the one that writes and prints."""
    return all(os.environ.get(name, "0") == "0" for name in STARTED)


def agreed(question: str, answer: str) -> str:
    """Return what the first process answers, in each of those that torchrun started.

    Parameters
    ----------
    question
        Another one each time, and the same in all processes.
    answer
        Of this process; that of the first one counts.
    """
    if os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True":
        # A process that Lightning starts is there because the first one goes on.
        return answer
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    made = distributed.TCPStore  # type: ignore[attr-defined]
    store = made(address, port, is_master=False, timeout=PATIENCE)
    key = f"veernet/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}/{question}"
    if is_first():
        store.set(key, answer)
        return answer
    store.wait([key], PATIENCE)
    return bytes(store.get(key)).decode()


@contextmanager
def alone_again() -> Iterator[None]:
    """Part from the processes that Lightning starts in a block, at its end.

    Else it would take what it has left behind for a start by somebody else, and the
    next training of a sweep would wait for processes that are gone. They meet at a port
    that is held for them; Lightning would find a free one, and let it go again until
    they listen, so that anybody may take it in between.
    """
    before = {name: os.environ.get(name) for name in LEFT}
    if any(before[name] is not None for name in STARTED):
        # Whoever started this process has numbered it for good.
        yield
        return
    try:
        with closing(_held_port()) as held:
            if before["MASTER_PORT"] is None:
                os.environ["MASTER_PORT"] = str(held.getsockname()[1])
            yield
    finally:
        if distributed.is_available() and distributed.is_initialized():
            distributed.destroy_process_group()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _held_port() -> socket.socket:
    """Bind a free port that nobody else is given, and that torch may listen at.

    Both say that the address may be bound again, and this one never listens.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("", 0))
    return held

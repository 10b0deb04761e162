"""Serve a document until the user stops it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn

from veernet.errors import InputError
from veernet.review.app import build_app
from veernet.review.opening import Opened
from veernet.review.security import Access, Guard
from veernet.review.service import Review

LOOPBACK = ("127.0.0.1", "::1", "localhost")

PORT = "port"
"""What the document calls the port that it was served at."""

SHORTEST_TOKEN = 16
"""Characters of a token that others in the network may try to guess."""


@dataclass(frozen=True)
class Address:
    """Where to serve.

    Parameters
    ----------
    host
        Loopback unless the user says otherwise.
    port
        0 takes the one that the document was served at before, if it is free, else any.
    token
        Given by the user; None to make one that is good once.
    roots
        Folders that exports may be written to, beside the scan's own.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    roots: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            msg = f"--port {self.port} is none: give 0 to 65535"
            raise InputError(msg)
        if self.host in LOOPBACK:
            return
        if self.token is None or len(self.token) < SHORTEST_TOKEN:
            msg = (
                f"--host {self.host} lets others in the network ask for this scan: "
                f"give a --token of {SHORTEST_TOKEN} characters or more, which whoever "
                "knows it may read and change the document with, unencrypted on the way"
            )
            raise InputError(msg)

    @property
    def warning(self) -> str | None:
        """What it means to listen there; None where it means nothing."""
        if self.host in LOOPBACK:
            return None
        return (
            f"listening at {self.host}: whoever reaches this machine and knows the "
            "token can read this scan, change its document and write files beside it; "
            "what is sent is not encrypted"
        )


def serve(
    opened: Opened,
    place: Address,
    said: Callable[[str], None],
    *,
    browser: bool,
) -> None:
    """Serve a document until it is interrupted.

    Parameters
    ----------
    opened
        The document.
    place
        Where.
    said
        Told the address, once the server answers there.
    browser
        Whether to open it.

    Raises
    ------
    InputError
        If the port is taken, or the host none of this machine.
    """
    try:
        served = prepare(opened, place, said, browser=browser)
        asyncio.run(served.run())
    finally:
        opened.document.store.close()


class Served:
    """A document that is served, or is about to be.

    Parameters
    ----------
    review
        What the routes work on.
    access
        Who is let in, and where.
    server
        Of it.
    listener
        The socket that it is reached by.
    """

    def __init__(
        self,
        review: Review,
        access: Access,
        server: uvicorn.Server,
        listener: socket.socket,
    ) -> None:
        self.review, self.access = review, access
        self._server, self._listener = server, listener

    async def run(self) -> None:
        """Serve until it is stopped."""
        await self._server.serve(sockets=[self._listener])

    def stop(self) -> None:
        """End `run`, from any thread."""
        self._server.should_exit = True


def prepare(
    opened: Opened,
    place: Address,
    said: Callable[[str], None],
    *,
    browser: bool = False,
) -> Served:
    """Return what `serve` runs; see there."""
    store = opened.document.store
    listener = _listen_again(place, int(store.get(PORT) or 0))
    host, port = place.host, int(listener.getsockname()[1])
    if not store.read_only:
        with store.transaction():
            store.set(PORT, str(port))
    access = Access("127.0.0.1" if host == "localhost" else host, port)
    if place.token is not None:
        access.token, access.lasting = place.token, True
    review = Review(opened, place.roots)
    config = uvicorn.Config(
        Guard(build_app(review), access),
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
        ws="none",
        lifespan="on",
    )
    server = _Server(
        config,
        lambda: _started(access.address, said, browser=browser),
        review.hub.stop,
    )
    return Served(review, access, server, listener)


def _started(address: str, said: Callable[[str], None], *, browser: bool) -> None:
    said(address)
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _listen_again(place: Address, before: int) -> socket.socket:
    """Listen where the document was served before, if any port will do.

    A tab that was left open finds the server there, and goes on once the new address
    is opened.
    """
    if place.port == 0 and before:
        with contextlib.suppress(InputError):
            return _listen(replace(place, port=before))
    return _listen(place)


class _Server(uvicorn.Server):
    """A server that says when it answers, and when it is about to stop."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None],
        ending: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listen(place: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    # Named, as asyncio sends small answers at once on TCP alone.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((place.host, place.port))
    except OSError as error:
        listener.close()
        msg = (
            f"cannot listen at {place.host}, port {place.port} ({error.strerror}): "
            "give another --port, or 0 for a free one"
        )
        raise InputError(msg) from error
    return listener

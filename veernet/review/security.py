"""Security: each request is checked here before any route takes it.

A server on one's own machine is in reach of every page that is open in the browser.
Hence the exact Host (against DNS rebinding), the Origin (against requests that another
page sends), a cookie that no other page's request carries, and no script but our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 4 * 2**20
"""Bytes of a request: a redrawn curve of 100,000 points takes three quarters of it."""

PATIENCE = 2.0
"""Seconds that are waited for the rest of a request that is refused."""

WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104, RUF100 - compared with, not bound to

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; "
        b"img-src 'self' blob:; connect-src 'self'; font-src 'self'; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


@dataclass
class Access:
    """How a server is reached, and by whom.

    Parameters
    ----------
    host, port
        That it listens at.
    token
        Opens it; made here unless given.
    lasting
        Whether the token may be used again: one that a person gave.
    """

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    lasting: bool = False
    _session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _used: bool = False

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host of a request may be."""
        names = {self.host, *(_names() if self.host in WILDCARDS else ())}
        if self.host == "127.0.0.1" or self.host in WILDCARDS:
            names |= {"127.0.0.1", "localhost"}
        return frozenset(f"{_bracketed(name)}:{self.port}" for name in names)

    @property
    def address(self) -> str:
        """What opens the page, once."""
        shown = "127.0.0.1" if self.host in WILDCARDS else self.host
        return f"http://{_bracketed(shown)}:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """Name of the cookie: cookies do not tell ports apart, so it does."""
        return f"veernet_{self.port}"

    def exchange(self, token: str) -> str | None:
        """Return the value of the cookie for a token; None if it opens nothing."""
        right = hmac.compare_digest(token.encode(), self.token.encode())
        if not right or (self._used and not self.lasting):
            return None
        self._used = True
        return self._session

    def admits(self, cookie: str) -> bool:
        """Tell whether a cookie's value is the one that was given out."""
        return hmac.compare_digest(cookie.encode(), self._session.encode())


class Guard:
    """Let through what may be asked, and answer the rest in one line.

    Parameters
    ----------
    app
        That is guarded.
    access
        Who may ask.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = _Headers(scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _drain(receive)
            await _answer(send, *refusal)
            return
        if scope["path"] == "/" and b"token=" in scope["query_string"]:
            await self._open(scope, send)
            return
        if not self._knows(headers):
            said = "no cookie: open the address that veernet review printed"
            await _drain(receive)
            await _answer(send, 401, said, plain=scope["path"] == "/")
            return
        await self._pass(scope, receive, send)

    def _refusal(self, scope: Scope, headers: _Headers) -> tuple[int, str] | None:
        """Say why a request is refused whoever sends it."""
        hosts = headers.all(b"host")
        if len(hosts) != 1 or hosts[0] not in self.access.hosts:
            return 403, "wrong Host: use the address that veernet review printed"
        method = scope["method"]
        if method not in {"GET", "HEAD", "POST"}:
            return 405, f"{method} is not used here"
        origins = headers.all(b"origin")
        own = f"http://{hosts[0]}"
        if any(origin != own for origin in origins):
            return 403, "wrong Origin: only the page of this server may ask"
        site = headers.first(b"sec-fetch-site")
        opens = scope["path"] == "/" and method != "POST"
        if site in {"cross-site", "same-site"} and not opens:
            return 403, "another site asks: only the page of this server may"
        if method != "POST":
            return None
        if not origins:
            return 403, "no Origin: only the page of this server may change anything"
        kind = headers.first(b"content-type").partition(";")[0].strip().lower()
        if kind != "application/json":
            return 415, "send application/json"
        length = headers.first(b"content-length")
        if length and (not length.isdecimal() or int(length[:20]) > LARGEST):
            return 413, f"the request is larger than {LARGEST >> 20} MiB"
        return None

    def _knows(self, headers: _Headers) -> bool:
        for line in headers.all(b"cookie"):
            try:
                found = SimpleCookie(line).get(self.access.cookie)
            except CookieError:
                continue
            if found is not None and self.access.admits(found.value):
                return True
        return False

    async def _open(self, scope: Scope, send: Send) -> None:
        """Exchange a token for the cookie, and go to an address without it."""
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        session = self.access.exchange(token)
        if session is None:
            said = (
                "this address was used before, or is of another run: start veernet "
                "review again, or go on in the tab that it opened"
            )
            await _answer(send, 401, said, plain=True)
            return
        cookie = f"{self.access.cookie}={session}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
        await _answer(send, 303, "", headers)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, its body counted and its answer with our headers."""
        taken = 0
        begun = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST:
                raise _TooLarge
            return message

        async def marked(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _with_ours(message["headers"])}
            await send(message)

        try:
            await self.app(scope, counted, marked)
        except _TooLarge:
            if not begun:
                said = f"the request is larger than {LARGEST >> 20} MiB"
                await _answer(send, 413, said)


class _TooLarge(BaseException):
    """A body that is longer than it may be; no handler of the app takes it."""


class _Headers:
    def __init__(self, scope: Scope) -> None:
        self._lines: Iterable[tuple[bytes, bytes]] = scope["headers"]

    def all(self, name: bytes) -> list[str]:
        return [value.decode("latin-1") for key, value in self._lines if key == name]

    def first(self, name: bytes) -> str:
        return next(iter(self.all(name)), "")


def _with_ours(
    headers: Iterable[tuple[bytes, bytes]],
) -> list[tuple[bytes, bytes]]:
    with_ours = [*headers, *HEADERS]
    if not any(key.lower() == b"cache-control" for key, _ in with_ours):
        with_ours.append((b"cache-control", b"no-store"))
    return with_ours


async def _drain(receive: Receive) -> None:
    """Read what is sent with a request that is refused, for a while.

    A connection that is closed on what was not read is reset, and its answer lost.
    """
    taken = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            more = True
            while more and taken <= LARGEST:
                message = await receive()
                taken += len(message.get("body", b""))
                more = message.get("more_body", False)


async def _answer(
    send: Send,
    status: int,
    said: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    plain: bool = False,
) -> None:
    """Answer in one line: as JSON for a script, as it is for a person's window."""
    body = said.encode() if plain or not said else json.dumps({"error": said}).encode()
    with_ours = _with_ours(
        [
            *headers,
            (b"content-type", b"text/plain" if plain else b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
    )
    await send({"type": "http.response.start", "status": status, "headers": with_ours})
    await send({"type": "http.response.body", "body": body})


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _names() -> set[str]:
    """Return what this machine is called in its network."""
    name = socket.gethostname()
    names = {name.lower(), socket.getfqdn().lower()}
    try:
        names |= {str(found[4][0]) for found in socket.getaddrinfo(name, None)}
    except OSError:
        return names
    return names

"""A tab that outlives its server goes on with the next one, and loses nothing."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.reviews import files, serving, write_well
from tests.screens import Screen

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")

UNANSWERED = ("Failed to load resource", "net::ERR")
"""What the browser itself says of an address that is refused, or does not answer."""


def test_a_document_is_served_where_it_was_before(tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as client:
        port = client.port
    with serving(scan) as client:
        assert client.port == port
    with socket.socket() as taken:
        # Connections that the server has ended may hold the port for a minute.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with serving(scan) as client:
            assert client.port != port
            assert client.get("/api/document").status == 200


def test_a_tab_goes_on_with_the_next_server(browser: Any, tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        client = first.enter_context(serving(scan, **files(scan)))
        screen = Screen(browser, client, tmp_path)
        stack.callback(screen.context.close)
        screen.show(300)
        screen.press("1", "x")
        port, revision = client.port, screen.revision
        first.close()
        screen.wait(lambda: "does not answer" in screen.said)
        assert screen.state["saved"] == "offline"
        again = stack.enter_context(serving(scan))
        assert again.port == port
        screen.wait(lambda: "was started anew" in screen.said)
        rows = (screen.place("GR", 280, 8), screen.place("GR", 320, 8))
        screen.page.mouse.move(*rows[0])
        screen.page.mouse.down()
        screen.page.mouse.move(*rows[1], steps=4)
        screen.page.mouse.up()
        screen.wait(lambda: screen.state["saved"] == "failed")
        assert again.revision == revision
        # The new address is opened beside it: the browser has its cookie then.
        name, _, value = again.cookie.partition("=")
        address = f"http://127.0.0.1:{port}"
        cookie = {"name": name, "value": value, "url": address}
        screen.context.add_cookies([cookie])
        screen.wait(lambda: screen.state["saved"] == "saved")
        assert again.revision == revision + 1
        assert screen.revision == revision + 1
        assert "cut" in again.get("/api/document").json["history"]["undo"]
        others = [e for e in screen.errors if not any(u in e for u in UNANSWERED)]
        assert not others


def test_a_tab_does_not_go_on_with_another_scan(browser: Any, tmp_path: Path) -> None:
    scan = write_well(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    second = write_well(other, colour=True)
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        client = first.enter_context(serving(scan, **files(scan)))
        screen = Screen(browser, client, tmp_path)
        stack.callback(screen.context.close)
        port = client.port
        first.close()
        screen.wait(lambda: "does not answer" in screen.said)
        again = stack.enter_context(serving(second, port=port, **files(second)))
        name, _, value = again.cookie.partition("=")
        cookie = {"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}
        screen.context.add_cookies([cookie])
        screen.wait(lambda: "Another scan is open" in screen.said)

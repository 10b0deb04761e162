"""Who may ask the server of a review for what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from starlette.routing import Mount, Route

from tests.reviews import Client, serving, write_well
from veernet.errors import InputError
from veernet.review.app import build_app
from veernet.review.security import LARGEST, Access
from veernet.review.serve import Address


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    scan = write_well(tmp_path_factory.mktemp("security"))
    with serving(
        scan,
        registration=scan.with_suffix(".yaml"),
        trace=scan.with_suffix(".parquet"),
    ) as client:
        yield client


def routes(client: Client) -> list[tuple[str, str]]:
    """Every method and path of the app, parameters filled in."""
    app = build_app(client.served.review)
    found = []
    for route in app.routes:
        if isinstance(route, Mount):
            found.append(("GET", f"{route.path}/style.css"))
            continue
        path = getattr(route, "path", None)
        if path is None:
            continue
        filled = re.sub(r"{[^}]*}", "1", path)
        found += [(method, filled) for method in getattr(route, "methods", ())]
    assert len(found) > 15
    assert isinstance(app.routes[0], Route)
    return found


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": None}, 401),
        ({"Cookie": "veernet_1=x"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": None}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_no_route_answers_a_stranger(
    client: Client, headers: dict[str, str | None], status: int
) -> None:
    for method, path in routes(client):
        body = b"{}" if method == "POST" else None
        answer = client.ask(method, path, body, headers)
        # h11 refuses a request without Host itself.
        wanted = {400, status} if "Host" in headers else {status}
        assert answer.status in wanted, (method, path)
        assert b'"revision"' not in answer.body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": None}, 403),
        ({"Content-Type": None}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Length": str(LARGEST + 1)}, 413),
    ],
)
def test_no_change_is_made_for_another_page(
    client: Client, headers: dict[str, str | None], status: int
) -> None:
    for method, path in routes(client):
        if method == "POST":
            assert client.ask(method, path, b"{}", headers).status == status


def test_other_methods_are_not_used(client: Client) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        assert client.ask(method, "/api/document").status == 405


def test_every_answer_is_closed_to_scripts_and_frames(client: Client) -> None:
    for path in ("/", "/api/document", "/nothing", "/static/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_the_token_opens_once_and_is_not_in_the_address_after(client: Client) -> None:
    again = client.ask("GET", f"/?token={client.served.access.token}")
    assert again.status == 401
    assert again.headers["content-type"] == "text/plain"
    assert b"start veernet review again" in again.body
    assert "set-cookie" not in again.headers
    wrong = client.ask("GET", "/?token=guess")
    assert wrong.status == 401


def test_the_cookie_is_strict_and_names_the_port(tmp_path: Path) -> None:
    with serving(write_well(tmp_path), token="mine") as client:
        answer = client.open("mine")
        assert answer.status == 303
        assert answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"veernet_{client.port}=")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
        assert "mine" not in cookie
        # A token that a person gave may be used again.
        assert client.open("mine").status == 303


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/%00",
        "/api/curve/..%2f..%2fetc%2fpasswd",
        "/api/tile/../../0/0/0.png",
        "/../../etc/passwd",
    ],
)
def test_no_path_leads_out(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status in (404, 422)
    assert "\n" not in answer.json["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"base": "1"}',
        b'{"base": 1, "id": "12345678", "edit": []}',
        b'{"base": 1, "id": "12345678", "edit": {}, "more": 1}',
        b'{"base": 1, "id": "1", "edit": {}}',
        b'{"base": 1e999, "id": "12345678", "edit": {}}',
    ],
)
def test_a_broken_body_is_told_in_one_line(client: Client, body: bytes) -> None:
    for method, path in routes(client):
        if method != "POST" or path == "/api/job/cancel":
            continue
        answer = client.ask("POST", path, body)
        assert 400 <= answer.status < 500, (path, answer.body)
        assert "\n" not in answer.json["error"]
    assert client.revision == 1


def test_a_body_is_counted_where_its_length_is_not_told(client: Client) -> None:
    chunk = b'{"x": "' + b"y" * (LARGEST + 10) + b'"}'
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(chunk), chunk)
    answer = client.ask(
        "POST",
        "/api/edit",
        body,
        {"Transfer-Encoding": "chunked", "Content-Length": None},
    )
    assert answer.status == 413
    assert "larger than 4 MiB" in answer.json["error"]


def test_beyond_loopback_a_token_is_wanted() -> None:
    with pytest.raises(InputError, match=r"--host 0.0.0.0 lets others .* --token"):
        Address("0.0.0.0")
    with pytest.raises(InputError, match="16 characters or more"):
        Address("192.168.0.7", token="short")
    assert Address("127.0.0.1").warning is None
    warning = Address("192.168.0.7", token="x" * 16).warning
    assert warning is not None
    assert "not encrypted" in warning
    access = Access("192.168.0.7", 80, "x" * 16)
    assert access.hosts == {"192.168.0.7:80"}
    assert "127.0.0.1:80" in Access("0.0.0.0", 80).hosts
    assert Access("::1", 80).address.startswith("http://[::1]:80/?token=")

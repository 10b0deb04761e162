"""A small scan with a registration and a reading, and a server of its document."""

from __future__ import annotations

import asyncio
import atexit
import base64
import functools
import http.client
import json
import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import tifffile

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.export import Provenance, write_traces
from veernet.files import sha256
from veernet.records import CurveSpec, Registration, Trace, Track
from veernet.registration import save_registrations
from veernet.review.opening import open_document
from veernet.review.serve import Address, Served, prepare

ROWS, COLUMNS = 700, 420
FIRST, LAST = 100, 600
"""Rows of the first and the last depth point."""

CURVES = ("GR", "CALI", "ILD", "ILM")


def registration(image: str = "well.tif") -> Registration:
    """Two tracks with two curves each; GR wraps."""
    axis = DepthAxis("ft", (DepthPoint(FIRST, 1000), DepthPoint(LAST, 1050)))
    gr = CurveSpec("GR", "GAPI", Scale("linear", 0, 150), wraps=True)
    cali = CurveSpec("CALI", "IN", Scale("linear", 6, 16), line="short-dash")
    ild = CurveSpec("ILD", "OHMM", Scale("log", 0.2, 2000))
    ilm = CurveSpec("ILM", "OHMM", Scale("log", 0.2, 2000), line="long-dash")
    tracks = (
        Track("T1", Edge((0.0,), (20.0,)), Edge((0.0,), (180.0,)), (gr, cali)),
        Track("T2", Edge((0.0,), (240.0,)), Edge((0.0,), (400.0,)), (ild, ilm)),
    )
    return Registration("main", axis, tracks, image=image, well={"WELL": "DRAWN 1"})


def traces() -> tuple[Trace, ...]:
    """Return a reading: CALI has a gap, ILD a doubtful stretch."""
    row = np.arange(FIRST, LAST + 1, dtype=np.int64)
    found = []
    for place, name in enumerate(CURVES):
        middle = (70, 120, 290, 340)[place]
        column = middle + 20 * np.sin(row / (17 + 5 * place))
        confidence = np.full(row.size, 0.95)
        origin = np.ones(row.size, np.uint8)
        if name == "CALI":
            column[200:240], confidence[200:240], origin[200:240] = np.nan, 0, 0
        if name == "ILD":
            confidence[50:70] = 0.5
        found.append(Trace(name, row, column, confidence, origin))
    return tuple(found)


def write_well(folder: Path, *, colour: bool = False) -> Path:
    """Write the scan, its registration and its trace file; return the scan."""
    page = np.full((ROWS, COLUMNS), 255, np.uint8)
    page[np.random.default_rng(3).random(page.shape) < 0.002] = 0
    for at in (20, 180, 240, 400):
        page[FIRST - 60 : LAST + 60, at] = 0
    page[FIRST : LAST + 1 : 50, 20:401] = 120
    for trace in traces():
        seen = np.isfinite(trace.column)
        at = np.rint(trace.column[seen]).astype(int)
        for beside in (-1, 0, 1):
            page[trace.row[seen], at + beside] = 0
    if colour:
        page = np.repeat(page[..., None], 3, axis=2)
        page[:, :200, 0] |= 180  # red ink at the left
    scan = folder / "well.tif"
    tifffile.imwrite(scan, page, resolution=(200, 200), resolutionunit="INCH")
    save_registrations(folder / "well.yaml", registration())
    provenance = Provenance(scan="well.tif", scan_sha256=sha256(scan), version="0")
    write_traces(folder / "well.parquet", traces(), registration(), provenance)
    return scan


@dataclass
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Client:
    """A page of a server."""

    served: Served
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Of the server."""
        return self.served.access.port

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> Answer:
        """Send a request as a page does; a header of None is left out."""
        reported: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Cookie": self.cookie or None,
        }
        if method == "POST":
            reported["Origin"] = f"http://127.0.0.1:{self.port}"
            reported["Content-Type"] = "application/json"
        reported |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        # In one piece: a server that refuses a request by its head ends the connection,
        # and a body that comes after that would reset it before the answer is read.
        parts: list[bytes] = []
        connection.send = parts.append  # type: ignore[assignment, method-assign]
        try:
            connection.connect()
            connection.putrequest(method, path, skip_host=True)
            if body is not None and "Content-Length" not in reported:
                reported["Content-Length"] = str(len(body))
            for name, value in reported.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            connection.sock.sendall(b"".join(parts))
            response = connection.getresponse()
            found = {key.lower(): value for key, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        """Ask for something."""
        return self.ask("GET", path)

    def post(self, path: str, **body: object) -> Answer:
        """Change something."""
        return self.ask("POST", path, json.dumps(body).encode())

    def open(self, token: str | None = None) -> Answer:
        """Exchange the token for the cookie, and keep it."""
        answer = self.ask("GET", f"/?token={token or self.served.access.token}")
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    @property
    def revision(self) -> int:
        """Of the document."""
        return int(self.get("/api/document").json["revision"])

    def edit(self, action: str, **more: object) -> Answer:
        """Make an edit on the document as it stands."""
        edit = {"action": action, **more}
        name = str(uuid.uuid4())
        return self.post("/api/edit", base=self.revision, id=name, edit=edit)


@functools.cache
def shared_cache() -> Path:
    """Return the folder of what is decoded once for all tests."""
    folder = tempfile.mkdtemp(prefix="veernet-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@contextmanager
def serving(
    scan: Path, *, cache: Path | None = None, **options: Any
) -> Iterator[Client]:
    """Serve a document in a thread, and lend a page that has its cookie.

    Decoded scans and evidence are kept in a folder that goes when the tests end, not
    with the user's.
    """
    place = Address(
        port=options.pop("port", 0),
        token=options.pop("token", None),
        roots=tuple(options.pop("roots", ())),
    )
    ready = threading.Event()
    opened = open_document(scan, **options)
    with mock.patch.dict(os.environ, XDG_CACHE_HOME=str(cache or shared_cache())):
        served = prepare(opened, place, lambda _: ready.set())
    thread = threading.Thread(target=lambda: asyncio.run(served.run()), daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        client = Client(served)
        assert client.open().status == 303
        yield client
    finally:
        served.stop()
        thread.join(20)
        opened.document.store.close()
        assert not thread.is_alive()


def samples_of(body: bytes) -> dict[str, np.ndarray]:
    """Take the bytes of a curve apart."""
    rows = len(body) // 10
    return {
        "column": np.frombuffer(body, "<f4", rows),
        "confidence": np.frombuffer(body, "<f4", rows, 4 * rows),
        "origin": np.frombuffer(body, np.uint8, rows, 8 * rows),
        "flags": np.frombuffer(body, np.uint8, rows, 9 * rows),
    }


def patch_of(patch: dict[str, Any]) -> dict[str, np.ndarray]:
    """Take a patch apart."""
    return samples_of(base64.b64decode(patch["data"]))


def files(scan: Path) -> dict[str, Path]:
    """Return what is given with the scan of `write_well`."""
    return {
        "registration": scan.with_suffix(".yaml"),
        "trace": scan.with_suffix(".parquet"),
    }


def curve(client: Client, name: str) -> dict[str, np.ndarray]:
    """Return a curve as the page gets it."""
    return samples_of(client.get(f"/api/curve/{name}").body)


def events(client: Client, wanted: str, seconds: float = 30) -> Iterator[dict]:
    """Listen as a page does, and yield what is told of one kind."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=seconds)
    host = f"127.0.0.1:{client.port}"
    headers = {"Host": host, "Cookie": client.cookie}
    connection.request("GET", "/api/events", headers=headers)
    response = connection.getresponse()
    assert response.headers["content-type"].startswith("text/event-stream")
    kind = ""
    try:
        while line := response.readline().decode():
            if line.startswith("event: "):
                kind = line[7:].strip()
            elif line.startswith("data: ") and kind == wanted:
                yield json.loads(line[6:])
    finally:
        connection.close()


def finished(client: Client, seconds: float = 120) -> dict:
    """Wait for the job that runs."""
    for reported in events(client, "job", seconds):
        if reported["job"] is not None and reported["job"]["state"] != "running":
            return reported["job"]
    raise AssertionError

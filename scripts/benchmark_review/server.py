"""The server of a review, asked as its page asks."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np

from benchmark_review.drawing import TOP
from benchmark_review.telling import tell, tell_all


class Server:
    """`veernet review` of the page, asked as the page asks."""

    def __init__(self, scan: Path, cache: Path) -> None:
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "veernet", "review", str(scan), "--no-open"),
                *("--registration", str(scan.with_suffix(".yaml"))),
                *("--trace", str(scan.with_suffix(".parquet"))),
                *("--token", "benchmark"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        )
        assert self.process.stdout is not None
        address = self.process.stdout.readline()
        self.port = int(address.split(":")[2].split("/")[0])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self.cookie = ""
        _, headers = self.ask("GET", "/?token=benchmark")
        self.cookie = headers["set-cookie"].partition(";")[0]

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(20)

    def ask(
        self, method: str, path: str, reported: dict[str, Any] | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Send a request, and return the body and headers of its answer."""
        headers = {"Cookie": self.cookie}
        if reported is not None:
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
            headers["Content-Type"] = "application/json"
        body = None if reported is None else json.dumps(reported)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            msg = f"{method} {path}: {answer.status} {content[:200]!r}"
            raise SystemExit(msg)
        return content, {key.lower(): value for key, value in answer.getheaders()}

    def json(self, path: str) -> dict[str, Any]:
        """Return an answer as JSON."""
        reported: dict[str, Any] = json.loads(self.ask("GET", path)[0])
        return reported

    def first_picture(self, word: str) -> None:
        """Tell how long it takes from the command to the first tile."""
        image = self.json("/api/document")["image"]
        self.ask("GET", image["tiles"].format(level=1, row=0, column=0))
        tell(f"first picture, {word}, seconds", time.perf_counter() - self.begun)

    def tiles(self) -> None:
        """Tell how long tiles take, one after the other, all over the page."""
        image = self.json("/api/document")["image"]
        spent = []
        for level in image["levels"][:4]:
            down = -(-level["rows"] // 512)
            for row in range(0, down, max(1, down // 40)):
                for column in range(-(-level["columns"] // 512)):
                    at = {"level": level["level"], "row": row, "column": column}
                    begun = time.perf_counter()
                    self.ask("GET", image["tiles"].format(**at))
                    spent.append(time.perf_counter() - begun)
        tell_all("tile, ms", spent)

    def edits(self, rows: int, count: int) -> None:
        """Tell how long edits and undos take: short ones, and of whole curves."""
        curves = [one["mnemonic"] for one in self.json("/api/document")["curves"]]
        revision = self.json("/api/document")["revision"]
        for word, length in (("100 rows", 100), ("all rows", rows - 2 * TOP)):
            spent: dict[str, list[float]] = {"edit": [], "undo": [], "redo": []}
            rng = np.random.default_rng(1)
            for number in range(count if length == 100 else count // 6):
                row0 = int(rng.integers(TOP, rows - TOP - length + 1))
                edit = {"action": "shift", "curve": curves[number % len(curves)]}
                edit |= {"row0": row0, "row1": row0 + length - 1, "by": 0.5}
                for kind in ("edit", "undo", "redo"):
                    reported: dict[str, Any] = {"base": revision}
                    if kind == "edit":
                        reported |= {"id": str(uuid.uuid4()), "edit": edit}
                    begun = time.perf_counter()
                    answer = self.ask("POST", f"/api/{kind}", reported)[0]
                    spent[kind].append(time.perf_counter() - begun)
                    revision = json.loads(answer)["revision"]
            for kind, seconds in spent.items():
                tell_all(f"{kind} of {word}, ms", seconds)

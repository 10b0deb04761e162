"""Routes that write files, and tell which there are."""

from __future__ import annotations

from typing import Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from veernet.errors import InputError
from veernet.export.intolas import Clashes
from veernet.review.bodies import Body
from veernet.review.exporting import Existing, WantedFiles, export
from veernet.review.service import Review

STATED = 300
"""Characters of a name."""


class ExportBody(Body):
    """Which files are to be written, and what they are called."""

    las: bool = False
    csv: bool = False
    registration: bool = False
    trace: bool = False
    edits: bool = False
    stem: str | None = Field(None, max_length=STATED)
    folder: str | None = Field(None, max_length=STATED)
    append_to: str | None = Field(None, max_length=STATED)
    clash: Literal["replace", "append"] | None = None
    overwrite: bool = False


def add_exports(app: FastAPI, review: Review) -> None:
    """Add the routes."""

    @app.exception_handler(Existing)
    async def existing(_: Request, error: Existing) -> JSONResponse:
        return JSONResponse({"error": str(error), "existing": error.names}, 409)

    @app.exception_handler(Clashes)
    async def clashes(_: Request, error: Clashes) -> JSONResponse:
        return JSONResponse({"error": str(error), "clashes": error.names}, 409)

    @app.get("/api/files")
    def files(kind: Literal["las"] = "las") -> JSONResponse:
        folders = [str(folder) for folder in review.roots.folders]
        listing = {"files": review.roots.listed(f".{kind}"), "folders": folders}
        return JSONResponse(listing)

    @app.post("/api/export")
    def write(body: ExportBody) -> JSONResponse:
        if review.document.read_only:
            msg = "the document is open to be read only: nothing is written"
            raise InputError(msg)
        into = None
        if body.append_to is not None:
            into = review.roots.file(body.append_to, ".las")
        wanted = WantedFiles(
            las=body.las,
            csv=body.csv,
            registration=body.registration,
            trace=body.trace,
            edits=body.edits,
            append_to=into,
            clash=body.clash,
            overwrite=body.overwrite,
        )
        stem = body.stem or review.opened.scan.stem
        folder = review.roots.folder(body.folder)
        written, notes = export(review.document, body.section, wanted, folder, stem)
        listing = [
            {"name": path.name, "path": str(path), "bytes": path.stat().st_size}
            for path in written
        ]
        return JSONResponse({"files": listing, "notes": notes})

"""The app: routes over a document, its page and its jobs."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException

from veernet.calibrate import calibrate_all
from veernet.errors import InputError, Refused
from veernet.review import views
from veernet.review.changes import add_changes
from veernet.review.document import ReadOnly, Stale
from veernet.review.exportroutes import add_exports
from veernet.review.jobroutes import add_jobs, begin
from veernet.review.service import Review
from veernet.review.wording import for_page

STATIC = Path(__file__).parent / "static"

Revision = Annotated[int, Query(ge=0, le=2**53)]

FOREVER = "private, max-age=31536000, immutable"


def build_app(review: Review) -> FastAPI:
    """Return the app of a document; `veernet.review.security.Guard` goes around it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        review.hub.start()
        decoding = asyncio.create_task(review.page.decode(review.tell_image))
        await run_in_threadpool(begin, review)
        try:
            yield
        finally:
            decoding.cancel()
            await review.close()
            with contextlib.suppress(asyncio.CancelledError):
                await decoding

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    _add_errors(app)
    _add_page(app)
    _add_image(app, review)
    _add_state(app, review)
    add_changes(app, review)
    add_jobs(app, review)
    add_exports(app, review)
    return app


def _add_errors(app: FastAPI) -> None:
    """Answer what goes wrong in one line."""

    def said(status: int, line: str, **more: object) -> JSONResponse:
        return JSONResponse({"error": line, **more}, status)

    @app.exception_handler(InputError)
    async def wrong(_: Request, error: InputError) -> Response:
        status = 423 if isinstance(error, ReadOnly) else 422
        return said(status, for_page(str(error)))

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return said(422, for_page(str(error)))

    @app.exception_handler(Stale)
    async def stale(_: Request, error: Stale) -> Response:
        return said(409, str(error), revision=error.revision)

    @app.exception_handler(RequestValidationError)
    async def broken(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        if first["type"] == "json_invalid":
            return said(422, "the request is no JSON")
        return said(422, f"{where or 'the request'}: {first['msg']}"[:300])

    @app.exception_handler(StarletteHTTPException)
    async def other(_: Request, error: StarletteHTTPException) -> Response:
        return said(error.status_code, str(error.detail))

    @app.exception_handler(sqlite3.Error)
    async def unsaved(_: Request, error: sqlite3.Error) -> Response:
        return said(507, f"could not be saved ({error}): nothing was changed")

    @app.exception_handler(Exception)
    async def defect(_: Request, error: Exception) -> Response:
        line = f"this is a defect of veernet, told where it was started: {error!r}"
        return said(500, line[:300])

    @app.exception_handler(OSError)
    async def unwritten(_: Request, error: OSError) -> Response:
        line = f"could not be written ({error.strerror or error}): nothing was changed"
        return said(507, line)


def _add_page(app: FastAPI) -> None:
    """Serve the page and its parts."""

    @app.api_route("/", methods=["GET", "HEAD"])
    async def page() -> Response:
        return FileResponse(
            STATIC / "index.html", headers={"cache-control": "no-cache"}
        )

    class Fresh(StaticFiles):
        """Static files that the browser asks about again."""

        def file_response(self, *args: object, **kwargs: object) -> Response:
            response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
            response.headers["cache-control"] = "no-cache"
            return response

    app.mount("/static", Fresh(directory=STATIC), name="static")


def _add_image(app: FastAPI, review: Review) -> None:
    """Serve the scan in tiles."""

    @app.get("/api/tile/{key}/{level}/{row}/{column}.png")
    async def tile(
        request: Request, key: str, level: int, row: int, column: int
    ) -> Response:
        if key != review.page.key:
            raise HTTPException(404, "this is another scan: load the page again")
        etag = f'"{key}-{level}-{row}-{column}"'
        headers = {"etag": etag, "cache-control": FOREVER}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        pyramid = await review.page.pyramid()
        try:
            png = await run_in_threadpool(pyramid.tile, level, row, column)
        except InputError as error:
            raise HTTPException(404, str(error)) from error
        return Response(png, media_type="image/png", headers=headers)


def _add_state(app: FastAPI, review: Review) -> None:
    """Serve how things stand."""
    document = review.document

    @app.get("/api/document")
    async def whole(section: str | None = None) -> Response:
        pyramid, facts = await review.page.pyramid(), await review.page.facts()
        view = await run_in_threadpool(views.document_view, document, section)
        view["image"] = views.image_view(review.page.key, pyramid, facts)
        view |= await run_in_threadpool(review.more_view, section)
        return JSONResponse(view)

    @app.get("/api/curve/{mnemonic:path}")
    def curve(mnemonic: str, section: str | None = None) -> Response:
        with document.lock:
            drawn = document.section(section).drawn()
            if mnemonic not in drawn:
                raise HTTPException(404, f"there is no curve {mnemonic[:40]!r} here")
            found = drawn[mnemonic]
            headers = {
                "x-first-row": str(found.first_row),
                "x-rows": str(len(found.samples)),
                "x-revision": str(found.revision),
            }
            body = found.samples.to_page()
        return Response(body, media_type="application/octet-stream", headers=headers)

    @app.get("/api/values/{mnemonic:path}")
    def values(mnemonic: str, section: str | None = None) -> Response:
        with document.lock:
            of, registration = document.shown(section)
            traces = views.traces_of(of)
        curves = calibrate_all(traces, registration) if traces else ()
        found = next((one for one in curves if one.mnemonic == mnemonic), None)
        if found is None:
            raise HTTPException(404, f"{mnemonic[:40]!r} is no curve that is exported")
        body = found.depth.astype("<f8").tobytes() + found.value.astype("<f8").tobytes()
        headers = {
            "x-samples": str(found.depth.size),
            "x-unit": quote(found.unit),
        }
        return Response(body, media_type="application/octet-stream", headers=headers)

    @app.get("/api/changes")
    def changes(since: Revision, section: str | None = None) -> Response:
        with document.lock:
            change = document.changes(since, section)
            return JSONResponse(views.change_view(document, change))

    @app.get("/api/doubt")
    def doubts(section: str | None = None, limit: float | None = None) -> Response:
        if limit is None or not 0 <= limit <= 1:
            return JSONResponse(views.doubt_view(document, section))
        return JSONResponse(views.doubt_view(document, section, limit))

    @app.get("/api/figures")
    def figures(section: str | None = None) -> Response:
        return JSONResponse(review.figures_view(section))

    @app.get("/api/events")
    async def events() -> Response:
        def first() -> list[tuple[str, dict[str, Any]]]:
            return [
                ("state", views.state_view(document, None)),
                ("image", review.image_described()),
                ("job", {"job": review.job_view()}),
            ]

        return StreamingResponse(
            review.hub.listen(first), media_type="text/event-stream"
        )

"""Routes that start, follow and end long work."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import Field, field_validator

from veernet.errors import InputError
from veernet.review.bodies import Body
from veernet.review.results import (
    Reread,
    WouldOverwrite,
    checked,
    take_proposal,
    take_reading,
    touched_rows,
)
from veernet.review.service import Review


class JobBody(Body):
    """What is to be done, and what may be lost by it."""

    kind: Literal["register", "check", "digitise", "evidence"]
    base: int
    keep_edits: bool = False
    force: bool = False
    stated: list[float] | None = Field(None, min_length=2, max_length=2)
    within: list[float] | None = Field(None, min_length=2, max_length=2)
    unit: Literal["ft", "m"] | None = None

    @field_validator("stated", "within")
    @classmethod
    def _rises(cls, depths: list[float] | None) -> list[float] | None:
        if depths is not None and not depths[0] < depths[1]:
            msg = "give the lesser depth first"
            raise ValueError(msg)
        return depths


def add_jobs(app: FastAPI, review: Review) -> None:
    """Add the routes."""

    @app.exception_handler(WouldOverwrite)
    async def asks(_: object, error: WouldOverwrite) -> JSONResponse:
        content = {
            "error": str(error),
            "edited": sum(error.by_curve.values()),
            "by_curve": error.by_curve,
        }
        return JSONResponse(content, 409)

    @app.post("/api/job")
    def start(body: JobBody) -> JSONResponse:
        if body.kind == "register":
            known = {"stated": body.stated, "within": body.within, "unit": body.unit}
            job = start_register(review, body.base, known, force=body.force)
        elif body.kind == "check":
            job = start_check(review)
        elif body.kind == "evidence":
            job = start_evidence(review, body.section)
        else:
            job = start_digitise(review, body)
        return JSONResponse({"job": job}, 202)

    @app.post("/api/job/cancel")
    def cancel(_: Body) -> JSONResponse:
        review.jobs.cancel()
        return JSONResponse({"job": review.job_view()})


def begin(review: Review) -> None:
    """Propose a registration where there is nothing yet, and load what is slow."""
    document = review.document
    threading.Thread(target=review.warm, daemon=True).start()
    untouched = document.revision == 1 and not document.documents()[0]["tracks"]
    if untouched and not document.read_only:
        try:
            start_register(review, 1, {}, force=False)
        except InputError:
            return


def start_register(
    review: Review, base: int, known: dict[str, Any], *, force: bool
) -> dict[str, Any]:
    """Start to propose a registration.

    Parameters
    ----------
    review
        Of the scan.
    base
        Revision that is shown.
    known
        What a person states of the depths; see `veernet.register.propose.propose`.
    force
        Replace what is there.

    Raises
    ------
    WouldOverwrite
        If there is one already, or a reading that goes with it.
    """
    document = review.document
    with document.lock:
        document.check(base, None)
        sections = document.sections.values()
        given = any(one.document["tracks"] for one in sections)
        if given and not force:
            raise WouldOverwrite({}, registration=True)
        before = document.documents()
    task = {"kind": "register", **_page(review), **known}

    def finish(folder: Path) -> None:
        take_proposal(document, folder, before)
        review.tell_state()

    return review.jobs.start(task, None, finish).to_page()


def start_check(review: Review) -> dict[str, Any]:
    """Start to compare the registration with the page."""
    document = review.document
    with document.lock:
        documents = [
            one.document
            for one in document.sections.values()
            if one.registration is not None
        ]
        document.registered(None)
    task = {"kind": "check", **_page(review), "documents": documents}

    def finish(folder: Path) -> None:
        review.checked = (documents, checked(folder))

    return review.jobs.start(task, None, finish).to_page()


def start_digitise(review: Review, body: JobBody) -> dict[str, Any]:
    """Start to read a section.

    Raises
    ------
    WouldOverwrite
        If a person has edited or accepted rows, and has not said what is to become of
        them.
    """
    document = review.document
    with document.lock:
        document.check(body.base, None)
        section, _ = document.registered(body.section)
        edited = touched_rows(section.reading)
        if edited and not (body.keep_edits or body.force):
            raise WouldOverwrite(edited)
        registration = section.document
        how = Reread(registration["section"], registration, body.force)
    evidence = review.evidence.file_for(registration)
    task = {
        "kind": "digitise",
        **_page(review),
        "sha256": review.opened.sha256,
        "document": registration,
        "registration_name": review.opened.scan.with_suffix(".yaml").name,
        "evidence": str(evidence),
    }

    def finish(folder: Path) -> None:
        with document.lock:  # nobody traces on it meanwhile
            review.evidence.forget(evidence)
        take_reading(document, folder, how)
        review.tell_state()

    return review.jobs.start(task, how.section, finish).to_page()


def start_evidence(review: Review, section: str | None) -> dict[str, Any]:
    """Start to look at a section as the network does, and to read nothing.

    A reading that came from a file can then be traced again by stretches.
    """
    document = review.document
    with document.lock:
        registration = document.registered(section)[0].document
    path = review.evidence.file_for(registration)
    task = {
        "kind": "evidence",
        **_page(review),
        "document": registration,
        "evidence": str(path),
    }

    def finish(_: Path) -> None:
        with document.lock:  # nobody traces on it meanwhile
            review.evidence.forget(path)
        review.evidence.warm(registration["section"])

    return review.jobs.start(task, registration["section"], finish).to_page()


def _page(review: Review) -> dict[str, Any]:
    return {"scan": str(review.opened.scan.resolve()), "page": review.opened.page}

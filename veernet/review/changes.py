"""Routes that change the document: edits, undo and redo, the registration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from veernet.errors import InputError
from veernet.review import views
from veernet.review.bodies import (
    ConfirmBody,
    EditBody,
    MoveBody,
    PreviewBody,
    RegistrationBody,
)
from veernet.review.document import Change
from veernet.review.editing import plan
from veernet.review.jobroutes import start_evidence
from veernet.review.regdoc import (
    Document,
    document_of,
    filled,
    problems_of,
    registration_of,
    residuals,
)
from veernet.review.sections import Section
from veernet.review.service import Review

if TYPE_CHECKING:
    from veernet.trace.kept import KeptEvidence

Answer = Callable[..., JSONResponse]
"""Takes a change, the section that is shown, and what is told beside."""


def add_changes(app: FastAPI, review: Review) -> None:
    """Add the routes."""
    document = review.document

    def answer(change: Change, section: str | None, **more: Any) -> JSONResponse:  # noqa: ANN401
        reply = views.change_view(document, change) | more
        if document.section(section).shown is not None:
            reply["doubt"] = views.doubt_view(document, section)
        review.tell_state()
        return JSONResponse(reply)

    _add_edits(app, review, answer)
    _add_moves(app, review, answer)
    _add_registration(app, review, answer)


def _add_edits(app: FastAPI, review: Review, answer: Answer) -> None:
    document = review.document

    @app.post("/api/preview")
    def preview(body: PreviewBody) -> JSONResponse:
        with document.lock:
            section, registration = document.shown(body.section)
            evidence = _evidence_for(review, body.section, body.edit)
            planned = plan(section.drawn(), registration, body.edit, evidence)
        patches = [patch.to_page() for patch in planned.patches]
        return JSONResponse({"patches": patches, "notes": list(planned.notes)})

    @app.post("/api/edit")
    def edit(body: EditBody) -> JSONResponse:
        with document.lock:
            document.check(body.base, body.id)
            if document.store.entry_of(body.id) is not None:
                change = document.changes_of(body.id)
                return answer(change, body.section, notes=[])
            section, registration = document.shown(body.section)
            evidence = _evidence_for(review, body.section, body.edit)
            planned = plan(section.drawn(), registration, body.edit, evidence)
            if not planned.patches:
                msg = "this changes nothing: the curve is there already"
                raise InputError(msg)
            change = document.commit(
                "edit",
                planned.label,
                base=body.base,
                id_=body.id,
                section=section.document["section"],
                content={"edit": planned.edit},
                patches=planned.patches,
            )
            return answer(change, body.section, notes=list(planned.notes))


def _evidence_for(
    review: Review, section: str | None, edit: dict[str, Any]
) -> KeptEvidence | None:
    """Return what a stretch is traced again on; begin to make it where it lacks."""
    name = review.document.section(section).document["section"]
    found = review.evidence.of(name)
    follows = edit.get("action") == "retrace" and not edit.get("straight")
    if found is not None or not follows:
        return found
    if not review.jobs.is_running:
        start_evidence(review, name)
    msg = (
        "re-tracing needs what the network sees of the scan, which is being made "
        "now: try again when the bar is full, or hold the key for a straight line"
    )
    raise InputError(msg)


def _add_moves(app: FastAPI, review: Review, answer: Answer) -> None:
    document = review.document

    @app.post("/api/undo")
    def undo(body: MoveBody) -> JSONResponse:
        with document.lock:
            return answer(document.undo(body.base, body.id), body.section)

    @app.post("/api/redo")
    def redo(body: MoveBody) -> JSONResponse:
        with document.lock:
            return answer(document.redo(body.base, body.id), body.section)


def _add_registration(app: FastAPI, review: Review, answer: Answer) -> None:
    document = review.document

    @app.post("/api/confirm")
    def confirm(body: ConfirmBody) -> JSONResponse:
        with document.lock:
            word = "confirmed" if body.confirmed else "unconfirmed"
            change = document.commit(
                "confirm",
                f"{len(body.keys)} suggestions {word}",
                base=body.base,
                id_=body.id,
                section=document.section(body.section).document["section"],
                content={word: body.keys},
            )
            findings = review.findings_view(body.section)
            return answer(change, body.section, findings=findings)

    @app.post("/api/registration")
    def registration(body: RegistrationBody) -> JSONResponse:
        with document.lock:
            document.check(body.base, body.id)
            old = document.section(body.section)
            content: dict[str, Any] = {"renamed": body.renamed}
            if body.confirmed is not None:
                content["confirmed"] = body.confirmed
            new = _taken(body.registration, old)
            name = new["section"]
            change = document.commit(
                "registration",
                body.label,
                base=body.base,
                id_=body.id,
                section=name,
                content=content,
                documents=[
                    new if one["section"] == name else one
                    for one in document.documents()
                ],
            )
            now = document.section(body.section)
            return answer(
                change,
                body.section,
                registration=now.document,
                problems=now.problems,
                depth=residuals(now.document),
                findings=review.findings_view(body.section),
            )


def _taken(reply: dict[str, Any], old: Section) -> Document:
    """Return a registration that was sent; refuse another section or page."""
    new = filled(reply)
    name, page = old.document["section"], old.document["page"]
    if new["section"] != name:
        msg = f"the section is called {name!r}, not {new['section']!r}"
        raise InputError(msg)
    if new["page"] != page:
        msg = f"the document is of page {page}: leave it so"
        raise InputError(msg)
    if not problems_of(new):
        # As it comes back from a file, so that it is known again there.
        new = document_of(registration_of(new))
    return new

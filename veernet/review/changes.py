"""Routes that change the document: edits, undo and redo, the registration."""

from __future__ import annotations

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
    document_of,
    filled,
    problems_of,
    registration_of,
    residuals,
)
from veernet.review.service import Review

if TYPE_CHECKING:
    from veernet.trace.kept import KeptEvidence


def add_changes(app: FastAPI, review: Review) -> None:
    """Add the routes."""
    document = review.document

    def answer(change: Change, section: str | None, **more: Any) -> JSONResponse:  # noqa: ANN401
        told = views.change_view(document, change) | more
        if document.section(section).registration is not None:
            told["doubt"] = views.doubt_view(document, section)
        review.tell_state()
        return JSONResponse(told)

    def evidence_for(section: str | None, edit: dict[str, Any]) -> KeptEvidence | None:
        """Return what a stretch is traced again on; begin to make it where it lacks."""
        name = document.section(section).document["section"]
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

    @app.post("/api/preview")
    def preview(body: PreviewBody) -> JSONResponse:
        with document.lock:
            section, registration = document.registered(body.section)
            evidence = evidence_for(body.section, body.edit)
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
            section, registration = document.registered(body.section)
            evidence = evidence_for(body.section, body.edit)
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

    @app.post("/api/undo")
    def undo(body: MoveBody) -> JSONResponse:
        with document.lock:
            return answer(document.undo(body.base, body.id), body.section)

    @app.post("/api/redo")
    def redo(body: MoveBody) -> JSONResponse:
        with document.lock:
            return answer(document.redo(body.base, body.id), body.section)

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
            new = filled(body.registration)
            name = old.document["section"]
            if new["section"] != name:
                msg = f"the section is called {name!r}, not {new['section']!r}"
                raise InputError(msg)
            if new["page"] != old.document["page"]:
                msg = f"the document is of page {old.document['page']}: leave it so"
                raise InputError(msg)
            if not problems_of(new):
                # As it comes back from a file, so that it is known again there.
                new = document_of(registration_of(new))
            documents = [
                new if one["section"] == name else one for one in document.documents()
            ]
            content: dict[str, Any] = {"renamed": body.renamed}
            if body.confirmed is not None:
                content["confirmed"] = body.confirmed
            change = document.commit(
                "registration",
                body.label,
                base=body.base,
                id_=body.id,
                section=name,
                content=content,
                documents=documents,
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

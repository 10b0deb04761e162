"""Routes that change the document: edits, undo and redo, the registration."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from veernet.errors import InputError
from veernet.review import views
from veernet.review.document import Change
from veernet.review.editing import plan
from veernet.review.regdoc import filled, problems_of, residuals
from veernet.review.service import Review


class Body(BaseModel):
    """What a page sends: no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)
    section: str | None = Field(None, max_length=200)


class PreviewBody(Body):
    """An edit that is not to be made."""

    edit: dict[str, Any]


class EditBody(PreviewBody):
    """An edit, what it is based on, and its name among all edits."""

    base: int
    id: str = Field(min_length=8, max_length=64)


class MoveBody(Body):
    """Undo and redo."""

    base: int
    id: str | None = Field(None, min_length=8, max_length=64)


class ConfirmBody(Body):
    """Suggestions that a person takes as they stand, or no longer."""

    base: int
    id: str = Field(min_length=8, max_length=64)
    keys: list[str] = Field(min_length=1, max_length=10_000)
    confirmed: bool = True


class RegistrationBody(Body):
    """A registration as it is to be."""

    base: int
    id: str = Field(min_length=8, max_length=64)
    registration: dict[str, Any]
    renamed: dict[str, str] = Field(default_factory=dict)
    confirmed: list[str] | None = None
    label: str = Field("registration changed", max_length=200)


def add_changes(app: FastAPI, review: Review) -> None:
    """Add the routes."""
    document = review.document

    def answer(change: Change, section: str | None, **more: Any) -> JSONResponse:  # noqa: ANN401
        told = views.change_view(document, change) | more
        if document.section(section).registration is not None:
            told["doubt"] = views.doubt_view(document, section)
        review.tell_state()
        return JSONResponse(told)

    @app.post("/api/preview")
    def preview(body: PreviewBody) -> JSONResponse:
        with document.lock:
            section, registration = document.registered(body.section)
            evidence = review.evidence.of(section.document["section"])
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
            evidence = review.evidence.of(section.document["section"])
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
            problems_of(new)  # raises where something is wrong rather than missing
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

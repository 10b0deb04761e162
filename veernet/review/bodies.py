"""Bodies of the requests that change a document, as a page sends them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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

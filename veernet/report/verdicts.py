"""The claims of the references, each with its verdict, as the page lists them."""

from __future__ import annotations

from typing import Any

from veernet.study.results import Study


def verdicts(study: Study) -> list[dict[str, Any]] | None:
    """Return a row for each claim, None where they cannot be judged yet."""
    del study
    return None

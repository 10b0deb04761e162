"""What the routes work on: a document, the page of its scan, its jobs and listeners."""

from __future__ import annotations

from typing import Any

from veernet.edits import Retracer
from veernet.review import views
from veernet.review.events import Hub
from veernet.review.opening import Opened
from veernet.review.pages import Page, cache_folder


class Review:
    """One scan under review.

    Parameters
    ----------
    opened
        Its document.
    """

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.document = opened.document
        self.hub = Hub()
        self.page = Page(
            opened.scan, opened.sha256, opened.page, cache_folder() / "pages"
        )

    async def close(self) -> None:
        """Stop what runs."""

    def retracer(self, section: str | None) -> Retracer | None:  # noqa: ARG002
        """Return what follows ink between picks; None where no evidence is kept."""
        return None

    def findings_view(self, section: str | None) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return what a person should look at of the registration and the reading."""
        return []

    def figures_view(self, section: str | None) -> dict[str, Any]:
        """Return figures of every curve, and the findings."""
        told = views.figures_view(self.document, section)
        return {**told, "findings": self.findings_view(section)}

    def more_view(self, section: str | None) -> dict[str, Any]:
        """Return what the page is told beside the document."""
        return {
            "findings": self.findings_view(section),
            "retrace": self.retracer(section) is not None,
            "job": self.job_view(),
        }

    def job_view(self) -> dict[str, Any] | None:
        """Return the job that runs, or ran last."""
        return None

    def image_told(self) -> dict[str, Any]:
        """Return how far the scan is decoded."""
        page = self.page
        return {"done": page.done, "total": page.total, "ready": page.ready}

    def tell_image(self) -> None:
        """Tell every page how far the scan is decoded."""
        self.hub.publish("image", self.image_told())

    def tell_state(self) -> None:
        """Tell every page that the document has changed."""
        self.hub.publish("state", views.state_view(self.document, None))

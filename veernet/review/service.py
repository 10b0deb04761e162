"""What the routes work on: a document, the page of its scan, its jobs and listeners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from veernet.check.quick import check_quickly
from veernet.records import Registration, ScanInfo
from veernet.review import views
from veernet.review.events import Hub
from veernet.review.evidence import Evidences
from veernet.review.findings import (
    ListedFinding,
    of_check,
    of_reading,
    still_there,
    worst_first,
)
from veernet.review.jobs import Job, Jobs
from veernet.review.opening import Opened
from veernet.review.pages import Page, cache_folder
from veernet.review.regdoc import Document as RegistrationDocument
from veernet.review.roots import Roots
from veernet.review.sections import Section


class Review:
    """One scan under review.

    Parameters
    ----------
    opened
        Its document.
    roots
        Folders that exports may be written to, beside the scan's own.
    """

    def __init__(self, opened: Opened, roots: Sequence[Path] = ()) -> None:
        self.opened = opened
        self.document = opened.document
        self.hub = Hub()
        self.roots = Roots([opened.scan.resolve().parent, *roots])
        self.cache = cache_folder()
        self.page = Page(opened.scan, opened.sha256, opened.page, self.cache / "pages")
        self.evidence = Evidences(self.document, opened.sha256, self.cache / "evidence")
        self.jobs = Jobs(self.tell_job)
        self.checked: tuple[list[RegistrationDocument], list[dict[str, Any]]] = ([], [])
        """What the last check has found, and of which registrations."""

    async def close(self) -> None:
        """Stop what runs."""
        await run_in_threadpool(self.jobs.close)
        self.evidence.close()

    # what a person should look at

    def findings_view(self, name: str | None) -> list[dict[str, Any]]:
        """Return what a person should look at of the registration."""
        with self.document.lock:
            section = self.document.section(name)
            found = [*self._proposed(section), *self._found(section)]
        return self._listed(found)

    def _listed(self, found: Sequence[ListedFinding]) -> list[dict[str, Any]]:
        confirmed = self.document.confirmed
        return [
            {**one.to_json(), "confirmed": one.key in confirmed}
            for one in worst_first(found)
        ]

    def _proposed(self, section: Section) -> list[ListedFinding]:
        name = section.document["section"]
        kept = map(ListedFinding.from_json, self.document.findings)
        proposed = next(
            (one for one in self.document.proposed if one["section"] == name),
            section.document,
        )
        return [
            one
            for one in kept
            if one.section == name and still_there(one, section.document, proposed)
        ]

    def _found(self, section: Section) -> list[ListedFinding]:
        """Return what the check says; without the page while it has not looked."""
        if section.registration is None:
            return []
        documents, findings = self.checked
        if section.document in documents:
            name = section.document["section"]
            every = map(ListedFinding.from_json, findings)
            return [one for one in every if one.section == name]
        info = self._info(section.registration)
        rows = self._rows(section)
        return [
            of_check(one, rows) for one in check_quickly(info, section.registration)
        ]

    def _info(self, registration: Registration) -> ScanInfo:
        size = self.page.size or (0, 0)
        dpi = None if self.page.known is None else self.page.known.dpi
        return ScanInfo(
            path=self.opened.scan.name,
            page=registration.page,
            pages=1,
            rows=size[0],
            columns=size[1],
            mode="",
            dpi=dpi,
        )

    def _rows(self, section: Section) -> int:
        """Return the rows of the page, as far as they are known."""
        if self.page.size is not None:
            return self.page.size[0]
        registration = section.registration
        return registration.row_range[1] if registration is not None else 0

    def figures_view(self, section: str | None) -> dict[str, Any]:
        """Return figures of every curve, and what is to be looked at of them."""
        view = views.figures_view(self.document, section)
        with self.document.lock:
            own, registration = self.document.shown(section)
            traces = views.traces_of(own)
        found = of_reading(traces, registration) if traces else []
        return {**view, "findings": self._listed(found)}

    def retraces(self, section: str | None) -> bool:
        """Tell whether evidence is kept that a stretch can be traced again on."""
        name = self.document.section(section).document["section"]
        return self.evidence.of(name) is not None

    def more_view(self, section: str | None) -> dict[str, Any]:
        """Return what the page is told beside the document."""
        return {
            "findings": self.findings_view(section),
            "retrace": self.retraces(section),
            "job": self.job_view(),
        }

    # what pages are told

    def job_view(self) -> dict[str, Any] | None:
        """Return the job that runs, or ran last."""
        job = self.jobs.current
        return None if job is None else job.to_page()

    def image_described(self) -> dict[str, Any]:
        """Return how far the scan is decoded."""
        page = self.page
        return {"done": page.done, "total": page.total, "ready": page.ready}

    def tell_image(self) -> None:
        """Tell every page how far the scan is decoded."""
        self.hub.publish("image", self.image_described())

    def tell_job(self, job: Job) -> None:
        """Tell every page how a job stands."""
        self.hub.publish("job", {"job": job.to_page()})

    def tell_state(self) -> None:
        """Tell every page that the document has changed."""
        self.hub.publish("state", views.state_view(self.document, None))

    def warm(self) -> None:
        """Load the compiled code of the tracer."""
        for name in list(self.document.sections):
            self.evidence.warm(name)

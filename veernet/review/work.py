"""Long work in a process of its own: register, check or digitise a scan.

`python -m` this module reads one task as a line of JSON, tells how far it is in lines
of JSON, and leaves what it made in the folder of the task. It ends when whoever
started it does.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veernet.errors import InputError, Refused

if TYPE_CHECKING:
    from veernet.records import Registration

OFTEN = 0.1
"""Seconds between two words of how far the work is."""

NICE = 5
"""How much of the processor is left to others."""

ASKED = 0.5
"""Confidence from which a curve of a header is in the table to be confirmed: a person
looks at each there, and strikes a wrong one out with a click."""

RESULT = "result.json"
TRACE = "reading.parquet"


def main() -> int:
    """Do the task that stands in the first line of the input."""
    # The page that a person looks at goes first.
    os.nice(NICE)
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tasks = {"register": register, "check": check, "digitise": digitise}
    tasks["evidence"] = evidence
    try:
        answer = tasks[task["kind"]](task)
    except (InputError, Refused, OSError) as error:
        _say(error=str(error), refused=isinstance(error, Refused))
        return 2
    except MemoryError:
        _say(error="there is not enough memory for this page: close other programs")
        return 2
    folder = Path(task["folder"])
    (folder / RESULT).write_text(json.dumps(answer, allow_nan=False), encoding="utf-8")
    return 0


def register(task: dict[str, Any]) -> dict[str, Any]:
    """Propose the registration of a page; see `veernet.register`."""
    from veernet.register.ocr.reader import load_reader  # noqa: PLC0415
    from veernet.register.ocr.recognise import load_recogniser  # noqa: PLC0415
    from veernet.register.propose import propose  # noqa: PLC0415
    from veernet.register.text import proposal_yaml  # noqa: PLC0415
    from veernet.review.findings import ListedFinding, of_proposal, of_well  # noqa: PLC0415
    from veernet.review.regdoc import filled  # noqa: PLC0415
    from veernet.scan import open_scan  # noqa: PLC0415
    from veernet.yamldoc import documents_in  # noqa: PLC0415
    from veernet.yamlshared import plain_documents  # noqa: PLC0415

    _say(stage="opening the scan")
    path, page = Path(task["scan"]), int(task["page"])
    scan = open_scan(path, page)
    read, missing = None, None
    try:
        read, recognise = load_reader(), load_recogniser()
    except InputError:
        missing = (
            "print is not read without RapidOCR: pip install 'veernet[register]', or "
            "give depths, curves and scales by hand"
        )

        def recognise(_: object) -> tuple[str, float]:
            return "", 0.0

    sections = propose(
        scan,
        recognise,
        read=read,
        stated=task.get("stated"),
        unit=task.get("unit"),
        within=task.get("within"),
        heading=True,
        progress=_progress("looking for tracks and depths"),
    )
    proposed = proposal_yaml(path, page, sections, ASKED)
    read_again = documents_in(proposed.encode(), Path("proposal"))
    documents = [filled(one) for one in plain_documents(read_again)]
    findings = [f for one in sections for f in of_proposal(one, scan.info.rows)]
    findings += of_well(sections[0])
    if missing:
        findings.insert(
            0, ListedFinding(missing, "wrong", "register", sections[0].name)
        )
    return {
        "documents": documents,
        "findings": [finding.to_json() for finding in findings],
    }


def check(task: dict[str, Any]) -> dict[str, Any]:
    """Compare registrations with their page; see `veernet.check`."""
    from veernet.check.page import check as check_page  # noqa: PLC0415
    from veernet.review.findings import of_check  # noqa: PLC0415
    from veernet.review.regdoc import registration_of  # noqa: PLC0415
    from veernet.scan import open_scan  # noqa: PLC0415

    _say(stage="opening the scan")
    scan = open_scan(Path(task["scan"]), int(task["page"]))
    registrations = [registration_of(one) for one in task["documents"]]
    found = check_page(scan, registrations, _progress("comparing with the page"))
    return {"findings": [of_check(one, scan.info.rows).to_json() for one in found]}


def digitise(task: dict[str, Any]) -> dict[str, Any]:
    """Read the curves of a section; see `veernet.digitise`."""
    from veernet import __version__  # noqa: PLC0415
    from veernet.digitise import digitise as digitise_section  # noqa: PLC0415
    from veernet.engines import load_engine  # noqa: PLC0415
    from veernet.export import Provenance, write_traces  # noqa: PLC0415
    from veernet.export.audit import now  # noqa: PLC0415
    from veernet.export.parameters import resolution_text  # noqa: PLC0415
    from veernet.files import sha256  # noqa: PLC0415
    from veernet.registration import to_yaml  # noqa: PLC0415
    from veernet.review.regdoc import registration_of  # noqa: PLC0415
    from veernet.scan import open_scan  # noqa: PLC0415
    from veernet.trace.kept import EvidenceWriter  # noqa: PLC0415
    from veernet.weights import SUFFIXES, weights_file, weights_stem  # noqa: PLC0415

    _say(stage="opening the scan")
    path = Path(task["scan"])
    registration = registration_of(task["document"])
    scan = open_scan(path, registration.page)
    _say(stage="loading the network")
    engine = load_engine()
    progress = _Panels(registration)
    with EvidenceWriter(Path(task["evidence"]), registration) as writer:
        result = digitise_section(
            scan, registration, engine, progress=progress.tell, keep=writer.add
        )
        if result.refused:
            raise Refused(result.refused)
        _say(stage="writing")
    weights = weights_file(weights_stem(None), SUFFIXES[1])
    text = to_yaml(registration).encode()
    provenance = Provenance(
        scan=path.name,
        scan_sha256=task["sha256"],
        registration=task["registration_name"],
        registration_sha256=hashlib.sha256(text).hexdigest(),
        weights=weights.name,
        weights_sha256=sha256(weights) if weights.is_file() else "unknown",
        version=__version__,
        tracer="dp",
        resolution=resolution_text(scan.info.dpi),
    )
    deed = f"all read by veernet review {__version__}, weights {weights.name}"
    provenance = provenance.done_on(now(), [deed])
    target = Path(task["folder"]) / TRACE
    write_traces(
        target, result.traces, registration, provenance, findings=result.findings
    )
    return {
        "timings": result.timings,
        "metadata": asdict(provenance),
        "found": [found.to_dict() for found in result.findings if found.curves],
    }


def evidence(task: dict[str, Any]) -> dict[str, Any]:
    """Keep what the network sees of a section, and trace nothing."""
    from veernet.engines import load_engine  # noqa: PLC0415
    from veernet.rectify import panels  # noqa: PLC0415
    from veernet.review.regdoc import registration_of  # noqa: PLC0415
    from veernet.scan import open_scan  # noqa: PLC0415
    from veernet.segment import segment  # noqa: PLC0415
    from veernet.trace.kept import EvidenceWriter  # noqa: PLC0415

    _say(stage="opening the scan")
    registration = registration_of(task["document"])
    scan = open_scan(Path(task["scan"]), registration.page)
    _say(stage="loading the network")
    engine = load_engine()
    progress = _Panels(registration)
    with EvidenceWriter(Path(task["evidence"]), registration) as writer:
        for panel in panels(scan, registration):
            name = "+".join(track.name for track in panel.tracks)
            seen = segment(panel, engine, progress=partial(progress.tell, name))
            engine.rest()
            writer.add(panel, seen)
    return {}


class _Panels:
    """Tells how far the network has come on all panels together."""

    def __init__(self, registration: Registration) -> None:
        first, stop = registration.row_range
        self._rows = stop - first
        self._total = self._rows * len(registration.tracks)
        self._before = 0
        self._reported_at = 0.0

    def tell(self, name: str, done: int, total: int) -> None:
        """Take what `veernet.digitise.digitise` says of a panel."""
        tracks = name.count("+") + 1
        here = self._before + self._rows * tracks * done // max(total, 1)
        if done == total:
            self._before += self._rows * tracks
            _say(stage=f"tracing {name}", done=here, total=self._total)
        elif time.monotonic() - self._reported_at > OFTEN:
            self._reported_at = time.monotonic()
            _say(stage=f"reading {name}", done=here, total=self._total)


def _progress(stage: str) -> Callable[[int, int], None]:
    """Return what tells how far a stage is, not too often."""
    answer = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal answer
        if done == total or time.monotonic() - answer > OFTEN:
            answer = time.monotonic()
            _say(stage=stage, done=done, total=total)

    return tell


def _say(**answer: object) -> None:
    """Write one line to whoever started the work."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """End when the input is closed: nobody waits for the work any more."""
    with suppress(OSError, ValueError):
        while sys.stdin.read(1):
            pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())

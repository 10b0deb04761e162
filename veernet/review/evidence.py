"""The evidence that curves were traced on, kept so that a stretch is traced again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from veernet.digitise import Keep
from veernet.records import Registration
from veernet.review.regdoc import Document


def evidence_key(scan_sha256: str, document: Document) -> str:
    """Return a name for the evidence of a section: of its pixels, tracks and depths.

    Scales, names and well fields do not change what the network sees.
    """
    seen = {
        "page": document["page"],
        "depth": document["depth"],
        "tracks": [
            {
                "left": track["left"],
                "right": track["right"],
                "curves": [
                    {key: curve[key] for key in ("line", "weight", "colour", "wraps")}
                    for curve in track["curves"]
                ],
            }
            for track in document["tracks"]
        ],
    }
    told = json.dumps([scan_sha256, seen], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def keeper(
    folder: Path,  # noqa: ARG001
    registration: Registration,  # noqa: ARG001
) -> tuple[Keep | None, Callable[[], None]]:
    """Return what keeps evidence while a section is digitised, and what ends it."""
    return None, lambda: None

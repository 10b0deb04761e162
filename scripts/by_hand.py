"""The registrations made by hand that proposals are scored against."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from veernet.errors import InputError
from veernet.records import Registration
from veernet.registration import load_registrations


def options_of(
    says: str | None,
    argv: Sequence[str] | None,
    flags: Mapping[str, str] | None = None,
    numbers: Mapping[str, int] | None = None,
) -> argparse.Namespace:
    """Read the command line of a script that scores: ``--only``, ``--out`` and more."""
    parser = argparse.ArgumentParser(description=(says or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="registrations whose name has this")
    parser.add_argument("--out", type=Path, required=True)
    for flag, meaning in (flags or {}).items():
        parser.add_argument(flag, action="store_true", help=meaning)
    for number, usual in (numbers or {}).items():
        parser.add_argument(number, type=int, default=usual, help=f"{usual} unless so")
    return parser.parse_args(argv)


def real_folder() -> Path:
    """Return the folder of real scans.

    Raises
    ------
    InputError
        If ``VEERNET_REAL`` does not name it.
    """
    real = os.environ.get("VEERNET_REAL")
    if not real:
        msg = "VEERNET_REAL is not set: name the folder of real scans"
        raise InputError(msg)
    return Path(real)


def registrations(only: str) -> Iterator[tuple[str, Registration, Path]]:
    """Yield each registration with the name of its file, and its scan."""
    real = real_folder()
    for file in sorted((real / "registrations").glob("*.yaml")):
        if only in file.stem:
            for registration in load_registrations(file):
                yield file.stem, registration, real / "scans" / str(registration.image)

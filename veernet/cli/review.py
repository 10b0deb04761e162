"""Review: correct a reading in the browser."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from veernet.cli.arguments import Verbs, add_registration, add_scan, add_verb
from veernet.cli.output import DONE
from veernet.errors import InputError


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``review`` and what it takes."""
    verb = add_verb(
        verbs,
        "review",
        run,
        "register, read and correct a scan in the browser",
        "Serves a page on this machine and opens it: what is not given is proposed and "
        "digitised there. Every change is kept at once in a file beside the scan, "
        "WELL.veernet; the next review goes on with it. Stop it with Ctrl+C.",
    )
    add = verb.add_argument
    add_scan(verb, "WELL.tif")
    add_registration(verb, required=False, says="else they are proposed")
    add(
        "--trace",
        type=Path,
        metavar="WELL.parquet",
        help="the reading, from digitise --trace; else it is digitised",
    )
    add("--section", metavar="NAME", help="only this section of the registration")
    add("--page", type=int, metavar="N", help="of the file, from 0")
    add(
        "--port", type=int, default=0, help="of the server; 0 (the default): a free one"
    )
    add("--no-open", action="store_true", help="print the address and open no browser")
    add("--read-only", action="store_true", help="look, and change nothing")
    add(
        "--overwrite",
        action="store_true",
        help="take what is given in place of what WELL.veernet holds; undo brings it "
        "back",
    )
    add(
        "--root",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder that exports may be written to, beside the scan's own",
    )
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen at; any but the default lets others in the network in, "
        "and needs --token",
    )
    add(
        "--token", help="opens the page as often as wanted; else one that opens it once"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until it is stopped."""
    try:
        import fastapi
        import uvicorn
    except ImportError as error:
        msg = "review needs more than the core: pip install 'veernet[review]'"
        raise InputError(msg) from error
    del fastapi, uvicorn
    from veernet.review.opening import open_document
    from veernet.review.roots import Roots
    from veernet.review.serve import Address, serve

    Roots([options.scan.parent, *options.root])
    place = Address(options.host, options.port, options.token, tuple(options.root))
    if place.warning:
        print(f"note: {place.warning}", file=sys.stderr)
    opened = open_document(
        options.scan,
        registration=options.registration,
        trace=options.trace,
        section=options.section,
        page=options.page,
        read_only=options.read_only,
        overwrite=options.overwrite,
    )
    try:
        serve(
            opened,
            place,
            lambda address: print(address, flush=True),
            browser=not options.no_open,
        )
    except KeyboardInterrupt:
        # How a review ends: nothing is lost by it.
        print(f"stopped; all changes are in {opened.document.store.path}")
    return DONE

"""Register: propose the registration of a scan."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from veernet.cli.arguments import Verbs, add_overwrite, add_scan, add_verb
from veernet.cli.output import DONE, page_progress
from veernet.errors import InputError


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``register`` and what it takes."""
    verb = add_verb(
        verbs,
        "register",
        run,
        "propose the registration of a scan",
        "Finds sections, tracks, depth column and depth lines, reads the depth "
        "numerals and the legends of the curves, and writes a registration in which "
        "each finding says how sure it is: 0.9 and above is stated, below it is a "
        "suggestion. The heading is read into the fields of the well, each with its "
        "place (COMP WELL FLD CNTY STAT PROV CTRY API UWI SRVC DATE, and RUN PDAT EPD "
        "LMF APD DMF EKB EDF EGL MATR for ~Parameter). Curves that were not read are "
        "to be given by hand; with --like all come from a template.",
    )
    add = verb.add_argument
    add_scan(verb)
    add("--out", type=Path, required=True, metavar="REG.yaml", help="the proposal")
    add_overwrite(verb)
    add("--page", type=int, default=0, metavar="N", help="of the file, from 0")
    add(
        "--top",
        type=float,
        metavar="DEPTH",
        help="depth of the first depth line of the longest section, with --bottom; no "
        "numeral is then read",
    )
    add("--bottom", type=float, metavar="DEPTH", help="depth of its last depth line")
    add(
        "--within",
        type=float,
        nargs=2,
        metavar=("LEAST", "GREATEST"),
        help="depths between which the whole log lies: settles a leading digit that "
        "the numerals leave out, as in 4300 for 14300",
    )
    add(
        "--like",
        type=Path,
        metavar="TEMPLATE.yaml",
        help="take curves, scales, unit, step and null value from an earlier "
        "registration of the same layout: the result is complete",
    )
    add(
        "--no-heading",
        dest="heading",
        action="store_false",
        help="leave out the fields of the well: three readings of a page of print less",
    )
    add("--unit", choices=("ft", "m"), help="of depths, where the header tells")
    add(
        "--overlay",
        type=Path,
        metavar="FOUND.png",
        help="the scan, reduced, a PNG for each 12,000 rows; on it the edges of tracks "
        "(blue) and of the depth column (olive), the depth at each numeral and a line "
        "at each depth point (green where stated, orange where suggested)",
    )


def _check(options: argparse.Namespace) -> None:
    """Refuse what cannot be done before any long work."""
    top, bottom, within, out = (
        getattr(options, name) for name in ("top", "bottom", "within", "out")
    )
    msg = ""
    if (top is None) != (bottom is None):
        msg = "give both --top and --bottom, or neither"
    elif top is not None and not top < bottom:
        said = f"--top {top:g} --bottom {bottom:g}"
        msg = f"{said}: depth increases down the page, so the top is the lesser"
    elif within is not None and top is not None:
        msg = "--within is for depths that are read: give it, or --top and --bottom"
    elif within is not None and not within[0] < within[1]:
        msg = f"--within {within[0]:g} {within[1]:g}: give the lesser depth first"
    elif out.suffix.lower() not in (".yaml", ".yml"):
        msg = f"{out} does not end in .yaml: that is what a registration is"
    elif out.exists() and not options.overwrite:
        says = "is there, and may be edited by hand"
        msg = f"{out} {says}: give another --out, or --overwrite"
    if msg:
        raise InputError(msg)


def run(options: argparse.Namespace) -> int:
    """Write a proposal, and print what it holds."""
    from veernet.engines import available_cores
    from veernet.export import check_overlay
    from veernet.files import check_places, together, write_text
    from veernet.register.like import like, unit_of
    from veernet.register.liketext import likened_lines, likened_yaml
    from veernet.register.ocr.reader import load_reader
    from veernet.register.ocr.recognise import load_recogniser
    from veernet.register.overlay import write_overlay
    from veernet.register.propose import propose
    from veernet.register.text import proposal_lines, proposal_yaml, summary_line
    from veernet.registration import load_registrations
    from veernet.scan import open_scan

    _check(options)
    outputs = [path for path in (options.out, options.overlay) if path]
    templates = load_registrations(options.like) if options.like else ()
    inputs = [options.scan, *([options.like] if options.like else [])]
    check_places(outputs, inputs, overwrite=options.overwrite)
    if options.overlay:
        others = [*inputs, options.out]
        check_overlay(options.overlay, others, overwrite=options.overwrite)
    scan = open_scan(options.scan, options.page)
    stated = None if options.top is None else (options.top, options.bottom)
    read = None
    # Who states the depths does without; who does not is told what is missing.
    with suppress(InputError):
        read = load_reader()
    sections = propose(
        scan,
        None if stated else load_recogniser(),
        read=read,
        stated=stated,
        unit=options.unit or unit_of(templates),
        within=options.within,
        heading=options.heading,
        progress=page_progress("surveyed"),
        reading=page_progress("read"),
        threads=available_cores(),
    )
    if templates:
        likened, left_out = like(
            sections,
            templates,
            image=options.scan.name,
            page=options.page,
            name=options.like,
        )
        text, lines = likened_yaml(likened, options.like.name), likened_lines(likened)
        lines += [f"left out: {reason}" for reason in left_out]
        summary = f"{len(likened)} sections like {options.like}"
        sections = tuple(one.proposed for one in likened)
    else:
        text = proposal_yaml(options.scan, options.page, sections)
        lines = proposal_lines(sections)
        summary = summary_line(sections)
    pictures: tuple[Path, ...] = ()
    with together():
        write_text(options.out, text)
        if options.overlay:
            pictures = write_overlay(options.overlay, scan, sections)
    print("\n".join(lines))
    print(f"{options.out}: {summary}")
    look = ", ".join(map(str, pictures)) or "an --overlay"
    print(f"next: look at {look}, then: veernet check {options.out} {options.scan}")
    return DONE

"""The command line: one sub-command per verb, and nothing heavy before it is needed."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Never

from veernet import __version__
from veernet.cli import composed
from veernet.cli.arguments import make_parser
from veernet.cli.composed import config_folder, offer_settings
from veernet.cli.output import DEFECT, DONE, REFUSED, WRONG_INPUT
from veernet.errors import InputError, Refused

if TYPE_CHECKING:
    from veernet.check.finding import Finding
    from veernet.digitise import Progress, Result
    from veernet.export import Provenance
    from veernet.records import Curve, Registration, Scan, Trace

__all__ = [
    "DEFECT",
    "DONE",
    "REFUSED",
    "WRONG_INPUT",
    "config_folder",
    "main",
    "offer_settings",
]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Arguments; those of the process unless given.

    Returns
    -------
    int
        0 done; 1 a defect of veernet; 2 the input or the arguments are wrong; 3 the
        scan is no readable curve log.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Hydra reads the rest of these two commands' lines itself.
    if arguments and arguments[0] in composed.COMMANDS:
        return _guarded(lambda: composed.run(arguments[0], arguments[1:]))
    options = make_parser().parse_args(arguments)
    command = {
        "digitise": _digitise,
        "export": _export,
        "evaluate": _evaluate,
        "scan": _scan,
        "report": _report,
        "convert": _convert,
        "register": _register,
        "check": _check,
    }[options.command]
    return _guarded(lambda: command(options))


def _guarded(command: Callable[[], int]) -> int:
    """Turn what a command raises into one line and an exit code."""
    try:
        return command()
    except InputError as error:
        return _say(error, WRONG_INPUT)
    except Refused as error:
        return _say(error, REFUSED)
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        # A full disk, a folder that may not be written: the user's to mend, not ours.
        return _say(error, WRONG_INPUT)
    except KeyboardInterrupt:
        return _say("interrupted: nothing was half written", 130)
    except Exception:  # noqa: BLE001, RUF100 - the last resort before the user
        traceback.print_exc()
        return _say(
            "this is a defect of veernet: please report the lines above", DEFECT
        )


def _say(what: object, code: int) -> int:
    print(f"veernet: {what}", file=sys.stderr)
    return code


def _digitise(options: argparse.Namespace) -> int:
    from veernet.digitise import digitise
    from veernet.engines import load_engine
    from veernet.scan import open_scan

    registrations = _sections(options.registration, options.section)
    files = [_files(options, r.section, len(registrations)) for r in registrations]
    _check_files(options, registrations, files)
    provenance = _provenance(options)
    engine = load_engine(options.weights, options.engine, options.device)
    refused = []
    for registration, outputs in zip(registrations, files, strict=True):
        scan = open_scan(options.scan, registration.page)
        result = digitise(
            scan, registration, engine, options.tracer, progress=_progress()
        )
        _write(
            result,
            scan,
            registration,
            outputs,
            provenance,
            confidence=options.confidence,
        )
        if result.refused:
            refused.append(f"section {result.section}: {result.refused}")
    if refused:
        msg = f"{options.scan}: {'; '.join(refused)}"
        raise Refused(msg)
    return DONE


def _files(options: argparse.Namespace, section: str, sections: int) -> dict[str, Path]:
    """Return the files to write: WELL.las alone, WELL.repeat.las among sections."""
    from veernet.export import section_path

    return {
        name: section_path(path, section, sections)
        for name in ("out", "overlay", "trace", "report")
        if (path := getattr(options, name)) is not None
    }


def _check_files(
    options: argparse.Namespace,
    registrations: Sequence[Registration],
    files: Sequence[Mapping[str, Path]],
) -> None:
    """Refuse what cannot be written before any long work."""
    from veernet.calibrate import even_depths
    from veernet.export import check_output, check_overlay
    from veernet.files import check_places
    from veernet.weights import SUFFIXES, weights_file, weights_stem

    check_output(options.out, registrations, confidence=options.confidence)
    for registration in registrations:
        even_depths(registration.depth, registration.step)
    stem = weights_stem(options.weights)
    inputs = [options.scan, options.registration]
    inputs += [weights_file(stem, suffix) for suffix in SUFFIXES]
    outputs = [path for named in files for path in named.values()]
    check_places(outputs, inputs)
    for name, suffix in (("trace", ".parquet"), ("report", ".json")):
        path = getattr(options, name)
        if path is not None and path.suffix.lower() != suffix:
            msg = f"{path} does not end in {suffix}: that is what the {name} is"
            raise InputError(msg)
    for named in files:
        if "overlay" in named:
            check_overlay(named["overlay"], [*inputs, *outputs])


def _write(
    result: Result,
    scan: Scan,
    registration: Registration,
    files: Mapping[str, Path],
    provenance: Provenance,
    *,
    confidence: bool,
) -> None:
    """Write what was asked for; a refused section leaves a report and no curves."""
    from veernet.export import write_overlay, write_report, write_traces

    if "report" in files:
        write_report(
            files["report"],
            traces=result.traces,
            registration=registration,
            findings=result.findings,
            timings=result.timings,
            provenance=provenance,
            refused=result.refused,
        )
    if result.refused:
        return
    _write_curves(
        files["out"],
        result.curves,
        result.traces,
        registration,
        provenance,
        confidence=confidence,
    )
    if "trace" in files:
        write_traces(files["trace"], result.traces, registration, provenance)
    if "overlay" in files:
        write_overlay(files["overlay"], scan, registration, result.traces)
    for finding in result.findings:
        print(f"note: {finding}")


def _write_curves(
    path: Path,
    curves: Sequence[Curve],
    traces: Sequence[Trace],
    registration: Registration,
    provenance: Provenance,
    *,
    confidence: bool,
) -> None:
    from veernet.export import write_curves

    write_curves(path, curves, registration, provenance, confidence=confidence)
    by_name = {trace.mnemonic: trace for trace in traces}
    read = ", ".join(_told(curve, by_name[curve.mnemonic]) for curve in curves)
    print(f"{path}: {curves[0].depth.size} depths; read: {read}")


def _told(curve: Curve, trace: Trace) -> str:
    """Say of how many depths a curve has a value, and how much is off scale."""
    from veernet.records import OFF_SCALE

    text = f"{curve.mnemonic} {(curve.value == curve.value).mean():.1%}"
    off = sum(int((trace.origin == origin).sum()) for origin in OFF_SCALE)
    return f"{text} ({off / trace.origin.size:.0%} off scale)" if off else text


def _sections(path: Path, wanted: str | None) -> tuple[Registration, ...]:
    """Load a registration file, or one section of it."""
    from veernet.registration import load_registrations

    found = load_registrations(path)
    if wanted is None:
        return found
    chosen = tuple(r for r in found if r.section == wanted)
    if not chosen:
        known = ", ".join(r.section for r in found)
        msg = f"{path}: there is no section {wanted!r}: the file holds {known}"
        raise InputError(msg)
    return chosen


def _one_section(path: Path, wanted: str | None) -> Registration:
    found = _sections(path, wanted)
    if len(found) > 1:
        known = ", ".join(r.section for r in found)
        msg = f"{path}: holds the sections {known}: choose one with --section"
        raise InputError(msg)
    return found[0]


def _provenance(options: argparse.Namespace) -> Provenance:
    from veernet.export.provenance import Provenance
    from veernet.files import sha256
    from veernet.weights import SUFFIXES, weights_file, weights_stem

    stem = weights_stem(options.weights)
    # The numbers themselves, in whichever of the two forms they are there.
    numbers = [weights_file(stem, suffix) for suffix in SUFFIXES[1:]]
    weights = next((path for path in numbers if path.is_file()), numbers[0])
    return Provenance(
        scan=options.scan.name,
        scan_sha256=sha256(options.scan),
        registration=options.registration.name,
        registration_sha256=sha256(options.registration),
        weights=weights.name,
        weights_sha256=sha256(weights),
        version=__version__,
        tracer=options.tracer,
    )


def _progress_of(done_word: str) -> Callable[[int, int], None]:
    """Return a bar of rows on a terminal, and a line at the end elsewhere."""
    show = _progress(done_word)
    return lambda done, total: show("page", done, total)


def _progress(done_word: str = "segmented") -> Progress:
    """Return a bar per panel on a terminal, a line per panel elsewhere."""
    from tqdm import tqdm

    bars: dict[str, tqdm[Never]] = {}

    def show(name: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            if done == total:
                print(f"{name}: {total} rows {done_word}", file=sys.stderr)
            return
        if name not in bars:
            bars[name] = tqdm(total=total, desc=name, unit="row", leave=False)
        bars[name].update(done - bars[name].n)
        if done == total:
            bars.pop(name).close()

    return show


def _export(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from veernet.calibrate import calibrate_all
    from veernet.export import Provenance, check_output, read_traces
    from veernet.files import check_places, sha256

    traces, metadata = read_traces(options.trace)
    own = metadata.get("section")
    if own and options.section and options.section != own:
        msg = f"{options.trace} is of section {own!r}, not of {options.section!r}"
        raise InputError(msg)
    registration = _one_section(options.registration, options.section or own)
    check_output(options.out, [registration], confidence=options.confidence)
    check_places([options.out], [options.trace, options.registration])
    provenance = replace(
        Provenance.from_dict(metadata),
        registration=options.registration.name,
        registration_sha256=sha256(options.registration),
    )
    _write_curves(
        options.out,
        calibrate_all(traces, registration),
        traces,
        registration,
        provenance,
        confidence=options.confidence,
    )
    return DONE


def _evaluate(options: argparse.Namespace) -> int:
    from veernet.evaluate import evaluate_files, format_table, to_json
    from veernet.files import check_places, write_text

    if options.points is not None and options.points < 2:
        msg = f"--points {options.points}: give 2 or more"
        raise InputError(msg)
    registration = None
    if options.section and not options.registration:
        msg = f"--section {options.section}: give the --registration that it is of"
        raise InputError(msg)
    if options.registration:
        registration = _one_section(options.registration, options.section)
    if options.json:
        read = [options.digitised, options.truth, options.registration]
        check_places([options.json], [path for path in read if path])
    mapping = dict(_pair(text) for text in options.map)
    scores = evaluate_files(
        options.digitised,
        options.truth,
        mapping=mapping,
        registration=registration,
        points=options.points,
    )
    print(format_table(scores))
    if options.json:
        write_text(options.json, to_json(scores))
    return DONE


def _pair(text: str) -> tuple[str, str]:
    digitised, equals, truth = text.partition("=")
    if not (digitised and equals and truth):
        msg = f"--map {text}: write DIGITISED=TRUTH, as in GR=GR_EDTC"
        raise InputError(msg)
    return digitised, truth


def _scan(options: argparse.Namespace) -> int:
    from veernet.scan import describe

    print("\n".join(describe(options.scan)))
    return DONE


def _register(options: argparse.Namespace) -> int:
    from veernet.files import check_places, write_text
    from veernet.register.like import like, unit_of
    from veernet.register.liketext import likened_lines, likened_yaml
    from veernet.register.overlay import write_overlay
    from veernet.register.propose import propose
    from veernet.register.reader import load_reader
    from veernet.register.recognise import load_recogniser
    from veernet.register.text import proposal_lines, proposal_yaml, summary_line
    from veernet.registration import load_registrations
    from veernet.scan import open_scan

    if (options.top is None) != (options.bottom is None):
        msg = "give both --top and --bottom, or neither"
        raise InputError(msg)
    if options.out.suffix.lower() not in (".yaml", ".yml"):
        msg = f"{options.out} does not end in .yaml: that is what a registration is"
        raise InputError(msg)
    outputs = [path for path in (options.out, options.overlay) if path]
    templates = load_registrations(options.like) if options.like else ()
    check_places(outputs, [options.scan, *([options.like] if options.like else [])])
    scan = open_scan(options.scan, options.page)
    stated = None if options.top is None else (options.top, options.bottom)
    read = None
    if not templates:  # whose curves are taken, whatever the legends say
        # Who states the depths does without; who does not is told what is missing.
        with suppress(InputError):
            read = load_reader()
    sections = propose(
        scan,
        None if stated else load_recogniser(),
        read=read,
        stated=stated,
        unit=options.unit or unit_of(templates),
        progress=_progress_of("surveyed"),
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
        told = f"{len(likened)} sections like {options.like}: look at the overlay"
        sections = tuple(one.proposed for one in likened)
    else:
        text = proposal_yaml(options.scan, options.page, sections)
        lines = proposal_lines(sections)
        told = summary_line(sections)
    write_text(options.out, text)
    if options.overlay:
        write_overlay(options.overlay, scan, sections)
    print("\n".join(lines))
    print(f"{options.out}: {told}")
    return DONE


def _check(options: argparse.Namespace) -> int:
    from veernet.check.finding import worst_first
    from veernet.check.page import check
    from veernet.scan import open_scan

    registrations = _sections(options.registration, options.section)
    findings: list[Finding] = []
    for page in sorted({registration.page for registration in registrations}):
        scan = open_scan(options.scan, page)
        own = [r for r in registrations if r.page == page]
        findings += check(scan, own, _progress_of("surveyed"))
    for finding in worst_first(findings):
        print(finding.line)
    if not findings:
        told = ", ".join(registration.section for registration in registrations)
        print(f"{options.registration}: nothing to report: {told}")
    return WRONG_INPUT if any(finding.severe for finding in findings) else DONE


def _convert(options: argparse.Namespace) -> int:
    from veernet.formats import convert

    done = convert(options.source, options.target, options.like, options.section)
    for remark in done.remarks:
        print(f"note: {remark}")
    print(f"{options.target}: written: {', '.join(done.sections)}")
    return DONE


def _report(options: argparse.Namespace) -> int:
    try:
        from veernet.report import build_report
    except ImportError as error:
        msg = "report needs more than the core: install veernet[train], see README"
        raise InputError(msg) from error

    if options.out.suffix.lower() not in (".html", ".htm"):
        msg = f"{options.out} does not end in .html: that is what the report is"
        raise InputError(msg)
    runs = build_report(
        options.runs,
        options.out,
        config_folder(),
        costs=options.costs,
        regions=options.regions,
        figures=options.figures,
    )
    print(f"{options.out}: {runs} runs")
    return DONE

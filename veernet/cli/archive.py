"""Archive: digitise thousands to millions of logs, each of them accounted for."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from veernet.cli.arguments import Verbs, add_overwrite, add_verb
from veernet.cli.output import DEFECT, DONE, EXIT_CODES, WRONG_INPUT
from veernet.errors import InputError

if TYPE_CHECKING:
    from veernet.archive.ledger import Ledger

FIRST_BAD = 20
"""Logs that were not read, told at the end of a run; ``status --bad`` tells all."""

SIZES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def add_arguments(verbs: Verbs) -> None:
    """Add the verb ``archive`` and what each of its commands takes."""
    verb = add_verb(
        verbs,
        "archive",
        run,
        "digitise thousands of logs, resumable, each of them accounted for",
        "Plan, run, and run again after whatever has happened: what is done stays "
        "done, and every log ends as done, doubt, refused or failed.",
    )
    commands = verb.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="archive_command"
    )
    _add_plan(commands)
    _add_run(commands)
    _add_status(commands)
    _add_retry(commands)
    _add_verify(commands)
    _add_export(commands)
    _add_report(commands)


def run(options: argparse.Namespace) -> int:
    """Do what the command says."""
    code: int = options.archive_run(options)
    return code


def _command(
    commands: Verbs, name: str, says: str, more: str = ""
) -> argparse.ArgumentParser:
    description = f"{says[0].upper()}{says[1:]}. {more}"
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=says, description=description, epilog=EXIT_CODES
    )
    command.set_defaults(archive_run=globals()[f"_{name}"])
    return command


def _add_results(command: argparse.ArgumentParser) -> None:
    command.add_argument("results", type=Path, metavar="RESULTS", help="of a run")


def _add_plan(commands: Verbs) -> None:
    command = _command(
        commands,
        "plan",
        "list the logs, and how each is to be registered",
        "A log with a registration of its own is read by it; the others by --like or "
        "--register, or refused.",
    )
    add = command.add_argument
    add(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="folders, globs, scans, a CSV or Parquet manifest; s3://, gs://, az://",
    )
    add("--out", type=Path, required=True, metavar="PLAN.parquet", help="the plan")
    add_overwrite(command)
    add(
        "--registrations",
        type=Path,
        metavar="DIR",
        help="holds NAME.yaml, or several NAME.SECTION.yaml, for NAME.tif",
    )
    other = command.add_mutually_exclusive_group()
    other.add_argument(
        "--like",
        type=Path,
        metavar="TEMPLATE.yaml",
        help="depths are proposed, curves and scales are those of the template",
    )
    other.add_argument(
        "--register",
        action="store_true",
        help="all is proposed; what is not complete is refused",
    )


def _add_engine(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "--engine",
        choices=["local", "ray"],
        default="local",
        help="processes of this machine (the default), or Ray",
    )
    add("--address", metavar="auto", help="of a Ray cluster; else one is started here")
    add("--workers", type=int, metavar="N", help="as many as cores unless given")
    add(
        "--memory",
        metavar="2GB",
        help="that one log may take beyond the worker itself; 4GB unless given",
    )
    add(
        "--time",
        type=float,
        metavar="FACTOR",
        help="on the time that a log may take: two minutes and 20 s a megapixel",
    )
    add(
        "--keep-going",
        action="store_true",
        help="also where the first 20 logs all end badly for one reason",
    )


def _add_run(commands: Verbs) -> None:
    command = _command(
        commands,
        "run",
        "read all logs of a plan, or what is left of them",
        "May be stopped or killed at any moment, and is resumed by the same command. "
        "Exit code 1 if a log failed by a defect of veernet.",
    )
    add = command.add_argument
    add("plan", type=Path, metavar="PLAN.parquet", help="of veernet archive plan")
    add("--out", type=Path, required=True, metavar="RESULTS", help="a folder")
    _add_engine(command)
    add("--overlay", action="store_true", help="keep the scan with the curves over it")
    add("--weights", type=Path, metavar="FILE", help="instead of the release weights")
    add(
        "--network",
        choices=["auto", "openvino", "onnx", "torch"],
        default="auto",
        help="what runs the network; auto takes the first that is installed",
    )


def _add_status(commands: Verbs) -> None:
    command = _command(commands, "status", "say how a run stands, also while it runs")
    _add_results(command)
    command.add_argument("--json", action="store_true", help="for machines")
    says = "list each log that was refused or has failed, with its reason"
    command.add_argument("--bad", action="store_true", help=says)


def _add_retry(commands: Verbs) -> None:
    command = _command(
        commands,
        "retry",
        "read logs again that have failed, or were refused for a --reason",
        "Scans and registrations are looked at anew. Of each log the last outcome "
        "counts.",
    )
    _add_results(command)
    add = command.add_argument
    add(
        "--reason",
        nargs="+",
        metavar="REASON",
        help="only those: time memory crash decode missing ours registration ...; all "
        "that have failed unless given",
    )
    add(
        "--id",
        nargs="+",
        metavar="LOG",
        help="only these logs, however they ended: see the report, or status --bad; a "
        "* stands for anything",
    )
    add(
        "--registrations",
        type=Path,
        metavar="DIR",
        help="look for registrations here, also of logs that had none",
    )
    _add_engine(command)


def _add_verify(commands: Verbs) -> None:
    command = _command(
        commands,
        "verify",
        "hash all results again, and count that no log is missing or there twice",
    )
    _add_results(command)


def _add_export(commands: Verbs) -> None:
    command = _command(commands, "export", "unpack LAS, traces and overlays")
    _add_results(command)
    add = command.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="a folder for each log")
    add("--id", nargs="+", metavar="LOG", help="these logs; a * stands for anything")
    add("--well", nargs="+", metavar="UWI", help="logs of which a well field says this")
    add("--outcome", nargs="+", metavar="OUTCOME", help="done doubt, or failed:time")
    add_overwrite(command)


def _add_report(commands: Verbs) -> None:
    command = _command(
        commands,
        "report",
        "write one HTML page about a run",
        "Outcomes, doubt, speed, cost, the worst logs, and what to review first.",
    )
    _add_results(command)
    add = command.add_argument
    add("--out", type=Path, required=True, metavar="REPORT.html", help="the page")
    add_overwrite(command)
    add(
        "--price",
        type=float,
        default=0.04,
        metavar="DOLLARS",
        help="of a core for an hour, for the cost; 0.04 unless given",
    )


def _plan(options: argparse.Namespace) -> int:
    from veernet.archive.planning import Registering, make_plan, write_plan
    from veernet.archive.sources import find_scans
    from veernet.export.audit import now
    from veernet.files import check_places
    from veernet.registration import load_registrations

    if options.out.suffix.lower() != ".parquet":
        msg = f"{options.out} does not end in .parquet: that is what a plan is"
        raise InputError(msg)
    inputs = [options.like] if options.like else []
    check_places([options.out], inputs, overwrite=options.overwrite)
    if options.like:
        load_registrations(options.like)
    scans = find_scans(options.sources)
    registering = Registering(options.registrations, options.like, options.register)
    plan = make_plan(scans, registering)
    about = {"sources": " ".join(options.sources)}
    write_plan(options.out, plan, int(now().timestamp()), about)
    print("\n".join(_planned(options.out, plan)))
    return DONE


def _planned(path: Path, plan: object) -> list[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    assert isinstance(plan, pa.Table)
    says = {
        "own": "with a registration of their own",
        "like": "by the template",
        "register": "to be proposed",
        "none": "without a registration: they will be refused",
    }
    how = {
        row["values"]: row["counts"] for row in pc.value_counts(plan["how"]).to_pylist()
    }
    lines = [
        f"{path}: {plan.num_rows} logs in {pc.max(plan['shard']).as_py() + 1} shards"
    ]
    lines += [f"  {how[name]} {text}" for name, text in says.items() if name in how]
    return lines


def _run(options: argparse.Namespace) -> int:
    from veernet.archive.beginning import begin
    from veernet.archive.ledger import Ledger
    from veernet.archive.plan import Plan
    from veernet.archive.retry import set_limits
    from veernet.archive.run import settings_for

    settings = settings_for(
        Plan(options.plan).when,
        weights=options.weights,
        engine=options.network,
        overlay=options.overlay,
        memory=_bytes(options.memory),
        time=1.0 if options.time is None else options.time,
    )
    ledger = begin(options.out, options.plan, settings)
    # Of a run that is gone on with, the limits may be others.
    set_limits(ledger, _bytes(options.memory), options.time)
    return _go(Ledger(options.out), options)


def _go(ledger: Ledger, options: argparse.Namespace) -> int:
    from veernet.archive.run import run_left
    from veernet.archive.status import bad_lines

    run_status = run_left(
        ledger,
        engine=options.engine,
        workers=options.workers,
        address=options.address,
        keep_going=options.keep_going,
    )
    print("\n".join([*run_status.lines(), *bad_lines(ledger, FIRST_BAD)]))
    folder = ledger.folder
    print(f"next: veernet archive report {folder} --out {folder.name}.html")
    return DEFECT if run_status.counts["failed:ours"] else DONE


def _opened(options: argparse.Namespace) -> Ledger:
    """Return the results that a command is about.

    Raises
    ------
    InputError
        If there are none.
    """
    from veernet.archive.ledger import Ledger

    ledger = Ledger(options.results)
    ledger.settings  # noqa: B018 - is read, or refused
    return ledger


def _status(options: argparse.Namespace) -> int:
    import json

    from veernet.archive.status import bad_lines, run_status

    ledger = _opened(options)
    state = run_status(ledger)
    if options.json:
        print(json.dumps({**vars(state), "ended": state.ended}, indent=1))
    else:
        print("\n".join(state.lines()))
        if options.bad:
            print("\n".join(bad_lines(ledger)))
    return DONE


def _retry(options: argparse.Namespace) -> int:
    from veernet.archive.retry import plan_retry

    count = plan_retry(
        _opened(options),
        reasons=options.reason,
        ids=options.id,
        registrations=options.registrations,
        memory=_bytes(options.memory),
        time=options.time,
    )
    print(f"{count} logs are read again", file=sys.stderr)
    return _go(_opened(options), options)


def _verify(options: argparse.Namespace) -> int:
    from veernet.archive.verify import verify

    found = verify(_opened(options))
    print("\n".join(found.lines()))
    return WRONG_INPUT if found.wrong else DONE


def _export(options: argparse.Namespace) -> int:
    from veernet.archive.export import WantedLogs, export

    wanted = WantedLogs(
        tuple(options.id or ()), tuple(options.well or ()), tuple(options.outcome or ())
    )
    logs, files = export(
        _opened(options), options.out, wanted, overwrite=options.overwrite
    )
    print(f"{options.out}: {files} files of {logs} logs")
    return DONE


def _report(options: argparse.Namespace) -> int:
    from veernet.archive.report import write_report
    from veernet.files import check_places

    if options.out.suffix.lower() not in {".html", ".htm"}:
        msg = f"{options.out} does not end in .html: that is what the report is"
        raise InputError(msg)
    check_places([options.out], overwrite=options.overwrite)
    write_report(options.out, _opened(options), price=options.price)
    print(f"{options.out}: the report")
    return DONE


def _bytes(text: str | None) -> int | None:
    """Return a size as bytes: 2GB, 512M, 1.5G.

    Raises
    ------
    InputError
        If it is none.
    """
    if text is None:
        return None
    found = re.fullmatch(r"([\d.]+)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    try:
        assert found is not None
        return int(float(found[1]) * SIZES[found[2].upper()])
    except (AssertionError, ValueError) as error:
        msg = f"--memory {text} is no size: write it as 2GB or 512MB"
        raise InputError(msg) from error

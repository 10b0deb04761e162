"""The campaign, and the table that it prints."""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from fault_campaign.files import mutated
from fault_campaign.kinds import kinds
from fault_campaign.processes import WRITTEN, denied, signalled, whole_run

SOUND = {"read", "refused", "all old files", "all new files", WRITTEN}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaign, print its table, and return 1 if anything was a defect."""
    parser = argparse.ArgumentParser(prog="fault_campaign", description=__doc__)
    add = parser.add_argument
    add("--mutations", type=int, default=8000, help="of each of the five kinds")
    add("--moments", type=int, default=30, help="of interrupts; twice as many kills")
    add("--seed", type=int, default=1)
    add("--kinds", nargs="+", help="only these: YAML XML LAS Parquet image")
    add("--keep", type=Path, default=Path("out/faults"), help="for what was a defect")
    options = parser.parse_args(argv)
    options.keep.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # Somebody else must be able to come to the folder that may not be written.
        folder.chmod(0o755)
        for kind in kinds(folder):
            if not options.kinds or kind.name in options.kinds:
                found = mutated(kind, options.mutations, options.seed, options.keep)
                rows[f"mutations of {kind.name}"] = found
        if options.moments:
            spent, _ = whole_run(folder / "whole")
            kills = signalled(folder, signal.SIGKILL, 2 * options.moments, spent)
            rows["kill -9"] = kills
            rows["Ctrl-C"] = signalled(folder, signal.SIGINT, options.moments, spent)
            rows["no place to write"] = denied(folder)
    print(table(rows))
    return int(any(defects(found) for found in rows.values()))


def defects(found: Counter[str]) -> Counter[str]:
    """Return what should not have been."""
    return Counter(
        {
            how: count
            for how, count in found.items()
            if how not in SOUND
            and not how.startswith("passed over")
            and not how.endswith("exit 2, one line, nothing left")
        }
    )


def table(rows: dict[str, Counter[str]]) -> str:
    """Return a table in Markdown: a row for each part of the campaign."""
    lines = [
        "| what was done | how often | how it ended | defects |",
        "|---|---|---|---|",
    ]
    for name, found in rows.items():
        wrong = defects(found)
        sound = ", ".join(f"{n} {how}" for how, n in sorted((found - wrong).items()))
        bad = "; ".join(f"{n} {how}" for how, n in wrong.most_common()) or "0"
        lines.append(f"| {name} | {found.total()} | {sound} | {bad} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

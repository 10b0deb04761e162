"""What must hold of a folder of results when a run has come to its end."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from veernet.archive.ledger import Ledger
from veernet.archive.verify import verify

SAME = ("las.zip", "traces.zip", "curves.parquet", "rows.parquet", "overlays.zip")
"""Parts of a shard that are the same whenever it is read."""


def wrongs(results: Path) -> list[str]:
    """Say what is wrong with results: logs missing, there twice, or altered."""
    ledger = Ledger(results)
    found = list(verify(ledger).wrong)
    left = [path.name for path in (results / "work").iterdir()]
    if left:
        found.append(f"work is left over: {', '.join(left)}")
    return found


def digests(results: Path) -> dict[str, str]:
    """Return a hash of each part of each shard that must be the same in every run."""
    ledger = Ledger(results)
    return {
        f"{shard}/{name}": hashlib.sha256(
            ledger.part(shard, name).read_bytes()
        ).hexdigest()
        for shard in sorted(ledger.committed())
        for name in ledger.commit(shard)["parts"]
        if name in SAME
    }


def outcomes(results: Path) -> Counter[str]:
    """Return how many logs ended how."""
    ledger = Ledger(results)
    counts: Counter[str] = Counter()
    for shard in ledger.committed():
        counts.update(ledger.commit(shard)["counts"])
    return counts


def attempts(results: Path) -> int:
    """Return how many attempts at all logs were made."""
    ledger = Ledger(results)
    return sum(
        sum(
            pq.read_table(ledger.part(shard, "measures.parquet"))[
                "attempts"
            ].to_pylist()
        )
        for shard in ledger.committed()
    )

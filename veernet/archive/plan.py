"""Read a plan, a shard at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from veernet.archive.records import Log
from veernet.archive.tables import PLAN_FORMAT
from veernet.errors import InputError
from veernet.files import check_readable


class Plan:
    """A plan, of which no more than a shard is held.

    Parameters
    ----------
    path
        The Parquet file.

    Raises
    ------
    InputError
        If it is no plan.
    """

    def __init__(self, path: Path) -> None:
        check_readable(path)
        self.path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            msg = f"{path} is no plan: make one with veernet archive plan"
            raise InputError(msg) from error
        metadata = self._file.schema_arrow.metadata or {}
        self.about = {k.decode(): v.decode() for k, v in metadata.items()}
        if self.about.get("format") != PLAN_FORMAT:
            msg = (
                f"{path} is no plan of this version ({PLAN_FORMAT}): make one with "
                "veernet archive plan"
            )
            raise InputError(msg)

    @property
    def when(self) -> int:
        """Seconds since 1970 that outputs are dated by."""
        return int(self.about["when"])

    @property
    def shards(self) -> int:
        """How many there are."""
        return int(self._file.num_row_groups)

    @property
    def logs(self) -> int:
        """How many there are."""
        return int(self._file.metadata.num_rows)

    def logs_of(self, shard: int) -> list[Log]:
        """Return the logs of a shard, in the order of their ids."""
        rows = self._file.read_row_group(shard, use_threads=False).to_pylist()
        return [Log.from_row(row) for row in rows]

    def sizes(self) -> list[int]:
        """Return how many logs each shard has, from the foot of the file."""
        metadata = self._file.metadata
        return [metadata.row_group(i).num_rows for i in range(self.shards)]

    def table(self, columns: list[str] | None = None) -> pa.Table:
        """Return columns of all logs."""
        return self._file.read(columns=columns)

    def megapixels(self) -> float:
        """Return the sum of what is to be read, where pages tell their size."""
        table = self.table(["rows", "columns"])
        rows, columns = (
            table.column(name).to_numpy().astype(np.float64)
            for name in ("rows", "columns")
        )
        return float((rows * columns).sum() / 1e6)

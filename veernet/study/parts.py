"""The files that a run leaves in its folder, by name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

RUN, SCORED = "run.json", "scored.json"
"""What says that a run is trained, and that it is scored."""

MASKS, CURVES = "masks.parquet", "curves.parquet"
"""Its scores."""

LANDSCAPE = "landscape.json"
"""What lies around its weights, where it was asked for."""


def read_log(run: Path) -> pd.DataFrame:
    """Read what a run logged; one that was resumed has several parts."""
    parts = [pd.read_csv(path) for path in sorted(run.glob("csv/*/metrics.csv"))]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"step": []})

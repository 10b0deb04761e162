"""Print figures, one a line."""

from __future__ import annotations

import statistics


def tell(what: str, value: float) -> None:
    """Print one figure."""
    print(f"{what:<40} {value:8.2f}", flush=True)


def tell_all(what: str, seconds: list[float]) -> None:
    """Print the median and the 95th percentile in milliseconds."""
    spent = sorted(1000 * one for one in seconds)
    high = spent[min(len(spent) - 1, int(0.95 * len(spent)))]
    reported = f"{statistics.median(spent):8.2f}   95 %: {high:8.2f}   n {len(spent)}"
    print(f"{what:<40} {reported}", flush=True)

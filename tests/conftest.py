"""Settings and fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.reviews import Client
    from tests.screens import Screen

# The same examples in every run: a change is judged, not the luck of a draw.
settings.register_profile("veernet", derandomize=True, deadline=None)
settings.load_profile("veernet")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """Return who asks the server of a small scan that has been read already."""
    from tests.reviews import files, serving, write_well  # noqa: PLC0415 - with FastAPI

    scan = write_well(tmp_path)
    with serving(scan, **files(scan)) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a browser; without one the test is skipped, and says so."""
    from tests.screens import browsing  # noqa: PLC0415 - with FastAPI

    with browsing() as found:
        yield found


@pytest.fixture
def well(browser: Any, client: Client, tmp_path: Path) -> Iterator[Screen]:
    """Return the review page of that small scan."""
    from tests.screens import Screen  # noqa: PLC0415 - with FastAPI

    screen = Screen(browser, client, tmp_path)
    yield screen
    screen.close()

"""Draw a page of 1,700 x 100,000 with ten curves, serve it, and tell what takes long.

Nothing is asserted: the figures depend on the machine, and on what else it does.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmark_review.browser import browse
from benchmark_review.drawing import make_page
from benchmark_review.server import Server


def main() -> int:
    """Make the page, serve it, and print what each thing takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="folder to make the page in, or use")
    parser.add_argument("--edits", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        scan = folder / "page.tif"
        if not scan.exists():
            make_page(scan, options.rows)
        for old in folder.glob("page.veernet*"):
            old.unlink()
        cache = folder / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        for word in ("new scan", "opened again"):
            with Server(scan, cache) as server:
                server.first_picture(word)
        with Server(scan, cache) as server:
            server.tiles()
            server.edits(options.rows, options.edits)
            browse(server.port, options.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python scripts/archive_campaign --moments 100``: see the package."""

import sys
from pathlib import Path

# Python puts this folder first on the path; the package is in the one above.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from archive_campaign.command import main  # noqa: E402, RUF100

if __name__ == "__main__":
    sys.exit(main())

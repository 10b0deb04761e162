"""``python -m veernet`` is the command ``veernet``."""

import sys

from veernet.cli import main

sys.exit(main())

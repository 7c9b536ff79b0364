"""Let the tests import the packages from the checkout."""

import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOOLS / "experiment"), str(TOOLS / "python" / "src")]

"""Let the tests import the packages from the checkout."""

import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOOLS), str(TOOLS / "python" / "src")]

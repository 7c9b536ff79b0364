"""What the three packages' builds have in common: hooks of hatchling."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from platforms import PLATFORMS
from version import version

STAGE_VARIABLE = "PAREWIRE_STAGE"
PLATFORM_VARIABLE = "PAREWIRE_PLATFORM"


class Dependencies(MetadataHookInterface):
    """Adds the dependencies on each other, of the very same version."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the dynamic dependencies: ``others``, and ``same-version``, pinned."""
        same = [f"{name}=={version()}" for name in self.config.get("same-version", [])]
        metadata["dependencies"] = [*self.config.get("others", []), *same]


class Staged(BuildHookInterface[Any]):
    """Adds what build.py has put together for a platform, and tags the wheel for that platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files.

        Raises:
            RuntimeError: if this is not build.py's doing.
        """
        stage = os.environ.get(STAGE_VARIABLE)
        platform = os.environ.get(PLATFORM_VARIABLE)
        if stage is None or platform is None:
            raise RuntimeError(
                f"{self.metadata.name} is built by tools/python/build_wheels.sh, "
                "which puts the native libraries together first"
            )
        package = self.config["package"]
        build_data["force_include"][str(Path(stage) / package)] = package
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{PLATFORMS[platform].tag}"

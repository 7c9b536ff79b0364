"""The version of the Python packages: that of the program, in pom.xml."""

import re
from pathlib import Path
from xml.etree import ElementTree

_POM = Path(__file__).resolve().parents[3] / "pom.xml"
_NAMESPACE = {"": "http://maven.apache.org/POM/4.0.0"}


def version() -> str:
    """Return the version in Python's spelling: 1.2.0, or 1.2.0.dev0 for 1.2.0-SNAPSHOT.

    Raises:
        ValueError: if pom.xml has another kind of version.
    """
    found = ElementTree.parse(_POM).findtext("version", "", _NAMESPACE).strip()
    parts = re.fullmatch(r"(\d+(?:\.\d+)*)(-SNAPSHOT)?", found)
    if parts is None:
        raise ValueError(f"{_POM}: expected a version such as 1.2.0-SNAPSHOT, found {found!r}")
    return parts[1] + (".dev0" if parts[2] else "")

"""Which native libraries a platform's wheels hold: all that the libraries' jars have for it.

The release zip's are found in the same way, by src/dist/image.xml. A run loads each of them, and
LWJGL's where OpenCL is asked for.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from platforms import PLATFORMS

_LIBRARY = r"[^/]+\.(?:so(?:\.\d+)?|dylib|dll)"
_FOLDERS = {
    "program": (
        r"org/bytedeco/\w+/{javacpp}",
        r"ai/onnxruntime/native/{onnxruntime}",
        r"{lwjgl}/org/lwjgl",
    ),
    "nd4j": (r"org/nd4j/[\w/]+/{javacpp}",),
}
_OPENBLAS = "libopenblas."
_OPENBLAS_AGAIN = "libopenblas_nolapack."
"""JavaCPP asks for OpenBLAS by two names, and a wheel can't hold links."""


def unpack(jars: Path, part: str, platform: str, folder: Path) -> None:
    """Unpack a platform's natives.

    Args:
        jars: a folder with the jars of all libraries.
        part: ``program`` or ``nd4j``, whose natives take a wheel of their own.
        platform: by JavaCPP's name.
        folder: where to, and without folders below.
    """
    names = {"javacpp": platform, **PLATFORMS[platform]._asdict()}
    folders = "|".join(pattern.format(**names) for pattern in _FOLDERS[part])
    wanted = re.compile(f"(?:{folders})/({_LIBRARY})")
    folder.mkdir(parents=True)
    for jar in sorted(jars.glob("*.jar")):
        with zipfile.ZipFile(jar) as entries:
            for name in entries.namelist():
                found = wanted.fullmatch(name)
                if found:
                    _write(folder, found[1], entries.read(name))


def _write(folder: Path, name: str, library: bytes) -> None:
    for file in {name, name.replace(_OPENBLAS, _OPENBLAS_AGAIN)}:
        path = folder / file
        if path.exists():
            raise SystemExit(f"two libraries named {file}")
        path.write_bytes(library)


def without(jar: Path, platform: str, to: Path) -> None:
    """Copy the jar that holds all without the natives that it holds for a platform."""
    patterns = [pattern for part in _FOLDERS.values() for pattern in part]
    names = {"javacpp": platform, **PLATFORMS[platform]._asdict()}
    natives = re.compile(
        f"(?:META-INF/)?(?:{'|'.join(pattern.format(**names) for pattern in patterns)})/"
        rf"{_LIBRARY}(?:\.git|\.sha1)?"
    )
    with zipfile.ZipFile(jar) as entries, zipfile.ZipFile(to, "w") as kept:
        for entry in entries.infolist():
            if not natives.fullmatch(entry.filename):
                kept.writestr(entry, entries.read(entry))

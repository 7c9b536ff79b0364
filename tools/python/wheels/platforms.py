"""The platforms that wheels are built for."""

from __future__ import annotations

import platform
import sys
from typing import NamedTuple


class Platform(NamedTuple):
    """A platform, by the names of those who have natives for it."""

    tag: str
    """That of a wheel: the oldest system that all natives run on."""
    onnxruntime: str
    """ONNX Runtime's folder in its jar."""
    lwjgl: str
    """LWJGL's folder in its jar."""


PLATFORMS = {
    "linux-x86_64": Platform("manylinux_2_27_x86_64", "linux-x64", "linux/x64"),
    "linux-arm64": Platform("manylinux_2_34_aarch64", "linux-aarch64", "linux/arm64"),
    "macosx-arm64": Platform("macosx_14_0_arm64", "osx-aarch64", "macos/arm64"),
    "windows-x86_64": Platform("win_amd64", "win-x64", "windows/x64"),
}
"""By JavaCPP's names, as ``-Djavacpp.platform=`` takes them."""


def this_platform() -> str:
    """Return this machine's platform, by JavaCPP's name."""
    system = {"linux": "linux", "darwin": "macosx", "win32": "windows"}.get(sys.platform)
    machine = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower()
    )
    name = f"{system}-{machine}"
    if name not in PLATFORMS:
        raise SystemExit(f"no wheels for {name}; expected one of {', '.join(PLATFORMS)}")
    return name

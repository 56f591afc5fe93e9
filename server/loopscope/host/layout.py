"""How a Python installation or virtual environment lies on disk: its version, site-packages and standard library."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.host.files import read_regular
from loopscope.text.files import Unreadable

PythonVersion = tuple[int, int, int]

_SMALL_FILE = 1_000_000
_LIBRARY = re.compile(r"(?:python|pypy)(\d+)\.(\d+)t?\Z")
_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_CONDA_PYTHON = re.compile(r"python-(\d+)\.(\d+)\.(\d+)-.*\.json\Z")
_PYTHON_NAME = re.compile(r"python(\d+)\.(\d+)t?(?:\.exe)?\Z")


class Layout(NamedTuple):
    """What was found below one prefix. `python_version` has 0 as third number when only the first two are known."""

    prefix: PurePath
    python_version: PythonVersion | None
    site_packages: tuple[PurePath, ...]
    stdlib: PurePath | None


def is_environment(prefix: PurePath) -> bool:
    """Whether a directory is a virtual environment or a conda one, by its marker files."""
    return os.path.isfile(prefix / "pyvenv.cfg") or os.path.isdir(prefix / "conda-meta")


def prefix_of(python: PurePath) -> PurePath:
    """The prefix that an interpreter belongs to. The link of a virtual environment's python is not followed."""
    if not is_environment(python.parent.parent):
        python = PurePath(os.path.realpath(python))
    # On Windows an installation and a conda environment keep python.exe in the prefix itself.
    return python.parent.parent if python.parent.name.lower() in ("bin", "scripts") else python.parent


def read_layout(prefix: PurePath, wanted: tuple[int, int] | None = None) -> Layout | None:
    """The installation at `prefix`, or None when no site-packages is there. `wanted` chooses among several versions.

    Of a virtual environment that includes system packages, those of its base come after its own (`site.venv`).
    """
    settings = _venv_settings(prefix)
    own = _alone(prefix, settings, wanted)
    if own is None or own.python_version is None or own.stdlib is not None:
        return own
    for base in _bases(settings):
        # A base that says it has a base itself is not followed: it may lead in a circle.
        below = _alone(base, {}, own.python_version[:2])
        if below is not None and below.stdlib is not None:
            shared = settings.get("include-system-site-packages", "").lower() == "true"
            sites = (*own.site_packages, *(below.site_packages if shared else ()))
            return own._replace(site_packages=tuple(dict.fromkeys(sites)), stdlib=below.stdlib)
    return own


def _alone(prefix: PurePath, settings: dict[str, str], wanted: tuple[int, int] | None) -> Layout | None:
    declared = _declared_version(prefix, settings)
    own = _libraries(prefix, wanted or (declared[:2] if declared else None))
    if own is None:
        return None
    version, libraries = own
    site_packages = tuple(site for library in libraries for site in _site_packages(prefix, library))
    stdlib = next((library for library in libraries if os.path.isfile(library / "os.py")), None)
    if not site_packages and stdlib is None:
        return None
    return Layout(prefix, declared or version, tuple(dict.fromkeys(site_packages)), stdlib)


def read_text(path: PurePath) -> str:
    """The text of a small file with what is not UTF-8 replaced; empty when it cannot be read."""
    data = read_regular(path, _SMALL_FILE)
    return "" if isinstance(data, Unreadable) else data.decode("utf-8-sig", "replace")


def _venv_settings(prefix: PurePath) -> dict[str, str]:
    lines = (line.partition("=") for line in read_text(prefix / "pyvenv.cfg").splitlines())
    return {key.strip().lower(): value.strip() for key, equals, value in lines if equals}


def _declared_version(prefix: PurePath, settings: dict[str, str]) -> PythonVersion | None:
    """From pyvenv.cfg (venv writes `version`, virtualenv and uv `version_info`), else from conda's record of python."""
    for key in ("version_info", "version"):
        match = _NUMBERS.match(settings.get(key, ""))
        if match:
            return int(match[1]), int(match[2]), int(match[3] or 0)
    for name in _names(prefix / "conda-meta"):
        match = _CONDA_PYTHON.match(name)
        if match:
            return int(match[1]), int(match[2]), int(match[3])
    return None


def _libraries(
    prefix: PurePath, wanted: tuple[int, int] | None
) -> tuple[PythonVersion | None, tuple[PurePath, ...]] | None:
    """The library directories of one version below `prefix`: that `wanted`, else the newest; None if there is none."""
    found: dict[tuple[int, int], list[PurePath]] = {}
    for lib in ("lib", "lib64"):
        if lib == "lib64" and os.path.realpath(prefix / lib) == os.path.realpath(prefix / "lib"):
            continue
        for name in _names(prefix / lib):
            match = _LIBRARY.match(name)
            if match:
                found.setdefault((int(match[1]), int(match[2])), []).append(prefix / lib / name)
    if found:
        # A directory left behind by another version, or by the interpreter that was upgraded, has no site-packages.
        best = wanted if wanted in found else max(found, key=lambda version: (_has_packages(found[version]), version))
        return (*best, 0), tuple(found[best])
    windows = prefix / "Lib"
    if os.path.isdir(windows / "site-packages") or os.path.isfile(windows / "os.py"):
        return (*wanted, 0) if wanted else None, (windows,)
    return None


def _has_packages(libraries: list[PurePath]) -> bool:
    return any(os.path.isdir(library / "site-packages") for library in libraries)


def _site_packages(prefix: PurePath, library: PurePath) -> Iterator[PurePath]:
    """`site.getsitepackages` for one library directory, with what Debian's patch adds."""
    if os.path.isdir(site := library / "site-packages"):
        yield site
    if library.name.startswith("python") and not os.path.isfile(prefix / "pyvenv.cfg"):
        debian = (prefix / "local" / "lib" / library.name, prefix / "lib" / "python3", library)
        yield from (path for place in debian if os.path.isdir(path := place / "dist-packages"))


def _bases(settings: dict[str, str]) -> Iterator[PurePath]:
    """Prefixes of the Python that a virtual environment was made from, by its interpreter and `home`."""
    executable = settings.get("executable", "")
    for folder in (os.path.dirname(executable), settings.get("home", "")):
        if os.path.isabs(folder):
            real = PurePath(os.path.realpath(folder))
            yield real.parent if real.name.lower() in ("bin", "scripts") else real


def running_layout() -> Layout:
    """The installation that loopscope itself runs in."""
    # Without `site` (`python -S`) a virtual environment's Python says the prefix of its base.
    prefix = prefix_of(PurePath(sys.executable)) if sys.flags.no_site and sys.executable else PurePath(sys.prefix)
    own = read_layout(prefix, sys.version_info[:2])
    sites = own.site_packages if own else ()
    return Layout(prefix, sys.version_info[:3], sites, PurePath(os.path.dirname(os.__file__)))


def python_version_in(python: PurePath) -> tuple[int, int] | None:
    """The version that an interpreter's own name tells, its link followed (`/usr/bin/python3` -> `python3.11`)."""
    match = _PYTHON_NAME.match(os.path.basename(os.path.realpath(python)))
    return (int(match[1]), int(match[2])) if match else None


def _names(folder: PurePath) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []

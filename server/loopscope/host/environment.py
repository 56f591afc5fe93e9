"""Finding the Python environment of a project and reading what is installed there. No interpreter is ever run."""

import os
import sys
from collections.abc import Mapping
from pathlib import PurePath

from loopscope.host.candidates import Candidate, candidates, places
from loopscope.host.distributions import PathFiles, plugins_of, read_distributions, read_path_files
from loopscope.host.layout import Layout, is_environment, prefix_of, python_version_in, read_layout, running_layout
from loopscope.host.pins import fits, read_pins
from loopscope.text.frozen import replace
from loopscope.workspace.environment import NEWEST_KNOWN, Distribution, Environment, EnvironmentKind, normalised

_ACTIVE = "the environment that is active in the editor"


def find_environment(
    workspace: PurePath, setting: str | None, environ: Mapping[str, str], active: str | None = None
) -> Environment:
    """The environment that the tests of `workspace` most likely run in, read from disk. Never raises.

    In this order: `setting` (a prefix directory or an interpreter, relative to the workspace or with `~`), the virtual
    environment of `active`, the interpreter that is active in the editor, `VIRTUAL_ENV`, `CONDA_PREFIX`, an environment
    in or above the workspace, those of pdm, pipenv, poetry and hatch, `__pypackages__`, `active` in no virtual
    environment, and last the one that loopscope runs in. `environ` is the process environment.
    What the project's files pin stands in for pytest and pytest-asyncio where they are not installed.
    """
    environment = _with_pins(_found(workspace, setting, environ, active), workspace)
    trouble = _trouble(environment)
    return replace(environment, notes=(*environment.notes, trouble)) if trouble else environment


def _found(workspace: PurePath, setting: str | None, environ: Mapping[str, str], active: str | None) -> Environment:
    user = places(environ)
    notes: list[str] = []
    if setting:
        found = _from_setting(workspace, setting, user.home)
        if found is not None:
            return _read(found, "setting", "the setting `environment`", ())
        notes.append(f"The setting `environment` names {setting}, where no Python environment is.")
    shown = _from_setting(workspace, active, user.home) if active else None
    if shown is not None and is_environment(shown.prefix):
        return _read(shown, "setting", _ACTIVE, tuple(notes))
    for candidate in candidates(workspace, user):
        layout = read_layout(candidate.prefix) if is_environment(candidate.prefix) else None
        if layout is not None and _is_for_loopscope_alone(layout):
            continue
        if layout is not None and layout.site_packages:
            return _read(layout, candidate.kind, candidate.found_by, tuple(notes))
        if candidate.found_by.endswith("is set"):
            notes.append(_not_usable(candidate))
    layout = _pypackages(workspace)
    if layout is not None:
        return _read(layout, "venv", "__pypackages__ in the workspace", tuple(notes))
    if shown is not None:
        return _read(shown, "setting", _ACTIVE, tuple(notes))
    return _read(running_layout(), "server", "the Python that runs loopscope, since the project has none", tuple(notes))


def _is_for_loopscope_alone(layout: Layout) -> bool:
    """Whether an environment is the one that loopscope runs in and has no pytest: pre-commit activates such ones."""
    if os.path.realpath(layout.prefix) != os.path.realpath(sys.prefix):
        return False
    return not any(os.path.isdir(place / "_pytest") for place in layout.site_packages)


def _with_pins(environment: Environment, workspace: PurePath) -> Environment:
    """With the pins that count: of what is not installed, and where loopscope's own Python has other versions."""
    installed = {name: environment.version_of(name) for name in NEWEST_KNOWN}
    if environment.kind != "server" and all(installed.values()):
        return environment
    pins = {
        name: pin
        for name, pin in read_pins(workspace).items()
        if (version := installed[name]) is None or (environment.kind == "server" and not fits(pin, version))
    }
    return replace(environment, pins=pins) if pins else environment


def _trouble(environment: Environment) -> str:
    """What comes of versions of pytest and pytest-asyncio that do not go together; empty when they do."""
    pytest, plugin = environment.effective("pytest"), environment.effective("pytest-asyncio")
    if pytest is None or plugin is None or plugin.version >= (1, 3) or pytest.version < (9,):
        return ""
    if pytest.assumed or plugin.assumed:
        return ""
    both = f"pytest-asyncio {'.'.join(map(str, plugin.version))} and pytest {'.'.join(map(str, pytest.version))}"
    if plugin.version < (0, 23) and pytest.version >= (9, 2):
        return f"{both} do not work together: collection fails with \"no attribute '_arg2fixturedefs'\"."
    return f"{both} do not go together: pytest-asyncio before 1.3 is made for pytest 8 and older."


def readable_roots(environment: Environment, environ: Mapping[str, str]) -> tuple[PurePath, ...]:
    """Directories that symbolic links may lead into besides the workspace: the environment's and package stores."""
    own = (environment.path, environment.stdlib, *environment.search_path, *environment.editable.values())
    user = places(environ)
    uv = user.directory("UV_CACHE_DIR", ".cache/uv", ".cache/uv", "AppData/Local/uv/cache")
    roots = (*own, uv, PurePath("/nix/store"))
    return tuple(dict.fromkeys(root for root in roots if root is not None and root.is_absolute()))


def _from_setting(workspace: PurePath, setting: str, home: PurePath | None) -> Layout | None:
    given = PurePath(setting)
    if given.parts and given.parts[0] == "~" and home is not None:
        given = home.joinpath(*given.parts[1:])
    path = PurePath(os.path.normpath(workspace / given))
    try:
        if os.path.isdir(path):
            return read_layout(path)
        return read_layout(prefix_of(path), python_version_in(path)) if os.path.isfile(path) else None
    except ValueError:  # a NUL in the setting
        return None


def _not_usable(candidate: Candidate) -> str:
    return f"{candidate.found_by.removesuffix(' is set')} names {candidate.prefix}, where no Python environment is."


def _pypackages(workspace: PurePath) -> Layout | None:
    """PEP 582, as pdm still offers it: `__pypackages__/3.12/lib`, the newest."""
    folder = workspace / "__pypackages__"
    try:
        versions = [
            (int(major), int(minor), 0)
            for major, dot, minor in (name.partition(".") for name in os.listdir(folder))
            if dot and major.isdecimal() and minor.isdecimal() and len(minor) < 4
        ]
    except OSError:
        return None
    for version in sorted(versions, reverse=True):
        library = folder / f"{version[0]}.{version[1]}" / "lib"
        if os.path.isdir(library):
            return Layout(folder, version, (library,), None)
    return None


def _read(layout: Layout, kind: EnvironmentKind, found_by: str, notes: tuple[str, ...]) -> Environment:
    path_files = [read_path_files(place) for place in layout.site_packages]
    search_path = _search_path(layout.site_packages, path_files)
    modules: dict[str, PurePath] = {}
    for one in path_files:
        modules = {**one.modules, **modules}
    every = list(read_distributions(search_path))
    by_name: dict[str, Distribution] = {}
    for distribution in every:
        by_name.setdefault(normalised(distribution.name), distribution)
    return Environment(
        path=layout.prefix,
        kind=kind,
        python_version=layout.python_version,
        site_packages=layout.site_packages,
        search_path=(*search_path, *_unreached_sources(every, search_path, modules)),
        editable=modules,
        distributions=by_name,
        plugins=plugins_of(every),
        stdlib=layout.stdlib,
        found_by=found_by,
        notes=notes,
    )


def _search_path(site_packages: tuple[PurePath, ...], path_files: list[PathFiles]) -> tuple[PurePath, ...]:
    """The part of `sys.path` that `site.addsitedir` builds: each directory, followed by what its `.pth` files add."""
    order: list[PurePath] = []
    for place, files in zip(site_packages, path_files, strict=True):
        order += (place, *files.directories)
    return tuple(dict.fromkeys(order))


def _unreached_sources(
    distributions: list[Distribution], search_path: tuple[PurePath, ...], modules: Mapping[str, PurePath]
) -> tuple[PurePath, ...]:
    """Sources of editable installs that no `.pth` file and no known import hook leads to (meson-python and others)."""
    reached = (*search_path, *modules.values())
    sources = [distribution.source for distribution in distributions if distribution.source is not None]
    missing = [source for source in sources if not any(path.is_relative_to(source) for path in reached)]
    below = (source / "src" if os.path.isdir(source / "src") else source for source in missing)
    return tuple(dict.fromkeys(path for path in below if os.path.isdir(path)))

"""Installed distributions, `.pth` files and editable installs, read from their metadata without importing anything."""

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.host.layout import read_text
from loopscope.workspace.environment import PLUGIN_GROUP, Distribution, EntryPoint, EntryPointPlugin, normalised

_VALUE = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[.*\]\s*)?\Z")
_IMPORTED = re.compile(r"import[ \t]+(\w+)")
_DRIVE = re.compile(r"/[A-Za-z]:/")
_METADATA = (".dist-info", ".egg-info")


class PathFiles(NamedTuple):
    """What the `.pth` files of one directory do: directories for the search path, modules that a hook maps."""

    directories: tuple[PurePath, ...]
    modules: Mapping[str, PurePath]


def read_path_files(site_packages: PurePath) -> PathFiles:
    """Mirrors `site.addsitedir`: `.pth` files by name, lines that name an existing directory.

    A line that starts with `import` would be executed by Python. Here the module that it imports is read, and only when
    that lies beside the `.pth` file: such are the import hooks of editable installs (PEP 660).
    """
    directories: list[PurePath] = []
    modules: dict[str, PurePath] = {}
    for name in sorted(_listed(site_packages)):
        if not name.endswith(".pth") or name.startswith("."):
            continue
        for line in read_text(site_packages / name).splitlines():
            stripped = line.strip()
            if not stripped or stripped.startswith("#") or "\0" in stripped:
                continue
            if stripped.startswith(("import ", "import\t")):
                imported = _IMPORTED.match(stripped)
                if imported:
                    modules |= _mapped(site_packages / f"{imported[1]}.py")
            elif os.path.isdir(path := os.path.abspath(site_packages / stripped)):
                directories.append(PurePath(path))
    return PathFiles(tuple(dict.fromkeys(directories)), modules)


def read_distributions(search_path: Iterable[PurePath]) -> Iterator[Distribution]:
    """Every distribution in the order of `importlib.metadata.distributions`, shadowed ones included. Never raises."""
    for place in search_path:
        # Of one directory, importlib.metadata groups by name, in the order in which the directory is listed.
        by_name: dict[str, list[str]] = {}
        for name in _listed(place):
            if name.lower().endswith(_METADATA) and not name.startswith("~"):  # what pip left of an update
                by_name.setdefault(normalised(name[:-10].partition("-")[0]), []).append(name)
        for names in by_name.values():
            for name in names:
                distribution = _read(place / name)
                if distribution is not None:
                    yield distribution


def plugins_of(distributions: Iterable[Distribution]) -> tuple[EntryPointPlugin, ...]:
    """The plugins in the order of `pluggy.PluginManager.load_setuptools_entrypoints`; the first of a name wins."""
    plugins: dict[str, EntryPointPlugin] = {}
    for distribution in distributions:
        for point in distribution.entry_points:
            value = _VALUE.match(point.value)
            if value and point.group == PLUGIN_GROUP and point.name not in plugins:
                plugins[point.name] = EntryPointPlugin(
                    point.name, value[1], value[2], distribution.name, distribution.version
                )
    return tuple(plugins.values())


def _read(location: PurePath) -> Distribution | None:
    stem = location.name[:-10]
    if location.name.lower().endswith(".dist-info"):
        name, _, version = stem.partition("-")
        if not version:
            name, version = _header(location / "METADATA", name)
        source = _source(location / "direct_url.json")
    else:
        # `name-version-py3.11.egg-info`; an editable source tree has `name.egg-info`, its parent being the source.
        name, _, rest = stem.partition("-")
        version = rest.partition("-")[0]
        source = None
        if not version:
            is_dir = os.path.isdir(location)
            name, version = _header(location / "PKG-INFO" if is_dir else location, name)
            source = location.parent if is_dir else None
    if not name:
        return None
    return Distribution(
        name.replace("_", "-"), version, location, tuple(_entry_points(location / "entry_points.txt")), source
    )


def _header(path: PurePath, name: str) -> tuple[str, str]:
    """Name and version from the head of a metadata file; `name` and an empty version where they are missing."""
    fields = {"name": name, "version": ""}
    for line in read_text(path).splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon and key.lower() in fields:
            fields[key.lower()] = value.strip()
    return fields["name"], fields["version"]


def _entry_points(path: PurePath) -> Iterator[EntryPoint]:
    """The plugins of one `entry_points.txt`, parsed as `importlib.metadata.Sectioned` does."""
    text = read_text(path) if os.path.isfile(path) else ""
    if PLUGIN_GROUP not in text:
        return
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1]
        elif group == PLUGIN_GROUP and line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            if equals:
                yield EntryPoint(group, name.strip(), value.strip())


def _source(direct_url: PurePath) -> PurePath | None:
    """The directory of an editable install (PEP 610), None for any other."""
    if not os.path.isfile(direct_url):
        return None
    try:
        import json  # noqa: PLC0415  seldom needed, slow to load
        from urllib.parse import unquote, urlsplit  # noqa: PLC0415  as above

        record: object = json.loads(read_text(direct_url))
        match record:
            case {"url": str(url), "dir_info": {"editable": True}} if url.startswith("file:"):
                path = unquote(urlsplit(url).path)
                return PurePath(path[1:] if _DRIVE.match(path) else path)
            case _:
                return None
    except (ValueError, RecursionError):
        return None


def _mapped(hook: PurePath) -> dict[str, PurePath]:
    """The modules that an editable import hook maps, from the literals in its source.

    Known are setuptools (`MAPPING = {...}`), the `editables` library of hatch and pdm (`F.map_module(name, path)`) and
    scikit-build-core (`install({...}, ...)`).
    """
    try:
        tree = ast.parse(read_text(hook))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, PurePath] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="MAPPING")], value=ast.Dict() as mapping):
                found |= _paths(mapping)
            case ast.AnnAssign(target=ast.Name(id="MAPPING"), value=ast.Dict() as mapping):
                found |= _paths(mapping)
            case ast.Expr(value=ast.Call(func=ast.Name(id="install"), args=[ast.Dict() as mapping, *_])):
                found |= _paths(mapping)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(attr="map_module"),
                    args=[ast.Constant(value=str(name)), ast.Constant(value=str(path))],
                )
            ):
                found[name] = PurePath(path)
            case _:
                pass
    return found


def _paths(mapping: ast.Dict) -> dict[str, PurePath]:
    pairs = zip(mapping.keys, mapping.values, strict=True)
    return {
        key.value: PurePath(value.value)
        for key, value in pairs
        if isinstance(key, ast.Constant)
        and isinstance(key.value, str)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
    }


def _listed(folder: PurePath) -> list[str]:
    """The names in a directory in the order in which the system lists them, as importlib.metadata sees them."""
    try:
        return os.listdir(folder)
    except OSError:
        return []

"""Where the modules are that a file imports: `sys.path` as pytest leaves it."""

import sys
from pathlib import PurePath

from loopscope.config.paths import absolute
from loopscope.workspace.modules import find_module
from loopscope.workspace.project import config_at, workspace_root
from loopscope.workspace.queries import Queries

_ALIASES = {"collections.abc": "_collections_abc"}
"""Modules that put another one in their place (`sys.modules[__name__] = …`), or have no file, from Python 3.13 on."""


def find_import(q: Queries, path: PurePath, dotted: str) -> PurePath | None:
    """The file that `dotted`, absolute or relative with its dots, means in `path`; None without source."""
    folder, is_stub = q.get(_place, path)
    found = q.get(_find_relative if dotted.startswith(".") else find_absolute, folder, dotted)
    # A stub means what other stubs say.
    return stub_of(q, found) or found if found is not None and is_stub else found


def _place(q: Queries, path: PurePath) -> tuple[PurePath, bool]:
    """The folder of a file, and whether it is a stub. Asked for so often that what `pathlib` takes for it shows."""
    return q.get(_first, path.parent), path.suffix == ".pyi"


def _first(_: Queries, path: PurePath) -> PurePath:
    """The first path that was asked for of those that are equal: what is the same object is found again at once."""
    return path


def stub_of(q: Queries, path: PurePath) -> PurePath | None:
    """The stub beside a source file of an installed library."""
    return q.get(_stub, path) if is_installed(q, path) else None


def _stub(q: Queries, path: PurePath) -> PurePath | None:
    stub = path.with_suffix(".pyi")
    return stub if q.files.is_file(stub) else None


def _find_relative(q: Queries, folder: PurePath, dotted: str) -> PurePath | None:
    rest = dotted.lstrip(".")
    for _ in range(len(dotted) - len(rest) - 1):
        folder = folder.parent
    if rest:
        found = find_module(q.files, rest, (folder,))
        return None if found is None else q.get(_first, found)
    init = folder / "__init__.py"
    return q.get(_first, init) if q.files.is_file(init) else None


def find_absolute(q: Queries, folder: PurePath, dotted: str) -> PurePath | None:
    """The file that `import dotted` loads in a module of `folder`."""
    return q.get(_find, q.get(search_path, folder), q.get(_home, folder), _ALIASES.get(dotted, dotted))


def _home(q: Queries, folder: PurePath) -> PurePath:
    """The workspace folder of a folder, itself if it is in none."""
    return workspace_root(q, folder) or folder


def _find(q: Queries, roots: tuple[PurePath, ...], home: PurePath, dotted: str) -> PurePath | None:
    """Shared by all folders of the workspace folder `home` that have the same search path."""
    found = find_module(q.files, dotted, roots, q.environment(home).editable)
    return None if found is None else q.get(_first, found)


def search_path(q: Queries, folder: PurePath) -> tuple[PurePath, ...]:
    """`sys.path` for the modules of a folder.

    In a project: what `import_path` of `_pytest/pathlib.py` inserts for the test file and the conftests above it, then
    `pythonpath`, the rootdir (as `python -m pytest` adds it), the environment, and last an `src` that nobody installed.
    """
    environment = q.environment(folder)
    if is_installed(q, folder):
        return environment.import_roots
    config = q.get(config_at, folder)
    found = [q.get(base_folder, folder)]
    for above in folder.parents:
        if above == config.rootdir.parent:
            break
        if q.files.is_file(above / "conftest.py"):
            found.append(q.get(base_folder, above))
    found += [root.value for root in config.pythonpath]
    found += [config.rootdir, *environment.import_roots, config.rootdir / "src"]
    return tuple(dict.fromkeys(found))


def base_folder(q: Queries, folder: PurePath) -> PurePath:
    """The first folder upwards that is no package: what pytest puts into `sys.path` for a file of `folder`."""
    while q.files.is_file(folder / "__init__.py") and folder != folder.parent:
        folder = folder.parent
    return folder


def is_installed(q: Queries, path: PurePath) -> bool:
    """Whether a file or folder belongs to the environment and not to a project."""
    return q.get(_installed, path)


def _installed(q: Queries, path: PurePath) -> bool:
    environment = q.environment(path)
    if any(path.is_relative_to(site) for site in environment.site_packages):
        return True
    stdlib = environment.stdlib
    return stdlib is not None and path.is_relative_to(stdlib) and not any(path.is_relative_to(root) for root in q.roots)


def asyncio_name(q: Queries, path: PurePath, name: str) -> str:
    """`asyncio.Event` for an `Event` of the standard library's `asyncio`; empty for any other file.

    Projects have packages of that name as well: `websockets.asyncio` has a `Server` of its own.
    """
    module = q.get(_asyncio_module, path)
    return f"{module}.{name}" if module else ""


def _asyncio_module(q: Queries, path: PurePath) -> str:
    if path.parent.name != "asyncio" or path.parent.parent != q.environment(path).stdlib:
        return ""
    return "asyncio.subprocess" if path.stem == "subprocess" else "asyncio"


def importable(q: Queries, path: PurePath, dotted: str) -> bool | None:
    """Whether `import dotted` succeeds in `path`, as far as files tell; None when no environment was found."""
    if find_import(q, path, dotted) is not None:
        return True
    if dotted.startswith("."):
        folder = absolute(path.parent, "/".join([".."] * (len(dotted) - len(dotted.lstrip(".")) - 1)) or ".")
        return _compiled(q, folder, dotted.lstrip("."))
    top = dotted.partition(".")[0]
    if top in sys.builtin_module_names or (top in sys.stdlib_module_names and top == dotted):
        return True
    if q.environment(path).kind == "none":
        return None
    return any(_compiled(q, root, dotted) for root in q.get(search_path, path.parent))


def _compiled(q: Queries, root: PurePath, dotted: str) -> bool:
    """Whether below `root` there is a namespace package or an extension module of that name."""
    *packages, last = dotted.split(".")
    folder = root.joinpath(*packages)
    if not q.files.is_dir(folder):
        return False
    return q.files.is_dir(folder / last) or last in q.get(_extensions, folder)


def _extensions(q: Queries, folder: PurePath) -> frozenset[str]:
    """The names of the extension modules in a folder."""
    names = (entry.name for entry in q.files.entries(folder))
    return frozenset(name.partition(".")[0] for name in names if name.endswith((".so", ".pyd")))

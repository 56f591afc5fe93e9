"""Where the environment of a project may be: the places that activation, and each project tool, puts it."""

import os
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.host.layout import is_environment, prefix_of, read_text
from loopscope.workspace.environment import EnvironmentKind, normalised

_USUAL = (".venv", "venv", "env", ".env")
_NOT_IN_NAMES = frozenset(' $`!*@"\\\r\n\t')


class Candidate(NamedTuple):
    """A prefix that may hold the environment, and the sentence that says why it was looked at."""

    prefix: PurePath
    kind: EnvironmentKind
    found_by: str


class Places(NamedTuple):
    """The user's side: process environment variables, home directory (None without one) and `sys.platform`."""

    environ: Mapping[str, str]
    home: PurePath | None
    platform: str

    def directory(self, variable: str, linux: str, mac: str, windows: str) -> PurePath | None:
        """The directory in an environment variable, else the platform's default below the home directory."""
        given = self.environ.get(variable)
        if given:
            return PurePath(given)
        default = {"darwin": mac, "win32": windows}.get(self.platform, linux)
        return None if self.home is None else self.home / default


def places(environ: Mapping[str, str], platform: str = sys.platform) -> Places:
    """The places of the user whose process environment this is."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Places(environ, PurePath(home) if home else None, platform)


def candidates(workspace: PurePath, user: Places) -> Iterator[Candidate]:
    """Prefixes worth a look, best first: activated, in or above the workspace, then where tools keep them."""
    yield from _activated(workspace, user.environ)
    for folder in _upwards(workspace, user.home):
        yield from _in_folder(folder, workspace)
    for folder in _upwards(workspace, user.home):
        yield from _of_tools(folder, user)


def _activated(workspace: PurePath, environ: Mapping[str, str]) -> Iterator[Candidate]:
    if environ.get("VIRTUAL_ENV"):
        yield Candidate(PurePath(environ["VIRTUAL_ENV"]), "venv", "VIRTUAL_ENV is set")
    prefix = environ.get("CONDA_PREFIX")
    # The base environment is active in every shell of many machines; it says nothing about this project.
    if prefix and environ.get("CONDA_DEFAULT_ENV") != "base":
        yield Candidate(PurePath(prefix), "conda", "CONDA_PREFIX is set")
    if environ.get("UV_PROJECT_ENVIRONMENT"):
        yield Candidate(workspace / environ["UV_PROJECT_ENVIRONMENT"], "venv", "UV_PROJECT_ENVIRONMENT is set")


def _upwards(workspace: PurePath, home: PurePath | None) -> Iterator[PurePath]:
    """The workspace and the directories above, as far as the repository goes, without the home directory itself."""
    for folder in (workspace, *workspace.parents):
        if folder in (home, folder.parent) and folder != workspace:
            return
        yield folder
        if os.path.exists(folder / ".git"):
            return


def _in_folder(folder: PurePath, workspace: PurePath) -> Iterator[Candidate]:
    where = "in the workspace" if folder == workspace else f"in {folder}"
    # A directory of any name counts in the workspace only: what lies above it may belong to other projects.
    others = sorted(_subdirectories(folder)) if folder == workspace else []
    for name in dict.fromkeys((*_USUAL, *others)):
        prefix = folder / name
        if is_environment(prefix):
            yield Candidate(prefix, "conda" if os.path.isdir(prefix / "conda-meta") else "venv", f"{name} {where}")
    redirected = read_text(folder / ".venv").strip() if os.path.isfile(folder / ".venv") else ""
    if redirected:
        yield Candidate(folder / redirected, "venv", f"the file .venv {where}")


def _of_tools(folder: PurePath, user: Places) -> Iterator[Candidate]:
    pdm = read_text(folder / ".pdm-python").strip()
    if pdm:
        yield Candidate(prefix_of(PurePath(pdm)), "venv", f".pdm-python in {folder}")
    if os.path.isfile(folder / "Pipfile"):
        yield from _pipenv(folder, user)
    if os.path.isfile(folder / "pyproject.toml"):
        project, poetry = _project_names(folder / "pyproject.toml")
        if poetry or project:
            yield from _poetry(folder, poetry or project, user)
        if project:
            yield from _hatch(folder, project, user)


def _pipenv(folder: PurePath, user: Places) -> Iterator[Candidate]:
    """`Project.virtualenv_name` of pipenv: directory name and a hash of the Pipfile's path."""
    base = user.directory("WORKON_HOME", ".local/share/virtualenvs", ".local/share/virtualenvs", ".virtualenvs")
    if base is not None:
        digest = urlsafe_b64encode(
            sha256(os.fspath(folder / "Pipfile").encode("utf-8", "surrogateescape")).digest()[:6]
        )
        yield Candidate(base / f"{_plain(folder.name)}-{digest.decode()}", "venv", f"pipenv's environment of {folder}")


def _poetry(folder: PurePath, name: str, user: Places) -> Iterator[Candidate]:
    """`EnvManager.generate_env_name` of poetry; the active Python of envs.toml, else the newest."""
    caches = user.directory(
        "POETRY_CACHE_DIR", ".cache/pypoetry", "Library/Caches/pypoetry", "AppData/Local/pypoetry/Cache"
    )
    base = user.environ.get("POETRY_VIRTUALENVS_PATH") or (caches and caches / "virtualenvs")
    if not base:
        return
    base = PurePath(base)
    real = os.path.normcase(os.path.realpath(folder))
    digest = urlsafe_b64encode(sha256(real.encode("utf-8", "surrogateescape")).digest()).decode()[:8]
    stem = f"{_plain(name.lower())}-{digest}"
    made = [found for found in _subdirectories(base) if found.startswith(f"{stem}-py")]
    active = _table(_table(_toml(base / "envs.toml")).get(stem)).get("minor")
    made.sort(key=lambda found: (found == f"{stem}-py{active}", _version_key(found)), reverse=True)
    yield from (Candidate(base / found, "venv", f"poetry's environment of {folder}") for found in made)


def _hatch(folder: PurePath, name: str, user: Places) -> Iterator[Candidate]:
    """`VirtualEnvironment.__init__` of hatch: project name, a hash of the root, environment; the test one first."""
    data = user.directory(
        "HATCH_DATA_DIR", ".local/share/hatch", "Library/Application Support/hatch", "AppData/Local/hatch"
    )
    if data is None:
        return
    project = normalised(name)
    digest = urlsafe_b64encode(sha256(os.fspath(folder).encode("utf-8", "surrogateescape")).digest()).decode()[:8]
    base = data / "env" / "virtual" / project / digest
    rank = {name: (name.startswith("hatch-test"), name == project) for name in _subdirectories(base)}
    made = sorted(rank, key=rank.__getitem__, reverse=True)
    yield from (Candidate(base / found, "venv", f"hatch's environment {found!r} of {folder}") for found in made)


def _project_names(pyproject: PurePath) -> tuple[str, str]:
    """`project.name` and `tool.poetry.name`, empty when missing."""
    data = _toml(pyproject)
    own = _table(data.get("project")).get("name")
    poetry = _table(_table(data.get("tool")).get("poetry")).get("name")
    return own if isinstance(own, str) else "", poetry if isinstance(poetry, str) else ""


def _toml(path: PurePath) -> dict[str, object]:
    import tomllib  # noqa: PLC0415  seldom needed, slow to load

    try:
        return tomllib.loads(read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _plain(name: str) -> str:
    return "".join("_" if character in _NOT_IN_NAMES else character for character in name)[:42]


def _version_key(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.rpartition("-py")[2].split(".") if part.isdecimal() and len(part) < 5)


def _subdirectories(folder: PurePath) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []

"""Which versions of Python a project supports."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.config.toml import TomlFile, parse_toml
from loopscope.rules.context import Context
from loopscope.text.files import Unreadable
from loopscope.workspace.queries import Queries

_LOWEST = re.compile(r"(?:>=|~=|==|>|\^|~)\s*(\d+)\.(\d+)")
_OF_SETUPTOOLS = re.compile(r"^[^#\n]*\bpython_requires\s*=\s*[\"']?([^\"'#\n]+)", re.MULTILINE)


def lowest_python(ctx: Context) -> tuple[int, ...] | None:
    """The oldest Python that the project says it supports; where it says nothing, that of its environment.

    It says so by `requires-python`, by setuptools' `python_requires` or by Poetry's dependency on `python`.
    """
    declared = ctx.queries.get(_declared, ctx.config.rootdir)
    if declared is not None:
        return declared
    version = ctx.environment.python_version
    return None if version is None else version[:2]


def _declared(q: Queries, folder: PurePath) -> tuple[int, ...] | None:
    for stated in (_in_pyproject(q, folder / "pyproject.toml"), *_of_setuptools(q, folder)):
        found = _LOWEST.search(stated)
        if found is not None:
            return (int(found[1]), int(found[2]))
    return None


def _in_pyproject(q: Queries, path: PurePath) -> str:
    text = q.files.read(path)
    parsed = None if isinstance(text, Unreadable) or "python" not in text else parse_toml(text)
    if not isinstance(parsed, TomlFile):
        return ""
    project = parsed.table("project") or {}
    poetry = parsed.table("tool", "poetry", "dependencies") or {}
    return str(project.get("requires-python") or poetry.get("python") or "")


def _of_setuptools(q: Queries, folder: PurePath) -> Iterator[str]:
    for name in ("setup.cfg", "setup.py"):
        text = q.files.read(folder / name)
        found = None if isinstance(text, Unreadable) else _OF_SETUPTOOLS.search(text)
        if found is not None:
            yield found[1]

"""Which versions of Python a project supports."""

import re
from pathlib import PurePath

from loopscope.config.toml import TomlFile, parse_toml
from loopscope.rules.context import Context
from loopscope.text.files import Unreadable
from loopscope.workspace.queries import Queries

_LOWEST = re.compile(r"(?:>=|~=|==|>)\s*(\d+)\.(\d+)")


def lowest_python(ctx: Context) -> tuple[int, ...] | None:
    """The oldest Python that the project's `requires-python` admits; without one, that of its environment."""
    declared = ctx.queries.get(_declared, ctx.config.rootdir / "pyproject.toml")
    if declared is not None:
        return declared
    version = ctx.environment.python_version
    return None if version is None else version[:2]


def _declared(q: Queries, path: PurePath) -> tuple[int, ...] | None:
    text = q.files.read(path)
    parsed = None if isinstance(text, Unreadable) or "requires-python" not in text else parse_toml(text)
    project = parsed.table("project") if isinstance(parsed, TomlFile) else None
    found = _LOWEST.search(str((project or {}).get("requires-python", "")))
    return None if found is None else (int(found[1]), int(found[2]))

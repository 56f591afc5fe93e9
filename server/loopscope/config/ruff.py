"""Which checks ruff runs on a file, as its configuration says.

Mirrors the sections "Config file discovery" and "Rule selection" of ruff's documentation.
What stands in an editor or in the user's own configuration is not known.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import NamedTuple, TypeGuard

from loopscope.config.document import SyntaxProblem, as_list, as_table
from loopscope.config.paths import absolute, upwards
from loopscope.config.toml import parse_toml
from loopscope.text.files import Files, Unreadable

RUFF_FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")

_DEFAULT = ("E4", "E7", "E9", "F", "PLE1142")
"""What ruff selects by itself, as far as a rule of ours overlaps with it."""
_DEEPEST = 8


class RuffConfig(NamedTuple):
    """A configuration of ruff; globs are relative to `folder`. `select` is None where nothing says it."""

    folder: PurePath
    select: tuple[str, ...] | None = None
    more: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file: Mapping[str, tuple[str, ...]] = {}

    def runs(self, code: str, path: PurePath) -> bool:
        """Whether a check runs on a file: the longest prefix of its code decides."""
        if any(self._covers(glob, path) for glob in self.exclude):
            return False
        chosen = _longest(code, (*(_DEFAULT if self.select is None else self.select), *self.more))
        if chosen is None or chosen <= (_longest(code, self.ignore) or -1):
            return False
        return not any(
            _longest(code, codes) is not None and self._covers(glob.removeprefix("!"), path) is not glob.startswith("!")
            for glob, codes in self.per_file.items()
        )

    def _covers(self, glob: str, path: PurePath) -> bool:
        """Whether a glob matches a file or a folder that holds it: its name, or its path."""
        if not path.is_relative_to(self.folder):
            return False
        within = path.relative_to(self.folder)
        pattern = glob.removeprefix("./").rstrip("/").replace("**/", "*").replace("**", "*")
        return any(
            fnmatchcase(each.name, glob) or fnmatchcase(each.as_posix(), pattern)
            for each in (within, *within.parents[:-1])
        )


def ruff_config(files: Files, folder: PurePath) -> RuffConfig:
    """The configuration of the files in a folder: the nearest one above, ruff's own where there is none."""
    for each in upwards(folder):
        for name in RUFF_FILES:
            found = _read(files, each / name) if files.is_file(each / name) else None
            if found is not None:
                return found
    return RuffConfig(folder)


def _read(files: Files, path: PurePath, depth: int = 0) -> RuffConfig | None:
    """What a file says, with what it extends; None for a pyproject.toml without `[tool.ruff]`."""
    text = files.read(path)
    document = None if isinstance(text, Unreadable) else parse_toml(text)
    if document is None or isinstance(document, SyntaxProblem):
        return None
    table = document.table("tool", "ruff") if path.name == "pyproject.toml" else document.values
    if table is None:
        return None
    extended = table.get("extend")
    base = _read(files, absolute(path.parent, extended), depth + 1) if _is_followed(extended, depth) else None
    return _over(base or RuffConfig(path.parent), path.parent, table)


def _is_followed(extended: object, depth: int) -> TypeGuard[str]:
    return isinstance(extended, str) and depth < _DEEPEST


def _over(base: RuffConfig, folder: PurePath, table: Mapping[str, object]) -> RuffConfig:
    """What a table says over what it extends: a selection begins anew."""
    own = as_table(table.get("lint")) or {}
    lint = {**table, **own}
    if "select" in lint:
        base = base._replace(select=_texts(lint["select"]), more=(), ignore=())
    per_file = _table(lint["per-file-ignores"]) if "per-file-ignores" in lint else base.per_file
    excluded = _texts(table["exclude"]) if "exclude" in table else base.exclude
    return RuffConfig(
        folder,
        base.select,
        (*base.more, *_texts(lint.get("extend-select"))),
        (*base.ignore, *_texts(lint.get("ignore")), *_texts(lint.get("extend-ignore"))),
        (*excluded, *_texts(table.get("extend-exclude")), *_texts(own.get("exclude"))),
        {**per_file, **_table(lint.get("extend-per-file-ignores"))},
    )


def _table(value: object) -> dict[str, tuple[str, ...]]:
    return {key: _texts(each) for key, each in (as_table(value) or {}).items()}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in as_list(value) or () if isinstance(each, str))


def _longest(code: str, prefixes: tuple[str, ...]) -> int | None:
    """How long the longest of the prefixes is that a code has, `ALL` being shorter than any; None for none."""
    return max(
        (0 if each == "ALL" else len(each) for each in prefixes if each == "ALL" or code.startswith(each)), default=None
    )

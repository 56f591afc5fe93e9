"""The doctests that pytest collects (`_pytest/doctest.py`), found as `doctest.DocTestFinder` finds them in modules."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.config.patterns import fnmatch_ex
from loopscope.config.pytest_config import PytestConfig
from loopscope.facts.expr import Const, Expr, Pairs, Ref
from loopscope.facts.layout import DefSpans
from loopscope.facts.outline import FactId, Guard
from loopscope.text.files import Unreadable
from loopscope.workspace.closure import Asked, closure_of
from loopscope.workspace.collection import is_skipped
from loopscope.workspace.folders import is_test_file
from loopscope.workspace.imports import base_folder
from loopscope.workspace.marks import module_marks, used_fixtures
from loopscope.workspace.model import Closure, Doctest
from loopscope.workspace.mro import own_bindings, own_member
from loopscope.workspace.namespace import dereference, lookup, names_of
from loopscope.workspace.plugins import roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name, is_transparent, scoped_decorators
from loopscope.workspace.values import Class, Expression, Function, Value, last_of
from loopscope.workspace.visibility import doctest_level, folder_level, nodeid_of
from loopscope.workspace.wrappers import keeps_docstring

_TEXT = ("test*.txt",)
_PROMPT = re.compile(r"^ *>>>", re.MULTILINE)
# What these make is a routine of the module, or a property, with the docstring of the function below.
_KEEPING = frozenset(
    (
        "functools.cache",
        "functools.cached_property",
        "functools.lru_cache",
        "functools.singledispatch",
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
        "pytest_asyncio.fixture",
    )
)


def has_doctests(path: PurePath, config: PytestConfig) -> bool:
    """Whether pytest looks for doctests in a file (`pytest_collect_file`)."""
    if path.suffix == ".py":
        return config.command_line.last("--doctest-modules") is not None and path.name != "__main__.py"
    globs = [word.value for word in config.command_line.every("--doctest-glob")] or _TEXT
    return any(fnmatch_ex(glob, path) for glob in globs)


def is_collected(path: PurePath, config: PytestConfig) -> bool:
    """Whether pytest looks for tests or doctests in a file of a folder."""
    return is_test_file(path, config) or has_doctests(path, config)


def doctests_of(q: Queries, path: PurePath) -> tuple[Doctest, ...]:
    """The doctests of a file in pytest's order; none where a plugin collects them in a way of its own."""
    config = q.get(config_at, path.parent)
    roster = q.get(roster_of, path.parent)
    if "doctest" in config.blocked_plugins or roster.has("doctestplus"):
        return ()
    given = any(absolute == path for absolute in (config.rootdir / word.value for word in config.command_line.paths))
    if not has_doctests(path, config) and not (given and path.suffix in (".txt", ".rst")):
        return ()
    text = q.files.read(path)
    if isinstance(text, Unreadable) or ">>>" not in text:
        return ()
    nodeid = nodeid_of(path, config.rootdir)
    if path.suffix != ".py":
        return (Doctest(f"{nodeid}::{path.name}", path, None),) if _has_examples(text) else ()
    if (path.name == "setup.py" and ("setuptools" in text or "distutils" in text)) or q.get(is_skipped, path):
        return ()
    try:
        found = dict(_Finder(q, path).module(_module_name(q, path, config)))
    except ValueError:
        # A prompt without a blank ends the collection of the file.
        return ()
    return tuple(Doctest(f"{nodeid}::{name}", path, found[name]) for name in sorted(found))


def doctest_closure(q: Queries, path: PurePath) -> Closure:
    """What pytest sets up for each doctest of a file: fixtures with autouse, and those that the module's mark uses."""
    if path.suffix != ".py":
        return closure_of(q, path, (), q.get(folder_level, path.parent), Asked((), (), (), None), frozenset(), None)
    asked = Asked((), used_fixtures(q.get(module_marks, path)), (), None)
    return closure_of(q, path, (), q.get(doctest_level, path), asked, frozenset(), None)


def _module_name(q: Queries, path: PurePath, config: PytestConfig) -> str:
    """The `__name__` of a module that pytest imports (`import_path` of `_pytest/pathlib.py`)."""
    root = q.get(base_folder, path.parent)
    mode = config.command_line.last("--import-mode")
    if mode is not None and mode.value == "importlib" and root == path.parent and path.is_relative_to(config.rootdir):
        root = config.rootdir
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class _Finder:
    """Names and lines of docstrings with examples. Raises `ValueError` where a docstring is malformed."""

    def __init__(self, q: Queries, path: PurePath) -> None:
        self._q = q
        self._path = path
        facts = q.facts(path)
        self._defs: dict[FactId, DefSpans] = {} if facts is None else facts.layout.defs
        first = [] if facts is None else [placed.chunk.body for placed in facts.tree.chunks if placed.chunk.body][:1]
        self._docstring = ast.get_docstring(ast.Module(list(first[0]), []), clean=False) if first else None
        self._seen: set[FactId] = set()

    def module(self, name: str) -> Iterator[tuple[str, int | None]]:
        """The docstrings of a module, of its functions and classes, and the entries of its `__test__`."""
        if _has_examples(self._docstring):
            yield name, 1
        for each in self._q.get(names_of, self._path):
            yield from self._object(last_of(self._q.get(lookup, self._path, each)), f"{name}.{each}")
        tests = last_of(self._q.get(lookup, self._path, "__test__"))
        pairs = tests.expr.pairs if isinstance(tests, Expression) and isinstance(tests.expr, Pairs) else ()
        for key, value in pairs:
            if isinstance(key, Const) and isinstance(key.value, str):
                yield from self._entry(value, f"{name}.__test__.{key.value}")

    def _entry(self, expr: Expr, name: str) -> Iterator[tuple[str, int | None]]:
        if isinstance(expr, Const) and isinstance(expr.value, str) and _has_examples(expr.value):
            yield name, None
        if isinstance(expr, Ref):
            yield from self._object(last_of(dereference(self._q, self._path, expr.name)), name)

    def _object(self, value: Value | None, name: str) -> Iterator[tuple[str, int | None]]:
        """A function or class, if it is written in this module and was not met before."""
        if not isinstance(value, Function | Class) or value.path != self._path or value.fact.id in self._seen:
            return
        self._seen.add(value.fact.id)
        if isinstance(value, Function) and not self._keeps(value):
            return
        spans = self._defs.get(value.fact.id)
        if spans is not None and _has_examples(spans.docstring):
            yield name, spans.line
        if isinstance(value, Class):
            for each in self._members(value):
                yield from self._object(self._member(value, each), f"{name}.{each}")

    def _members(self, owner: Class) -> tuple[str, ...]:
        bindings = own_bindings(self._q, self._path, owner.fact)
        return tuple(dict.fromkeys(one.name for one in bindings if one.guard is not Guard.TYPE_CHECKING))

    def _member(self, owner: Class, name: str) -> Value | None:
        """What a class has under a name; of a property with a setter, the function that gets it."""
        found = last_of(own_member(self._q, self._path, owner.fact, name))
        if not isinstance(found, Function) or not any(_is_setter(expr, name) for expr in found.fact.decorators):
            return found
        functions = [one.target for one in owner.fact.bindings if one.name == name]
        first = functions[0] if functions else None
        return found._replace(fact=first) if isinstance(first, type(found.fact)) else found

    def _keeps(self, function: Function) -> bool:
        """Whether the function, or what its decorators make of it, surely has its docstring."""
        for expr in scoped_decorators(self._q, self._path, function.fact):
            name = decorator_name(self._q, self._path, expr)
            known = name is not None and (is_transparent(name) or name in _KEEPING)
            if not known and not keeps_docstring(self._q, self._path, expr):
                return False
        return True


def _is_setter(expr: Expr, name: str) -> bool:
    return isinstance(expr, Ref) and expr.name in (f"{name}.setter", f"{name}.deleter")


def _has_examples(text: str | None) -> bool:
    """Whether `doctest` finds examples in a text. Raises `ValueError` for a prompt without a blank and its like."""
    if text is None or not _PROMPT.search(text):
        return False
    import doctest  # noqa: PLC0415  slow to import, and few projects have doctests

    return bool(doctest.DocTestParser().get_examples(text))

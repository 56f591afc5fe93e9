"""Hooks of the project and of plugins that take tests away from what reading can tell."""

import ast
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Const
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.facts.reaching import parents_of
from loopscope.workspace.index import index_of
from loopscope.workspace.model import Where
from loopscope.workspace.mro import member
from loopscope.workspace.namespace import lookup
from loopscope.workspace.plugins import roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function, last_of

_RUNS_TESTS = ("pytest_pyfunc_call", "pytest_pycollect_makeitem")
_SEES_TESTS = (
    *_RUNS_TESTS,
    "pytest_collection_modifyitems",
    "pytest_itemcollected",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_call",
)
"""Hooks that may give a test another function: `item.obj = wrapped(item.obj)`."""
_FALSE = ast.dump(ast.Constant(False))
_KNOWN = frozenset(("asyncio", "anyio", "trio", "pytest_trio", "twisted", "pytest_twisted", "django", "mark"))


class Hook(NamedTuple):
    """A hook implementation: its name, where it stands, and the mark without which it leaves a test as it is."""

    name: str
    path: PurePath
    plugin: str
    mark: str | None = None


class LateMark(NamedTuple):
    """An asyncio mark added after collection: the file that does so, and the loop scope that all tests get from it."""

    path: PurePath
    scope: str | None


class Generated(NamedTuple):
    """A `pytest_generate_tests` and the literal names that it parametrizes."""

    path: PurePath
    names: frozenset[str]
    complete: bool
    """Whether it surely parametrizes nothing else."""


def runner_hooks(q: Queries, folder: PurePath) -> tuple[Hook, ...]:
    """Hooks for the tests of a folder that may run or replace test functions; mere wrappers around them left out."""
    found: list[Hook] = []
    for path in conftests_of(q, folder):
        found += _hooks(q, path, "conftest.py")
        if q.mentions(path, ("pluginmanager.import_plugin(",)):
            found.append(Hook("pytest_pyfunc_call", path, "a plugin that conftest.py imports"))
    for plugin in q.get(roster_of, folder).plugins:
        if plugin.where is not Where.PYTEST and plugin.name not in _KNOWN:
            found += _hooks(q, plugin.path, plugin.name, plugin.holder)
    return tuple(found)


def runner_hook(q: Queries, folder: PurePath, marks: Iterable[str] = ()) -> Hook | None:
    """The first hook that may run or replace a test of a folder that has marks of these names."""
    hooks: tuple[Hook, ...] = q.get(runner_hooks, folder)
    return next((hook for hook in hooks if hook.mark is None or hook.mark in marks), None)


def loop_scope_marks(q: Queries, folder: PurePath) -> tuple[LateMark, ...]:
    """The asyncio marks that `pytest_collection_modifyitems` of the project adds to the tests of a folder."""
    sources = _own_sources(q, folder)
    return tuple(late for path, holder in sources for late in q.get(_late_marks, path, holder))


def generated_names(q: Queries, path: PurePath, class_names: tuple[str, ...]) -> Generated | None:
    """What `pytest_generate_tests` of a module, its classes or the project gives to tests; None without such a hook."""
    name = "pytest_generate_tests"
    names: set[str] = set()
    complete = True
    found: PurePath | None = None
    for source, holder in ((path, None), *_own_sources(q, path.parent)):
        if not q.mentions(source, (name,)):
            continue
        own = FactId(name) if holder is None else FactId(f"{holder.qualname}.{name}")
        for id_ in (own, *(FactId(f"{each}.{name}") for each in class_names)):
            if id_ in q.get(index_of, source).functions:
                found = source
                names |= q.get(_parametrized, source, id_)
                complete = complete and q.get(_parametrizes_literally, source, id_)
    for plugin in q.get(_installed_generators, path.parent):
        given = q.get(_parametrized, plugin, FactId(name))
        # What else it gives is of its own: no name of the project is doubted for it.
        found = found or (plugin if given else None)
        names |= given
    return None if found is None else Generated(found, frozenset(names), complete)


def _installed_generators(q: Queries, folder: PurePath) -> tuple[PurePath, ...]:
    """The plugins of the environment that have a `pytest_generate_tests`."""
    plugins = q.get(roster_of, folder).plugins
    return tuple(
        plugin.path
        for plugin in plugins
        if plugin.where is Where.PLUGIN
        and plugin.holder is None
        and q.mentions(plugin.path, ("def pytest_generate_tests",))
    )


def _own_sources(q: Queries, folder: PurePath) -> tuple[tuple[PurePath, FactId | None], ...]:
    """The conftests and the project's own plugins that the tests of a folder see; for plugin objects with the class."""
    plugins = q.get(roster_of, folder).plugins
    local = [(plugin.path, plugin.holder) for plugin in plugins if plugin.where is Where.LOCAL_PLUGIN]
    return (*((path, None) for path in q.get(conftests_of, folder)), *local)


def _parametrized(q: Queries, path: PurePath, id_: FactId) -> frozenset[str]:
    """The literal names in the calls of `parametrize` of a function."""
    function = q.function(path, id_)
    found: set[str] = set()
    for call in function[1].calls if function is not None else ():
        node = call.node
        if isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize" and node.args:
            indirect = next((each.value for each in node.keywords if each.arg == "indirect"), None)
            through = _literals(indirect) if indirect is not None else ()
            if not (isinstance(indirect, ast.Constant) and indirect.value is True):
                found.update(name for name in _literals(node.args[0]) if name not in through)
    return frozenset(found)


_READ = frozenset({"fixturenames", "function", "cls", "module", "config", "definition"})


def _parametrizes_literally(q: Queries, path: PurePath, id_: FactId) -> bool:
    """Whether a hook only reads attributes of `metafunc` and calls its `parametrize` with literal names."""
    function = q.function(path, id_)
    if function is None or "metafunc" in function[1].inner_reads or function[1].times_bound.get("metafunc") != 1:
        return False
    around = parents_of(function[1])
    for read in function[1].reads.get("metafunc", ()):
        attribute = around.get(id(read))
        if not isinstance(attribute, ast.Attribute):
            return False
        call = around.get(id(attribute))
        if attribute.attr == "parametrize":
            if not (isinstance(call, ast.Call) and call.func is attribute and call.args and _is_literal(call.args[0])):
                return False
        elif attribute.attr not in _READ:
            return False
    return True


def _is_literal(names: ast.expr) -> bool:
    if isinstance(names, ast.Tuple | ast.List):
        return all(isinstance(item, ast.Constant) for item in names.elts)
    return isinstance(names, ast.Constant)


def _literals(expr: ast.expr) -> tuple[str, ...]:
    """The names in `"a, b"` or in a display of strings, as `parametrize` reads them."""
    match expr:
        case ast.Constant(str() as text):
            return tuple(name.strip() for name in text.split(","))
        case ast.Tuple(items) | ast.List(items):
            return tuple(item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str))
        case _:
            return ()


def _late_marks(q: Queries, path: PurePath, holder: FactId | None) -> tuple[LateMark, ...]:
    name = "pytest_collection_modifyitems"
    if not q.mentions(path, (name,)) or not q.mentions(path, ("add_marker",)):
        return ()
    function = q.function(path, FactId(name) if holder is None else FactId(f"{holder.qualname}.{name}"))
    if function is None:
        return ()
    _, body = function
    found: list[LateMark] = []
    for call in body.calls:
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "add_marker" and call.node.args:
            mark = _local_value(body, call.node.args[0])
            if "asyncio" in ast.dump(mark):
                found.append(LateMark(path, _recipe_scope(body, call.node, mark)))
    return tuple(found)


def _recipe_scope(body: Body, call: ast.Call, mark: ast.expr) -> str | None:
    """The loop scope that the recipe of pytest-asyncio's documentation gives to all its tests; None for other code."""
    loop = next((node for node in body.node.body if isinstance(node, ast.For) and call in ast.walk(node)), None)
    first = any(keyword.arg == "append" and ast.dump(keyword.value) == _FALSE for keyword in call.keywords)
    if loop is None or not first or not any(isinstance(node, ast.Expr) and node.value is call for node in loop.body):
        return None
    items = _local_value(body, loop.iter)
    match items:
        case ast.GeneratorExp(ast.Name(kept), [each]) | ast.ListComp(ast.Name(kept), [each]):
            match each:
                case ast.comprehension(ast.Name(item), _, [ast.Call(func, [ast.Name(asked)], [])]):
                    if not item == kept == asked or not ast.unparse(func).endswith("is_async_test"):
                        return None
                case _:
                    return None
        case _:
            return None
    match mark:
        case ast.Call(_, [], [ast.keyword("loop_scope" | "scope", ast.Constant(str() as scope))]):
            return scope
        case _:
            return None


def _local_value(body: Body, expr: ast.expr) -> ast.expr:
    """What a local variable is assigned, when it is assigned once; any other expression itself."""
    if not isinstance(expr, ast.Name):
        return expr
    values = [
        statement.value
        for statement in body.statements
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == expr.id for target in statement.targets)
    ]
    return values[0] if len(values) == 1 else expr


def conftests_of(q: Queries, folder: PurePath) -> tuple[PurePath, ...]:
    """The conftests that pytest loads for the tests of a folder, outermost first."""
    config = q.get(config_at, folder)
    if config.noconftest:
        return ()
    cut = config.confcutdir
    folders = [each for each in reversed((folder, *folder.parents)) if each not in cut.parents]
    return tuple(path for each in folders if q.files.is_file(path := each / "conftest.py"))


def _hooks(q: Queries, path: PurePath, plugin: str, holder: FactId | None = None) -> list[Hook]:
    found = [Hook(name, path, plugin) for name in _RUNS_TESTS if _implements(q, path, name, holder)]
    if not found and q.mentions(path, (".obj = ", '"obj"', "'obj'")):
        for name in _SEES_TESTS:
            marks = _marks_of_replaced(q, path, name, holder)
            found += [Hook(name, path, plugin, mark) for mark in sorted(marks, key=str)]
    return found


def _marks_of_replaced(q: Queries, path: PurePath, name: str, holder: FactId | None) -> set[str | None]:
    """Of each place where a hook gives a test another function to run: the mark that it asks for, or None."""
    value = last_of(q.get(lookup, path, name) if holder is None else q.get(member, path, holder, name))
    function = q.function(value.path, value.fact.id) if isinstance(value, Function) else None
    if function is None:
        return set()
    body = function[1]
    places: list[ast.AST] = [
        each
        for statement in body.statements
        if isinstance(statement, ast.Assign)
        for each in statement.targets
        if isinstance(each, ast.Attribute) and each.attr == "obj"
    ]
    places += [
        call.node
        for call in body.calls
        if call.name == "setattr" and len(call.node.args) > 1 and ast.unparse(call.node.args[1]) in ("'obj'", '"obj"')
    ]
    return {_asked_mark(body, place) for place in places}


def _asked_mark(body: Body, node: ast.AST) -> str | None:
    """The mark that a test surely has where a hook gets to a node: `if item.get_closest_marker("name"):` is around."""
    around = parents_of(body)
    above = around.get(id(node))
    while above is not None:
        if isinstance(above, ast.If) and node in above.body:
            match _local_value(body, above.test):
                case ast.Call(ast.Attribute(_, "get_closest_marker"), [ast.Constant(str() as name), *_]):
                    return name
                case _:
                    pass
        node, above = above, around.get(id(above))
    return None


def _implements(q: Queries, path: PurePath, name: str, holder: FactId | None) -> bool:
    """Whether a module, or a class of it, has the hook as a function that is no mere wrapper."""
    value = last_of(q.get(lookup, path, name) if holder is None else q.get(member, path, holder, name))
    return isinstance(value, Function) and not _is_wrapper(value.fact)


def _is_wrapper(fact: FunctionFact) -> bool:
    return any(
        isinstance(expr, Call) and any(expr.keyword(word) == Const(True) for word in ("hookwrapper", "wrapper"))
        for expr in fact.decorators
    )

"""Asynchronous functions that pytest or unittest calls without awaiting them, and what they can become."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import dotted
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context, Definition
from loopscope.rules.support.decorators import add_decorator
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.plugins import is_plugin_module
from loopscope.rules.support.testcases import TestCaseKind, testcase_classes
from loopscope.rules.support.text import indentation, line_end, line_stop
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.mro import mro_of

_OF_CLASS = frozenset(("setup_method", "teardown_method", "setup_class", "teardown_class"))
_OF_FUNCTIONS = frozenset(("setup_function", "teardown_function"))
_OF_MODULE = frozenset(("setup_module", "teardown_module", "setUpModule", "tearDownModule"))
_OF_TESTCASE = frozenset(("setUp", "tearDown", "setUpClass", "tearDownClass", "setUpTestData"))
_ASYNC = frozenset(("asyncSetUp", "asyncTearDown"))
_NAMES = _OF_CLASS | _OF_FUNCTIONS | _OF_MODULE | _OF_TESTCASE | _ASYNC
# Other plugins specify hooks of their own, which they may await.
_PYTESTS_HOOKS = re.compile(
    "pytest_(add(hooks|option)|assert.*|cmdline_.*|collect(_directory|_file|ion|ion_finish|ion_modifyitems|report|start)"
    "|configure|deselected|(enter|leave)_pdb|exception_interact|fixture_(post_finalizer|setup)|generate_tests"
    "|ignore_collect|internalerror|itemcollected|keyboard_interrupt|load_initial_conftests|make_.*|markeval_namespace"
    "|plugin_registered|pycollect_make(item|module)|pyfunc_call|report_(collectionfinish|header|teststatus)"
    "|report_(from|to)_serializable|runtest_(call|log(finish|report|start)|makereport|protocol|setup|teardown)"
    "|runtestloop|session(finish|start)|terminal_summary|unconfigure|warning_recorded)"
)
_COUNTERPARTS = {"setup_method": "teardown_method", "setup_function": "teardown_function"}
_FIXTURE = "_setup"


class Caller(Enum):
    """Who calls the function without awaiting it."""

    PYTEST = "pytest"
    PYTEST_HOOKS = "pytest, as a hook,"
    ISOLATED = "`IsolatedAsyncioTestCase`"
    TESTCASE = "`unittest.TestCase`"
    DJANGO = "Django's test case"
    NOBODY = "nobody"


class AsyncSetup(NamedTuple):
    """An asynchronous set-up or teardown function, or hook."""

    id: FactId
    name: str
    caller: Caller


_OF_KIND = {
    TestCaseKind.PLAIN: Caller.TESTCASE,
    TestCaseKind.ISOLATED: Caller.ISOLATED,
    TestCaseKind.DJANGO: Caller.DJANGO,
}


def async_setups(ctx: Context) -> Iterator[AsyncSetup]:
    """The asynchronous functions of this file that are called without `await`, in source order."""
    found = [
        each for each in ctx.definitions if isinstance(each.node, ast.AsyncFunctionDef) and _may_be(each.node.name)
    ]
    if not found:
        return
    testcases = {each.id.qualname: each.kind for each in testcase_classes(ctx)}
    collected = _collected(ctx)
    for definition in found:
        name, holder = definition.node.name, definition.id.holder
        names = [dotted(expr) for expr, _ in definition.decorators]
        if holder:
            caller = _of_method(ctx, name, testcases.get(holder), collected=holder in collected)
            plain = all(each == "classmethod" for each in names)
        else:
            caller = _of_function(ctx, name)
            plain = all(each == "pytest.hookimpl" for each in names)
        if caller is not None and plain:
            yield AsyncSetup(definition.id, name, caller)


def _may_be(name: str) -> bool:
    return name in _NAMES or name.startswith("pytest_")


def rename(ctx: Context, setup: AsyncSetup, new: str) -> list[Edit] | None:
    """The edit that renames a method; None where the new name is taken or `super()` is asked for the old one."""
    definition = ctx.definition(setup.id)
    taken = any(each.id.qualname == f"{setup.id.holder}.{new}" for each in ctx.definitions)
    if definition is None or taken or definition.decorators or _mentions_super(ctx, setup.id):
        return None
    return [Edit(ctx.name_span(setup.id), new)]


def as_sync_hook(ctx: Context, setup: AsyncSetup) -> list[Edit] | None:
    """Edits that keep a hook's coroutine under another name, and add a hook that runs it."""
    definition = ctx.definition(setup.id)
    private = f"_{setup.name}"
    if definition is None or definition.decorators or private in ctx.outline.by_name or _yields(ctx, setup.id):
        return None
    arguments = definition.node.args if isinstance(definition.node, ast.AsyncFunctionDef) else None
    if arguments is None or arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
        return None
    if arguments.defaults or any(each.annotation is not None for each in arguments.args):
        return None
    names = ", ".join(argument.arg for argument in arguments.args)
    edits: list[Edit] = []
    asyncio = spelled(ctx, "asyncio", edits)
    name, end = ctx.name_span(setup.id), line_end(ctx.text)
    stop = line_stop(ctx.text, definition.placed.span(definition.node).end)
    unit = _unit(ctx, definition)
    call = f"{unit}return {asyncio}.run({private}({names})){end if stop == len(ctx.text) else ''}"
    hook = f"{end}{end}{end}def {setup.name}({names}):{end}{call}"
    return [*edits, Edit(name, private), Edit(Span(stop, stop), hook)]


def as_fixture(ctx: Context, setup: AsyncSetup) -> list[Edit] | None:
    """Edits that make a set-up or teardown function a fixture that is always used.

    A teardown that directly follows its set-up goes into the same fixture, and has no edits of its own.
    """
    definition = ctx.definition(setup.id)
    if definition is None or not _may_be_fixture(ctx, definition):
        return None
    before = _neighbour(ctx, definition, -1)
    if before is not None and _COUNTERPARTS.get(before.node.name) == setup.name:
        return None
    wide = setup.name in _OF_MODULE
    scopes = ', scope="module"' if wide else ""
    scopes += ', loop_scope="module"' if wide and ctx.environment.at_least("pytest-asyncio", 0, 24) else ""
    decorator = add_decorator(ctx, setup.id, ("pytest_asyncio", f"fixture(autouse=True{scopes})"))
    if decorator is None or setup.name in ("setup_class", "teardown_class") or _is_known(ctx, setup.id):
        return None
    edits = [*decorator, Edit(ctx.name_span(setup.id), _FIXTURE)]
    after = _neighbour(ctx, definition, 1)
    if setup.name.startswith(("teardown", "tearDown")):
        start = _body_start(definition)
        indent = indentation(ctx.text, start)
        return None if indent is None else [*edits, Edit(Span(start, start), f"yield{line_end(ctx.text)}{indent}")]
    if after is not None and _COUNTERPARTS.get(setup.name) == after.node.name and _may_be_fixture(ctx, after):
        joined = _join(ctx, definition, after)
        return None if joined is None else [*edits, joined]
    return edits


def _of_method(ctx: Context, name: str, kind: TestCaseKind | None, *, collected: bool) -> Caller | None:
    if name in _OF_CLASS and collected:
        return Caller.PYTEST
    if kind is None:
        return None
    if name in _OF_TESTCASE:
        return _OF_KIND[kind]
    if name in _ASYNC and kind is not TestCaseKind.ISOLATED:
        used = len(re.findall(rf"\b{name}\b", ctx.text)) > len(re.findall(rf"\bdef\s+{name}\b", ctx.text))
        return None if used else Caller.NOBODY
    return None


def _of_function(ctx: Context, name: str) -> Caller | None:
    if name in _OF_MODULE:
        return Caller.PYTEST if ctx.tests else None
    if name in _OF_FUNCTIONS:
        return Caller.PYTEST if any(not test.class_path for test in ctx.tests) else None
    return Caller.PYTEST_HOOKS if _PYTESTS_HOOKS.fullmatch(name) and is_plugin_module(ctx) else None


def _collected(ctx: Context) -> frozenset[str]:
    """The classes of this file that pytest collects, or that a collected class derives from."""
    found: set[str] = set()
    for path, id_ in ctx.view.collected.classes.values():
        mro = ctx.queries.get(mro_of, path, id_)
        if mro.unknown is None:
            found |= {base.qualname for place, base in mro.classes if place == ctx.path}
    return frozenset(found)


def _mentions_super(ctx: Context, id_: FactId) -> bool:
    body = None if ctx.facts is None else ctx.facts.body(id_)
    return body is None or any(load.id == "super" for load in body.loads)


def _yields(ctx: Context, id_: FactId) -> bool:
    body = None if ctx.facts is None else ctx.facts.body(id_)
    return body is None or bool(body.yields)


def _unit(ctx: Context, definition: Definition) -> str:
    """One level of indentation, as the function at module level has it."""
    indent = indentation(ctx.text, _body_start(definition))
    return indent or "    "


def _body_start(definition: Definition) -> int:
    node = definition.node
    return definition.placed.span(node.body[0]).start


def _may_be_fixture(ctx: Context, definition: Definition) -> bool:
    node = definition.node
    body: Body | None = None if ctx.facts is None else ctx.facts.body(definition.id)
    if body is None or not isinstance(node, ast.AsyncFunctionDef) or definition.decorators or body.yields:
        return False
    plain = not (node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.posonlyargs)
    return plain and len(node.args.args) == (1 if definition.id.holder else 0) and not body.returns


def _is_known(ctx: Context, id_: FactId) -> bool:
    """Whether the fixture's name is taken where the function stands."""
    return any(each.id.holder == id_.holder and each.id.qualname.endswith(_FIXTURE) for each in ctx.definitions)


def _neighbour(ctx: Context, definition: Definition, step: int) -> Definition | None:
    """The definition before or after one in the same class or module, when nothing else stands between the two."""
    same = [each for each in ctx.definitions if each.id.holder == definition.id.holder]
    place = next(index for index, each in enumerate(same) if each.id == definition.id) + step
    if not 0 <= place < len(same):
        return None
    other = same[place]
    first, second = (definition, other) if step > 0 else (other, definition)
    between = ctx.text[ctx.layout.defs[first.id].whole.end : ctx.layout.defs[second.id].whole.start]
    return None if between.strip() else other


def _join(ctx: Context, setup: Definition, teardown: Definition) -> Edit | None:
    """The edit that puts `yield` in the place of everything between two bodies."""
    last, first = setup.node.body[-1], teardown.node.body[0]
    start, end = setup.placed.span(last).end, teardown.placed.span(first).start
    indent = indentation(ctx.text, _body_start(setup))
    if indent is None or indentation(ctx.text, end) != indent or "#" in ctx.text[start:end]:
        return None
    if isinstance(last, ast.Raise) or ast.get_docstring(teardown.node) is not None:
        return None
    return Edit(Span(start, end), f"{line_end(ctx.text)}{indent}yield{line_end(ctx.text)}{indent}")

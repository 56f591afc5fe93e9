"""A mock is told to return an exception instead of raising it, or runs out of results.

## What it does
Reports a new exception as `return_value` of a mock, or of a lambda as `side_effect`, in a function that expects that
very exception to be raised (`pytest.raises(ValueError)`, `except ValueError`), and `side_effect=[...]` of fewer items
than the function calls the mock itself, one call after the other.

## Why is this bad
`return_value=ValueError()` hands the exception over as a value: nothing is raised, and the branch that was to be tested
does not run. A used up `side_effect` raises `StopAsyncIteration` from an `AsyncMock`; from a synchronous mock in a
coroutine, "coroutine raised StopIteration".

## When not to fix
If the function does return exceptions, as `Task.exception` does, and something else raises: not reported where a module
that the test imports asks `isinstance(found, ValueError)`.

## Fix safety
Unsafe: `return_value` becomes `side_effect`, and a list of one result becomes that `return_value`. In a longer
list the last result is repeated.

## Versions
All.

## References
- [Python: side_effect](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.Mock.side_effect)
"""

import ast
import builtins
import re
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.callees import last_name
from loopscope.rules.support.calls import binding_count, expects_failure, noted
from loopscope.rules.support.imported import is_asked_for
from loopscope.rules.support.mock_objects import is_alone
from loopscope.rules.support.mock_settings import Setting, settings
from loopscope.rules.support.mocks import AWAIT_ASSERTIONS, CALL_ASSERTIONS
from loopscope.rules.support.patches import shown_target, site_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.mro import mro_of
from loopscope.workspace.targets import referred
from loopscope.workspace.values import Class

META = Meta("side-effect-misuse", Group.MOCKS, Severity.WARNING, words=("return_value", "side_effect"))

EXAMPLES, NEAR_MISSES = examples_of(__name__)

_RETURNS_EXCEPTIONS = re.compile(r"exc|err|fail|cause|handle|convert|translate|wrap|make|build|create", re.IGNORECASE)
_RETURNED = "An exception as `return_value` is returned, not raised: `side_effect` raises it."
_ASKING = frozenset({*CALL_ASSERTIONS, *AWAIT_ASSERTIONS, "call_count", "await_count"})
_EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)


class _TooFew(NamedTuple):
    setting: Setting
    calls: int


class _Returned(NamedTuple):
    """A lambda that returns an exception."""

    setting: Setting
    exception: ast.expr


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of what is set."""
    for setting in settings(ctx):
        if setting.name == "side_effect" and isinstance(setting.value, ast.Lambda):
            returned = setting._replace(value=setting.value.body)
            if _is_expected(returned) and _is_exception(ctx, returned) and not _returns_exceptions(setting):
                message = "A `side_effect` that returns an exception does not raise it: the exception itself is raised."
                yield ctx.finding(META, setting.name_span(ctx), message, data=_Returned(setting, setting.value.body))
        elif setting.name == "return_value":
            if _is_expected(setting) and _is_exception(ctx, setting) and not _is_looked_for(ctx, setting):
                yield ctx.finding(META, setting.name_span(ctx), _RETURNED, data=setting)
        elif (results := _results(setting.value)) is not None and isinstance(setting.owner, Body):
            calls = _calls(setting.owner, setting)
            if calls > len(results.elts):
                message = f"The function calls this {calls} times, and it has {len(results.elts)} results."
                yield ctx.finding(META, setting.name_span(ctx), message, data=_TooFew(setting, calls))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Raises the exception."""
    match finding.data:
        case Setting() as setting:
            return ctx.fix("Use `side_effect`", Safety.UNSAFE, [Edit(setting.name_span(ctx), "side_effect")])
        case _Returned(setting, exception):
            edits = [Edit(ctx.span(setting.owner, setting.value), ctx.source(ctx.span(setting.owner, exception)))]
            return ctx.fix("Raise it", Safety.UNSAFE, edits)
        case _TooFew(setting, calls) if isinstance(given := _results(setting.value), ast.List) and given.elts:
            value, item = ctx.span(setting.owner, setting.value), ctx.span(setting.owner, given.elts[-1])
            if len(given.elts) == 1:
                edits = [Edit(setting.name_span(ctx), "return_value"), Edit(value, ctx.source(item))]
                return ctx.fix("Give the same result each time", Safety.UNSAFE, edits)
            more = f", {ctx.source(item)}" * (calls - len(given.elts))
            return ctx.fix("Repeat the last result", Safety.UNSAFE, [Edit(Span(item.end, item.end), more)])
        case _:
            return None


def _is_expected(setting: Setting) -> bool:
    """Whether the function expects that something raises what the setting has the mock return."""
    body, value = setting.owner, setting.value
    if not isinstance(body, Body) or not isinstance(value, ast.Call):
        return False
    return ast.unparse(value.func) in noted(body, "expected exceptions", _expected)


def _expected(body: Body) -> frozenset[str]:
    """What the function expects, or handles."""
    expected = [
        call.node.args[0]
        for call in body.calls
        if last_name(call.node.func) in ("raises", "assertRaises") and call.node.args
    ]
    tried = (each.handlers for each in body.statements if isinstance(each, ast.Try))
    expected += [handler.type for handlers in tried for handler in handlers if handler.type is not None]
    return frozenset([ast.unparse(each) for each in expected])


def _is_exception(ctx: Context, setting: Setting) -> bool:
    """Whether it is an exception: one of Python's own, or of a class that derives from one."""
    site = site_of(ctx, setting.owner, setting.value)
    if site is None or site.name is None or site.local_root:
        return False
    if not site.imported and site.name in _EXCEPTIONS and site.name not in ctx.outline.by_name:
        return True
    found = referred(ctx.queries, ctx.path, site.name)
    if not isinstance(found, Class):
        return False
    return not ctx.queries.get(mro_of, found.path, found.fact.id).names.isdisjoint(_EXCEPTIONS)


def _returns_exceptions(setting: Setting) -> bool:
    """Whether the name of the mock, or what it replaces, suggests that exceptions are its values."""
    if isinstance(setting.node, ast.Attribute):
        return _RETURNS_EXCEPTIONS.search(ast.unparse(setting.node.value)) is not None
    name = "" if setting.mock.patch is None else shown_target(setting.mock.patch)
    return _RETURNS_EXCEPTIONS.search(name or _given_to(setting)) is not None


def _is_looked_for(ctx: Context, setting: Setting) -> bool:
    """Whether exceptions are values of the mock: by its name, or since the code under test asks for one."""
    name = last_name(setting.value.func) if isinstance(setting.value, ast.Call) else None
    return _returns_exceptions(setting) or (name is not None and is_asked_for(ctx, name))


def _given_to(setting: Setting) -> str:
    """The name, attribute or keyword that the mock is given to."""
    body = setting.owner
    for statement in body.statements if isinstance(body, Body) else ():
        if isinstance(statement, ast.Assign) and statement.value is setting.made:
            return " ".join(ast.unparse(each) for each in statement.targets)
    for call in body.calls if isinstance(body, Body) else ():
        for keyword in call.node.keywords:
            if keyword.value is setting.made:
                return f"{keyword.arg}"
    return ""


def _results(value: ast.expr) -> ast.List | ast.Tuple | None:
    """The results that a side effect has, one for each call."""
    match value:
        case ast.Call(ast.Name("iter"), [ast.List() | ast.Tuple() as results]) | (ast.List() | ast.Tuple() as results):
            return None if any(isinstance(each, ast.Starred) for each in results.elts) else results
        case _:
            return None


def _calls(body: Body, setting: Setting) -> int:
    """How often a function surely calls the mock that it has just made, or told; 0 where that is not certain."""
    match setting:
        case Setting(made=ast.Call() as made):
            names = [name for name, value in body.assigned.items() if value is made and binding_count(body, name) == 1]
            told = 0
        case Setting(node=ast.Attribute(ast.Attribute() as mock)) if any(
            isinstance(each, ast.Assign) and each.targets[0] is setting.node for each in body.node.body
        ):
            names, told = [ast.unparse(mock)], 1
        case _:
            return 0
    if len(names) != 1 or not is_alone(body, re.split(r"[.[]", names[0])[0]):
        return 0
    name = names[0]
    called = [call for call in body.calls if ast.unparse(call.node.func) == name]
    # Each time it is read it is called, is given the results, or asked how it was called.
    nodes = [each for each in ast.walk(body.node) if isinstance(each, ast.Name | ast.Attribute)]
    reads = [each for each in nodes if isinstance(each.ctx, ast.Load) and ast.unparse(each) == name]
    attributes = [each for each in nodes if isinstance(each, ast.Attribute) and each.attr in _ASKING]
    asked = [each for each in attributes if ast.unparse(each.value) == name]
    if len(reads) != len(called) + len(asked) + told or any(not _is_certain(body, call) for call in called):
        return 0
    return len(called) if all(call.node.lineno > setting.value.lineno for call in called) else 0


def _is_certain(body: Body, call: CallSite) -> bool:
    """Whether a call is made once, whenever the function runs to its end."""
    at_top = any(each is call.statement for each in body.node.body)
    return at_top and not (call.in_lambda or call.in_comprehension or expects_failure(body, call))


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)

"""A `parametrize` mark does not fit: it names an argument that the test has not, or gives the wrong count of values.

## What it does
Reports names in `pytest.mark.parametrize` that are no argument of the test and no fixture that it uses, names of
arguments with a default value, and literal values that are more or fewer than the names.

## Why is this bad
Collection ends in an error, and no test of the whole file runs: "function uses no argument 'valeu'", "function already
takes an argument 'value' with a default value", "the number of names (2) must be equal to the number of values (1)".

## When not to fix
Never: the file cannot be collected. Tests whose arguments a decorator or `pytest_generate_tests` may supply are not
reported.

## Fix safety
Unsafe: a misspelt name becomes the most similar argument; otherwise the test gets the argument. There is no fix for
values.

## Versions
All.

## References
- [pytest: how to parametrize](https://docs.pytest.org/en/stable/how-to/parametrize.html)
"""

import ast
import re
from collections.abc import Iterator, Sequence

from loopscope.config.model import closest, did_you_mean
from loopscope.facts.expr import Call, Const, Expr, Items, ParamKind, dotted, strings
from loopscope.facts.reading import read
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.marks import MarkUse, marks_of
from loopscope.rules.support.names import add_parameter
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.hooks import generated_names
from loopscope.workspace.model import TestItem

META = Meta("parametrize-argument-not-in-signature", Group.MARKS, Severity.ERROR, words=("parametrize",))

EXAMPLES = (
    Example(
        "A misspelt name",
        bad="""\
import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("⟦valeu⟧, expected", [(1, 2), (2, 3)])
async def test_next(value, expected):
    assert value + 1 == expected
""",
        good="""\
import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("value, expected", [(1, 2), (2, 3)])
async def test_next(value, expected):
    assert value + 1 == expected
""",
        proof=Proof("function uses no argument 'valeu'", "error"),
    ),
    Example(
        "The test does not take it",
        bad="""\
import pytest


@pytest.mark.parametrize(["value", ⟦"name"⟧], [(1, "one"), (2, "two")])
def test_value(value):
    assert value
""",
        good="""\
import pytest


@pytest.mark.parametrize(["value", "name"], [(1, "one"), (2, "two")])
def test_value(value, name):
    assert value
""",
        proof=Proof("function uses no argument 'name'", "error"),
    ),
    Example(
        "Too few values",
        bad="""\
import pytest


@pytest.mark.parametrize("value, expected", [(1, 2), ⟦(2,)⟧, ⟦pytest.param(3)⟧])
def test_next(value, expected):
    assert value + 1 == expected
""",
        good="""\
import pytest


@pytest.mark.parametrize("value, expected", [(1, 2), (2, 3), pytest.param(3, 4)])
def test_next(value, expected):
    assert value + 1 == expected
""",
        fixed="",
        proof=Proof("must be equal to the number of values (1)", "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "one name in a string, given by keyword: each value is one argument",
        """\
import pytest


@pytest.mark.parametrize(argnames="amounts", argvalues=[[1, 2], (3,), pytest.param([4, 5])])
def test_amounts(amounts):
    assert len(amounts) < 3
""",
    ),
    NearMiss(
        "given to a fixture that the test uses",
        """\
import pytest


@pytest.fixture
def number():
    return 0


@pytest.fixture
def text(number):
    return str(number)


@pytest.mark.parametrize("number", [1, 2])
def test_text(text):
    assert text in "12"
""",
    ),
    NearMiss(
        "given to a fixture through `usefixtures`, indirectly",
        """\
import pytest


@pytest.fixture
def mode(request):
    return request.param


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize("mode", ["a", "b"], indirect=True)
def test_mode():
    pass
""",
    ),
    NearMiss(
        "of a class, and all its tests take it",
        """\
import pytest


@pytest.mark.parametrize("number", [1, 2])
class TestNumber:
    def test_one(self, number):
        assert number

    def helper(self):
        return 1
""",
    ),
    NearMiss(
        "a decorator may take the argument",
        """\
import functools

import pytest


def with_number(function):
    @functools.wraps(function)
    def wrapper(number):
        return function()

    del wrapper.__wrapped__
    return wrapper


@pytest.mark.parametrize("number", [1])
@with_number
def test_number():
    pass
""",
    ),
    NearMiss(
        "a tuple is one value of one name",
        'import pytest\n\n\n@pytest.mark.parametrize("pair", [(1, 2), (3, 4, 5), 6, "text"])\n'
        "def test_pair(pair):\n    assert pair\n",
    ),
    NearMiss(
        "values that are computed",
        'import pytest\n\nREST = (2,)\n\n\n@pytest.mark.parametrize("a, b", [(1, *REST), REST * 2, "ab", *[(1, 2)]])\n'
        "def test_pair(a, b):\n    assert a\n",
    ),
    NearMiss(
        "a default is only a mistake when it is parametrized",
        'import pytest\n\n\n@pytest.mark.parametrize("a", [1])\ndef test_sum(a, b=1):\n    assert a + b == 2\n',
    ),
)


@frozen
class _Misnamed:
    """A name of a mark that a test does not take: its span without quotes, and what the fix needs."""

    name: str
    span: Span
    test: TestItem
    near: str | None
    may_add: bool


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names, or at the sets of values."""
    for mark in marks_of(ctx):
        if mark.name != "parametrize" or not isinstance(mark.expr, Call) or not isinstance(mark.node, ast.Call):
            continue
        names = _names(mark)
        tests = _marked(ctx, mark)
        if names is None or not tests:
            continue
        for name in names:
            found = _misnamed(ctx, mark, name, names, tests)
            if found is not None:
                yield found
        yield from _miscounted(ctx, mark, names)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Renames the name, or adds the argument."""
    data = finding.data
    if not isinstance(data, _Misnamed):
        return None
    if data.near is not None:
        text = ctx.source(data.span).replace(data.name, data.near)
        return ctx.fix(f"Name it `{data.near}`", Safety.UNSAFE, [Edit(data.span, text)])
    edit = add_parameter(ctx, data.test.id, data.name) if data.may_add else None
    return None if edit is None else ctx.fix(f"Add the argument `{data.name}`", Safety.UNSAFE, [edit])


def _names(mark: MarkUse) -> tuple[str, ...] | None:
    """The argument names as pytest reads them; None when they are computed."""
    given = _argnames(mark)
    match given:
        case Const(str() as text):
            return tuple(name.strip() for name in text.split(",") if name.strip())
        case Items("list" | "tuple"):
            return strings(given)
        case _:
            return None


def _argnames(mark: MarkUse) -> Expr | None:
    if not isinstance(mark.expr, Call):
        return None
    return mark.expr.args[0] if mark.expr.args else mark.expr.keyword("argnames")


def _marked(ctx: Context, mark: MarkUse) -> list[TestItem]:
    """The collected tests of this file that a mark applies to, by their functions."""
    return [
        test
        for test in ctx.own_tests
        if not test.is_unittest
        and (mark.owner in (None, test.id) or (not mark.on_function and _holds(test, mark.owner.qualname)))
    ]


def _holds(test: TestItem, class_name: str) -> bool:
    return test.id.qualname.startswith(f"{class_name}.")


def _misnamed(
    ctx: Context, mark: MarkUse, name: str, names: Sequence[str], tests: Sequence[TestItem]
) -> Finding | None:
    """What pytest says of the first test that does not take a name (`Metafunc._validate_if_using_arg_names`)."""
    for test in tests:
        closure = ctx.closure(test)
        supplied = ctx.view.asked(test).supplied
        generated = generated_names(ctx.queries, test.path, test.class_path)
        if name in closure.names or name == "request" or closure.unknown or supplied:
            continue
        if generated is not None and (name in generated.names or not generated.complete):
            continue
        if ctx.view.asked(test).maybe_anyio or _is_other(ctx, test):
            continue
        defaults = {param.name for param in test.function.params if param.has_default}
        span = _span_of(ctx, mark, name)
        if name in defaults:
            message = f"`{test.name}` has a default value for `{name}`, which pytest does not parametrize."
            return ctx.finding(META, span, message)
        free = [param.name for param in test.function.params if param.name in closure.missing]
        near = closest(name, [each for each in free if each not in names])
        may_add = mark.owner == test.id and not any(
            param.kind is ParamKind.VAR_KEYWORD for param in test.function.params
        )
        message = f"`{test.name}` has no argument `{name}`, nor does it use a fixture of that name.{did_you_mean(near)}"
        return ctx.finding(META, span, message, data=_Misnamed(name, span, test, near, may_add))
    return None


def _is_other(ctx: Context, test: TestItem) -> bool:
    """Whether the function stands for tests of several classes, which may differ."""
    return sum(each.id == test.id and each.code_path == test.code_path for each in ctx.tests) > 1


def _span_of(ctx: Context, mark: MarkUse, name: str) -> Span:
    """Where a name stands in a mark: in one string of names, or as a string of its own."""
    node = mark.node
    if not isinstance(node, ast.Call):
        return mark.span
    given = node.args[0] if node.args else next(each.value for each in node.keywords if each.arg == "argnames")
    if isinstance(given, ast.List | ast.Tuple):
        for each in given.elts:
            if isinstance(each, ast.Constant) and each.value == name:
                return mark.placed.span(each)
    span = mark.placed.span(given)
    found = re.compile(rf"\b{re.escape(name)}\b").search(ctx.text, span.start, span.end)
    return span if found is None else Span(*found.span())


def _miscounted(ctx: Context, mark: MarkUse, names: Sequence[str]) -> Iterator[Finding]:
    """Literal sets of values that are not as many as the names (`ParameterSet._for_parametrize`)."""
    node = mark.node
    if not isinstance(node, ast.Call):
        return
    values = (
        node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "argvalues"), None)
    )
    single = len(names) == 1 and isinstance(_argnames(mark), Const)
    for item in values.elts if isinstance(values, ast.List | ast.Tuple) else ():
        count = _count(ctx, mark, item, single=single)
        if count is not None and count != len(names):
            message = f"The mark has {_number(len(names), 'name')}, but here {_number(count, 'value')}."
            yield ctx.finding(META, mark.placed.span(item), message)


def _count(ctx: Context, mark: MarkUse, item: ast.expr, *, single: bool) -> int | None:
    """How many values one set of values has; None when that is computed, or when it is one value as a whole."""
    match item:
        case ast.Tuple(parts) | ast.List(parts) if not single:
            return None if any(isinstance(part, ast.Starred) for part in parts) else len(parts)
        case ast.Call(_, parts):
            part = ctx.facts.parts[ctx.chunks.index(mark.placed)] if ctx.facts is not None else None
            if part is None or dotted(read(item.func, part.own_names)) != "pytest.param":
                return None
            return None if any(isinstance(each, ast.Starred) for each in parts) else len(parts)
        case _:
            return None


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)

"""`DJANGO_ALLOW_ASYNC_UNSAFE` is set in tests.

## What it does
Reports assignments of the variable to `os.environ`, and `setdefault` and `setenv` of it, in test files and conftests.

## Why is this bad
Django no longer refuses its synchronous ORM where an event loop runs: tests pass whose code blocks the loop, shares
connections between tasks and fails in production.

## When not to fix
If the tests run in a notebook or below another tool that keeps a loop running.

## Fix safety
There is no fix: without the variable, tests fail that used it.

## Versions
Django 3.0 and newer.

## References
- [Django: async safety](https://docs.djangoproject.com/en/stable/topics/async/#async-safety)
"""

import ast
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.django import EXAMPLE_CONFIG, EXAMPLE_PROJECT
from loopscope.text.span import Span

META = Meta(
    "django-allow-async-unsafe",
    Group.DJANGO,
    Severity.WARNING,
    default=False,
    preset="recommended",
    words=("DJANGO_ALLOW_ASYNC_UNSAFE",),
)

_NAME = "DJANGO_ALLOW_ASYNC_UNSAFE"

EXAMPLES = (
    Example(
        "In a test file",
        bad=f"""\
import os

import pytest

from shop.models import Item

os.environ[⟦"DJANGO_ALLOW_ASYNC_UNSAFE"⟧] = "true"


@pytest.mark.django_db
async def test_create():
    Item.objects.create(name="a")
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_create():
    await Item.objects.acreate(name="a")
{EXAMPLE_PROJECT}""",
        fixed="",
        proof=Proof("1 passed", "passed", requires=("pytest-django",)),
        config=EXAMPLE_CONFIG,
    ),
)

NEAR_MISSES = (
    NearMiss("read only", f'import os\n\n\ndef test_a():\n    assert "{_NAME}" not in os.environ\n'),
    NearMiss("deleted", f'import os\n\n\ndef test_a(monkeypatch):\n    monkeypatch.delenv("{_NAME}")\n'),
    NearMiss("a comment", f"# {_NAME} must not be set\ndef test_a():\n    pass\n"),
    NearMiss("switched off", f'import os\n\nos.environ["{_NAME}"] = ""\n\n\ndef test_a():\n    pass\n'),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the name of the variable."""
    if ctx.facts is None:
        return
    for placed in ctx.chunks:
        if _NAME not in placed.chunk.text:
            continue
        for statement in placed.chunk.body:
            for node in ast.walk(statement):
                name = _set(node)
                if name is not None:
                    span = placed.span(name)
                    message = (
                        "Django allows its synchronous ORM on the event loop now: mistakes of the code stay hidden."
                    )
                    yield ctx.finding(META, Span(span.start, span.end), message)


def _set(node: ast.AST) -> ast.Constant | None:
    """The name of the variable where a statement or call sets it to something that is not empty."""
    match node:
        case ast.Assign([ast.Subscript(_, ast.Constant() as name)], value):
            pass
        case ast.Call(ast.Attribute(attr="setdefault" | "setenv"), [ast.Constant() as name, value]):
            pass
        case _:
            return None
    return name if name.value == _NAME and not _is_empty(value) else None


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)

"""Classes of `unittest`: what kind they are, and edits of their bases."""

import ast
from collections.abc import Iterator
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Ref
from loopscope.facts.outline import ClassFact, FactId
from loopscope.rules.context import Context, Definition
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.queries import Queries

_PLAIN = "unittest.TestCase"
_ISOLATED = "unittest.IsolatedAsyncioTestCase"
_RUN_TESTS = ("run", "__call__", "_callSetUp", "_callTestMethod", "__getattribute__", "__init__", "__init_subclass__")


class TestCaseKind(Enum):
    """Who runs the coroutines of a test case."""

    PLAIN = "nobody"
    ISOLATED = "unittest, on a loop of the test"
    DJANGO = "Django, on a loop of the call"


class TestCaseClass(NamedTuple):
    """A class of this file that pytest leaves to `unittest`."""

    id: FactId
    fact: ClassFact
    kind: TestCaseKind


def testcase_classes(ctx: Context) -> Iterator[TestCaseClass]:
    """The test cases of this file whose kind is certain: no base is unknown, or runs set-up and tests its own way."""
    if "TestCase" not in ctx.text and "unittest" not in ctx.text:
        return
    for definition in ctx.definitions:
        if isinstance(definition.node, ast.ClassDef):
            found = ctx.queries.get(_testcase, ctx.path, definition.id)
            if found is not None:
                yield found


def to_isolated(ctx: Context, definition: Definition) -> list[Edit] | None:
    """Edits that make `unittest.TestCase`, a base of a class, `IsolatedAsyncioTestCase`; None where it is none."""
    fact = class_fact(ctx.queries, ctx.path, definition.id)
    node = definition.node
    if fact is None or not isinstance(node, ast.ClassDef) or len(fact.bases) != len(node.bases):
        return None
    base = next((node.bases[place] for place, expr in enumerate(fact.bases) if expr == Ref(_PLAIN)), None)
    if base is None:
        return None
    span = definition.placed.span(base)
    if isinstance(base, ast.Attribute):
        return [Edit(Span(span.end - len(base.attr), span.end), "IsolatedAsyncioTestCase")]
    imported = _import_of(ctx, "IsolatedAsyncioTestCase")
    return None if imported is None else [*imported, Edit(span, "IsolatedAsyncioTestCase")]


def _import_of(ctx: Context, name: str) -> list[Edit] | None:
    """Edits that add a name to `from unittest import TestCase`, before it; none when it is there already."""
    for placed in ctx.chunks:
        for node in placed.chunk.body:
            match node:
                case ast.ImportFrom("unittest", names, 0):
                    if any(alias.name == name and alias.asname is None for alias in names):
                        return []
                    known = next((alias for alias in names if alias.name == "TestCase"), None)
                    if known is not None:
                        start = placed.span(known).start
                        return [Edit(Span(start, start), f"{name}, ")]
                case _:
                    pass
    return None


def _testcase(q: Queries, path: PurePath, id_: FactId) -> TestCaseClass | None:
    fact = class_fact(q, path, id_)
    mro = q.get(mro_of, path, id_)
    if fact is None or mro.unknown is not None or not all(name.startswith("unittest.") for name in mro.names):
        return None
    kind = None
    if _ISOLATED in mro.names:
        kind = TestCaseKind.ISOLATED
    elif _PLAIN in mro.names:
        kind = TestCaseKind.PLAIN
        if any(base.qualname == "SimpleTestCase" for _, base in mro.classes):
            kind = TestCaseKind.DJANGO
        elif any("site-packages" in place.parts for place, _ in mro.classes):
            return None
    if kind is None or any(_is_changed(class_fact(q, *link)) for link in mro.classes):
        return None
    if kind is not TestCaseKind.DJANGO and any(member(q, path, id_, name) is not None for name in _RUN_TESTS):
        return None
    return TestCaseClass(id_, fact, kind)


def _is_changed(fact: ClassFact | None) -> bool:
    """Whether a decorator or metaclass may make another class of it."""
    return fact is None or bool(fact.keywords)

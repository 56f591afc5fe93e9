"""A `pytestmark` that another one replaces, or that stands where pytest does not look.

## What it does
Reports `pytestmark` of a module or class that a later `pytestmark` of the same body replaces, and `pytestmark` in a
`conftest.py` or in the `__init__.py` of a package.

## Why is this bad
Marks of a module count for that module only, and the last assignment wins. Tests that were to get the `asyncio` mark in
this way do not: pytest-asyncio does not run them.

## When not to fix
If other code reads the variable. Assignments below a condition, additions (`pytestmark += [...]`) and variables that
something reads or imports are not reported.

## Fix safety
Putting both values into one list is safe: each test gets the marks that were meant for it. In place of the `asyncio`
mark of a conftest or package the fix sets auto mode and `asyncio_default_test_loop_scope`, for the whole project:
unsafe. Other marks there have no fix: write them into each module.

## Versions
All versions of pytest. The documentation of pytest-asyncio up to 1.5 recommends `pytestmark` in `__init__.py`, where it
has no effect.

## References
- [pytest: marking whole classes or modules](https://docs.pytest.org/en/stable/example/markers.html#marking-whole-classes-or-modules)

"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Call, Const, Ref
from loopscope.facts.outline import Binding, ClassFact, FactId, Guard
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.marks import MarkUse, marks_of
from loopscope.rules.support.options import set_options
from loopscope.rules.support.text import own_lines
from loopscope.rules.support.words import workspace_python
from loopscope.syntax.chunk import Placed
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.queries import Queries

META = Meta("pytestmark-without-effect", Group.MARKS, Severity.ERROR, words=("pytestmark",))

NAME = "pytestmark"
_IMPORTED = re.compile(rf"\bimport\b(?:[^\n(]*|\s*\([^)]*)\b{NAME}\b|\.{NAME}\b")

EXAMPLES, NEAR_MISSES = examples_of(__name__)


class Assignment(NamedTuple):
    """One `pytestmark = value` of a module or class, and the marks in it, as written."""

    placed: Placed
    statement: ast.stmt
    target: Span
    value: ast.expr
    marks: tuple[str, ...]
    uses: tuple[MarkUse, ...]


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names that are assigned."""
    held = _assignments(ctx)
    for owner, (lost, *others) in held.items():
        misplaced = owner is None and _misplaced(ctx)
        if misplaced:
            message = f"`pytestmark` has no effect in {misplaced}: no test gets its marks."
            yield ctx.finding(META, lost.target, message, data=lost)
        elif len(others) == 1 and not set(lost.marks) <= set(others[0].marks) and not _is_read(ctx):
            message = "The later `pytestmark` replaces this one: no test gets its marks."
            yield ctx.finding(META, lost.target, message, data=(lost, others[0]))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Puts both values into one list, or sets options in place of an asyncio mark."""
    match finding.data:
        case (Assignment() as first, Assignment() as second):
            return _merged(ctx, first, second)
        case Assignment() as lost:
            return _as_options(ctx, lost)
        case _:
            return None


def _merged(ctx: Context, first: Assignment, second: Assignment) -> Fix | None:
    """One list: at the first place, if the second value names nothing that comes between."""
    known = {node.id for node in ast.walk(first.value) if isinstance(node, ast.Name)}
    early = {node.id for node in ast.walk(second.value) if isinstance(node, ast.Name)} <= known
    stays, goes = (first, second) if early else (second, first)
    lines = own_lines(ctx.text, goes.placed.span(goes.statement))
    if lines is None:
        return None
    items = ", ".join(_items(ctx, each) for each in (first, second))
    edits = [Edit(stays.placed.span(stays.value), f"[{items}]"), Edit(lines, "")]
    return ctx.fix("Put both into one list", Safety.SAFE, edits)


def _as_options(ctx: Context, lost: Assignment) -> Fix | None:
    """Options that do what the asyncio mark was to do; None for other marks."""
    lines = own_lines(ctx.text, lost.placed.span(lost.statement))
    if lines is None or len(lost.uses) != 1 or lost.uses[0].name != "asyncio":
        return None
    values = {"asyncio_mode": "auto"}
    match lost.uses[0].expr:
        case Call(_, (), (("loop_scope", Const(str() as scope)),)) if ctx.environment.at_least("pytest-asyncio", 0, 26):
            values["asyncio_default_test_loop_scope"] = scope
        case Call(_, (), ()) | Ref():
            pass
        case _:
            return None
    edits = set_options(ctx, values)
    if edits is None:
        return None
    title = "Set auto mode instead"
    return Fix(title, Safety.UNSAFE, {**edits, ctx.path: (Edit(lines, ""),)}, preferred=False)


def _assignments(ctx: Context) -> dict[FactId | None, list[Assignment]]:
    """The plain assignments of marks, by the class that holds them; none for bodies with other ones as well."""
    marks: dict[int, list[MarkUse]] = {}
    for mark in marks_of(ctx):
        marks.setdefault(id(mark.placed.chunk), []).append(mark)
    found: dict[FactId | None, list[Assignment]] = {}
    for holder, _, placed, statement in ctx.statements(NAME):
        match statement:
            case ast.Assign([ast.Name("pytestmark") as target], ast.expr() as value):
                pass
            case ast.AnnAssign(ast.Name("pytestmark") as target, _, ast.expr() as value):
                pass
            case _:
                continue
        span = placed.span(value)
        own = [each for each in marks.get(id(placed.chunk), []) if _within(each.span, span)]
        texts = tuple(ctx.source(each.span) for each in own)
        found.setdefault(holder, []).append(
            Assignment(placed, statement, placed.span(target), value, texts, tuple(own))
        )
    return {holder: each for holder, each in found.items() if _are_all(ctx, holder, each)}


def _are_all(ctx: Context, holder: FactId | None, found: list[Assignment]) -> bool:
    """Whether a body binds the name by these assignments only, always, and the first holds marks."""
    bindings = ctx.outline.bindings
    if holder is not None:
        facts = (each.target for each in _all_bindings(bindings) if isinstance(each.target, ClassFact))
        bindings = next((fact.bindings for fact in facts if fact.id == holder), ())
    bound = [each for each in bindings if each.name == NAME]
    return len(bound) == len(found) and bool(found[0].marks) and all(each.guard is Guard.ALWAYS for each in bound)


def _all_bindings(bindings: tuple[Binding, ...]) -> Iterator[Binding]:
    for binding in bindings:
        yield binding
        if isinstance(binding.target, ClassFact):
            yield from _all_bindings(binding.target.bindings)


def _misplaced(ctx: Context) -> str:
    """Where the module's `pytestmark` stands in vain; empty when it counts, or somebody may read it."""
    if ctx.path.name not in ("conftest.py", "__init__.py") or ctx.tests or _is_read(ctx):
        return ""
    paths = workspace_python(ctx)
    if any(ctx.queries.get(_imports_it, path) for path in paths if path != ctx.path):
        return ""
    return "a conftest" if ctx.path.name == "conftest.py" else "the `__init__.py` of a package"


def _imports_it(q: Queries, path: PurePath) -> bool:
    text = q.files.read(path) if q.mentions(path, (NAME,)) else ""
    return not isinstance(text, Unreadable) and _IMPORTED.search(text) is not None


def _is_read(ctx: Context) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == NAME and isinstance(node.ctx, ast.Load)
        for placed in ctx.chunks
        if NAME in placed.chunk.text
        for statement in placed.chunk.body
        for node in ast.walk(statement)
    )


def _items(ctx: Context, each: Assignment) -> str:
    """The marks of an assignment as they stand in a list."""
    text = ctx.source(each.placed.span(each.value))
    if not isinstance(each.value, ast.List | ast.Tuple):
        return text
    first, last = each.value.elts[0], each.value.elts[-1]
    return ctx.source(Span(each.placed.span(first).start, each.placed.span(last).end))


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)

"""The asyncio mark moved between tests, their class and their module, and its loop scope."""

import ast
from collections.abc import Iterator, Sequence

from loopscope.facts.expr import Call, Const, Ref
from loopscope.facts.outline import ClassFact, FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.decorators import CallUse, add_decorator
from loopscope.rules.support.imports import local_name
from loopscope.rules.support.marks import MarkUse, covers, delete_mark, marks_of
from loopscope.rules.support.text import line_end, line_start, line_stop, next_line
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Runner, Scope, TestItem, Unknown


def gathered(ctx: Context, offset: int) -> Iterator[Fix]:
    """The mark at an offset, moved from all tests of its class to the class, or from all of the module to the module.

    Only where every test there is async and has that very mark: pytest-asyncio warns of synchronous tests that are
    marked, and an unmarked one would begin to run.
    """
    mark = _at(ctx, offset)
    if mark is None or not mark.on_function or mark.owner is None or _arguments(ctx, mark) is None:
        return
    if mark.owner.holder:
        holder = FactId(mark.owner.holder)
        edits = _to_class(ctx, mark, holder)
        if edits is not None:
            yield ctx.fix(f"Move the mark to the class `{holder.qualname}`", Safety.UNSAFE, edits)
    edits = _to_module(ctx, mark)
    if edits is not None:
        yield ctx.fix("Move the mark to the module", Safety.UNSAFE, edits)


def spread(ctx: Context, offset: int) -> Iterator[Fix]:
    """The mark at an offset, moved from its class or module to each async test there that has none nearer."""
    mark = _at(ctx, offset)
    arguments = None if mark is None else _arguments(ctx, mark)
    if mark is None or mark.on_function or arguments is None or not _stands_alone(ctx, mark.owner):
        return
    deleted = delete_mark(mark)
    nearer = [other for other in marks_of(ctx) if other.name == "asyncio" and _is_below(other, mark)]
    tests = [test for test in ctx.tests if covers(mark, test) and test.function.is_async]
    if deleted is None or not tests or any(test.code_path != ctx.path for test in tests):
        return
    edits = deleted
    for test in {test.id: test for test in tests}.values():
        if any(other.owner == test.id or (not other.on_function and covers(other, test)) for other in nearer):
            continue
        added = add_decorator(ctx, test.id, ("pytest", f"mark.asyncio{arguments}"))
        if added is None:
            return
        edits += added
    yield ctx.fix("Move the mark to each test", Safety.UNSAFE, edits)


def rescoped(ctx: Context, offset: int) -> Iterator[Fix]:
    """The mark at an offset with each loop scope that it could have and has not."""
    mark = _at(ctx, offset)
    if mark is None or not ctx.environment.at_least("pytest-asyncio", 0, 24):
        return
    if not (_runs(ctx, mark) and isinstance(mark.expr, Ref | Call)):
        return
    in_class = mark.owner is not None and (bool(mark.owner.holder) or not mark.on_function)
    for scope in Scope:
        if scope is Scope.CLASS and not in_class:
            continue
        edit = _with_scope(ctx, mark, scope)
        if edit is not None:
            yield ctx.fix(f"Run in the loop of the {scope.value} (`loop_scope`)", Safety.UNSAFE, [edit])


def _at(ctx: Context, offset: int) -> MarkUse | None:
    """The asyncio mark on the line of an offset."""
    for mark in marks_of(ctx):
        on_lines = line_start(ctx.text, mark.span.start) <= offset <= line_stop(ctx.text, mark.span.end)
        if mark.name == "asyncio" and on_lines:
            return mark
    return None


def _arguments(ctx: Context, mark: MarkUse) -> str | None:
    """The arguments of a mark as written, parentheses included; None where moving them could change what they say."""
    if isinstance(mark.expr, Call):
        values = [*mark.expr.args, *(value for _, value in mark.expr.keywords)]
        if not all(isinstance(value, Const) for value in values) or not isinstance(mark.node, ast.Call):
            return None
        written = ctx.source(Span(mark.placed.span(mark.node.func).end, mark.span.end))
        return None if "\n" in written else written
    return ""


def _to_class(ctx: Context, mark: MarkUse, holder: FactId) -> list[Edit] | None:
    if not _stands_alone(ctx, holder):
        return None
    tests = [test for test in ctx.tests if covers(mark._replace(owner=holder), test)]
    deleted = _deleted(ctx, mark, tests, holder)
    added = add_decorator(ctx, holder, ("pytest", f"mark.asyncio{_arguments(ctx, mark)}"))
    return None if deleted is None or added is None else [*added, *deleted]


def _to_module(ctx: Context, mark: MarkUse) -> list[Edit] | None:
    name = local_name(ctx, "pytest")
    place = _below_imports(ctx)
    if name is None or place is None or "pytestmark" in ctx.outline.by_name:
        return None
    classes = [binding.target for binding in ctx.outline.bindings if isinstance(binding.target, ClassFact)]
    if any(not _stands_alone(ctx, fact.id) for fact in classes):
        return None
    deleted = _deleted(ctx, mark, ctx.tests, None)
    end = line_end(ctx.text)
    text = f"{end}pytestmark = {name}.mark.asyncio{_arguments(ctx, mark)}{end}"
    return None if deleted is None else [Edit(Span(place, place), text), *deleted]


def _deleted(ctx: Context, mark: MarkUse, tests: Sequence[TestItem], holder: FactId | None) -> list[Edit] | None:
    """Edits that delete the marks of tests, when each is async and has the same as `mark`, and nothing else has one."""
    wanted = _arguments(ctx, mark)
    ids = {test.id for test in tests}
    if len(ids) < 2 or any(not test.function.is_async or test.is_unittest for test in tests):
        return None
    if any(test.code_path != ctx.path for test in tests):
        return None
    below = [
        other
        for other in marks_of(ctx)
        if other.name == "asyncio" and (holder is None or _is_below(other, mark._replace(owner=holder)))
    ]
    if {other.owner for other in below} != ids or len(below) != len(ids):
        return None
    edits: list[Edit] = []
    for other in below:
        deleted = delete_mark(other)
        if deleted is None or _arguments(ctx, other) != wanted or not other.on_function:
            return None
        edits += deleted
    return edits


def _stands_alone(ctx: Context, holder: FactId | None) -> bool:
    """Whether a class has no bases from which it inherits tests, and is no base in this file; a module always does."""
    if holder is None:
        return True
    if not holder.qualname.isidentifier() or holder.nth:
        return False
    facts = [each.target for each in ctx.outline.bindings if isinstance(each.target, ClassFact)]
    own = next((fact for fact in facts if fact.id == holder), None)
    derived = any(isinstance(base, Ref) and base.name == holder.qualname for fact in facts for base in fact.bases)
    return own is not None and not own.bases and not derived


def _is_below(mark: MarkUse, other: MarkUse) -> bool:
    """Whether a mark stands on something inside of what another marks."""
    if mark.owner is None or mark.owner == other.owner:
        return False
    return other.owner is None or mark.owner.qualname.startswith(f"{other.owner.qualname}.")


def _below_imports(ctx: Context) -> int | None:
    """Where the line below the first imports begins; None when pytest is not among them."""
    statements = ((placed, node) for placed in ctx.chunks if placed.holder is None for node in placed.chunk.body)
    last = None
    for placed, node in statements:
        if isinstance(node, ast.Import | ast.ImportFrom):
            last = placed.span(node)
        elif last is not None:
            break
    place = 0 if last is None else next_line(ctx.text, last.end)
    before = ctx.text[:place]
    return place if "pytest" in before and before.endswith(("\n", "\r")) else None


def _runs(ctx: Context, mark: MarkUse) -> bool:
    """Whether pytest-asyncio surely runs all async tests under a mark, and there are some."""
    tests = [test for test in ctx.tests if (test.id == mark.owner if mark.on_function else covers(mark, test))]
    tests = [test for test in tests if test.function.is_async]
    return bool(tests) and all(ctx.runner_is(test) is Runner.PYTEST_ASYNCIO for test in tests)


def _with_scope(ctx: Context, mark: MarkUse, scope: Scope) -> Edit | None:
    """The edit that gives a mark a loop scope; None when it says so already, or has other arguments."""
    given = f'loop_scope="{scope.value}"'
    if not isinstance(mark.expr, Call) or not isinstance(mark.node, ast.Call):
        if scope is Scope.FUNCTION and _is_function(ctx, mark):
            return None
        return Edit(Span(mark.span.end, mark.span.end), f"({given})")
    value = mark.expr.keyword("loop_scope")
    if value is not None:
        same = not isinstance(value, Const) or value.value == scope.value
        use = CallUse(mark.expr, mark.node, mark.placed, ctx.text)
        return None if same else Edit(use.value_span("loop_scope"), f'"{scope.value}"')
    return None if mark.has_arguments else Edit(Span(mark.span.end - 1, mark.span.end), f"{given})")


def _is_function(ctx: Context, mark: MarkUse) -> bool:
    """Whether a bare mark means the function's loop already."""
    for test in ctx.tests:
        if test.id == mark.owner or (not mark.on_function and covers(mark, test)):
            found = ctx.test_loop_scope(test)
            if isinstance(found, Unknown) or found.value is not Scope.FUNCTION:
                return False
    return True

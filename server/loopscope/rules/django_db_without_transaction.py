"""An async test writes to Django's database outside of the transaction that `django_db` rolls back.

## What it does
Reports async tests whose `django_db` mark, or whose `db` fixture, has no transaction support, and that write with the
ORM's async methods; and async tests that use the ORM without asking for the database at all.

## Why is this bad
The async methods use another thread, and so another connection than the one whose transaction the mark holds open. What
the test writes stays: later tests, sync ones too, find its rows. Without any mark pytest-django refuses: `Database
access not allowed`.

## When not to fix
Never.

## Fix safety
Safe: `transaction=True` flushes the tables after the test. It is slower.

## Versions
All versions of pytest-django.

## References
- [pytest-django: database access](https://pytest-django.readthedocs.io/en/latest/database.html)
"""

from collections.abc import Iterator

from loopscope.facts.expr import Const, Expr
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.decorators import add_decorator
from loopscope.rules.support.django import (
    EXAMPLE_CONFIG,
    EXAMPLE_PROJECT,
    ORM,
    WRITES,
    Query,
    orm_calls,
)
from loopscope.rules.support.marks import MarkUse, marks_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Closure, Runner, TestItem

META = Meta("django-db-without-transaction", Group.DJANGO, Severity.ERROR, texts=ORM)

EXAMPLES = (
    Example(
        "Rows of the first test are seen by the second",
        bad=f"""\
import pytest

from shop.models import Item


@⟦pytest.mark.django_db⟧
async def test_first():
    await Item.objects.acreate(name="a")
    assert await Item.objects.acount() == 1


@⟦pytest.mark.django_db()⟧
async def test_second():
    await Item.objects.acreate(name="b")
    assert await Item.objects.acount() == 1
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_first():
    await Item.objects.acreate(name="a")
    assert await Item.objects.acount() == 1


@pytest.mark.django_db(transaction=True)
async def test_second():
    await Item.objects.acreate(name="b")
    assert await Item.objects.acount() == 1
{EXAMPLE_PROJECT}""",
        proof=Proof("assert 2 == 1", requires=("pytest-django",)),
        config=EXAMPLE_CONFIG,
    ),
    Example(
        "No mark",
        bad=f"""\
import pytest

from shop.models import Item


async def ⟦test_create⟧():
    await Item.objects.acreate(name="a")


def test_sync():
    assert pytest
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_create():
    await Item.objects.acreate(name="a")


def test_sync():
    assert pytest
{EXAMPLE_PROJECT}""",
        proof=Proof("Database access not allowed", requires=("pytest-django",)),
        config=EXAMPLE_CONFIG,
    ),
)

_HEAD = "import pytest\n\nfrom shop.models import Item\n\n\n"
_WRITE = '    await Item.objects.acreate(name="a")\n'
_REQUIRES = ("pytest-django",)

NEAR_MISSES = (
    NearMiss(
        "transactional fixtures",
        f"{_HEAD}@pytest.mark.django_db\nasync def test_a(transactional_db):\n{_WRITE}\n\n"
        f"async def test_b(transactional_db):\n{_WRITE}{EXAMPLE_PROJECT}",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "only reads",
        f"{_HEAD}@pytest.mark.django_db\nasync def test_a():\n"
        f"    assert await Item.objects.acount() == 0\n{EXAMPLE_PROJECT}",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "a synchronous test",
        f'{_HEAD}@pytest.mark.django_db\ndef test_a():\n    Item.objects.create(name="a")\n{EXAMPLE_PROJECT}',
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "the conftest marks all tests",
        f"from shop.models import Item\n\n\nasync def test_a():\n{_WRITE}"
        "# file: conftest.py\nimport pytest\n\n\ndef pytest_collection_modifyitems(items):\n"
        "    for item in items:\n        item.add_marker(pytest.mark.django_db(transaction=True))\n"
        f"{EXAMPLE_PROJECT}",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "a mark of the module",
        f"{_HEAD}pytestmark = pytest.mark.django_db(transaction=True)\n\n\n"
        f"async def test_a():\n{_WRITE}{EXAMPLE_PROJECT}",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
)

_TRANSACTIONAL = frozenset(
    {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}
)
_ANY = frozenset({"db"}) | _TRANSACTIONAL


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks; at the names of tests that have none."""
    if ctx.facts is None or not ctx.environment.has("django") or not ctx.environment.has("pytest-django"):
        return
    told: set[Span] = set()
    for test in ctx.own_tests:
        body = ctx.facts.body(test.id) if test.function.is_async else None
        if body is None or test.is_unittest or ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO:
            continue
        queries = [found for found in orm_calls(ctx, body) if isinstance(found, Query) and not found.call.in_lambda]
        if not queries:
            continue
        closure = ctx.closure(test)
        names = frozenset(closure.names)
        if closure.unknown or names & _TRANSACTIONAL or _marked_late(ctx):
            continue
        marks = [mark for mark in ctx.view.marks(test) if mark.name == "django_db"]
        if not marks and not names & _ANY and not _unblocked(closure):
            message = "This test uses the database without asking for it: pytest-django refuses the access."
            yield ctx.finding(META, ctx.name_span(test.id), message, data=(test, None))
        elif len(marks) == 1 and _plain(marks[0].args, marks[0].keywords):
            use = _use(ctx, test)
            writes = any(query.is_async and query.method in WRITES for query in queries)
            if use is not None and use.span not in told and writes:
                told.add(use.span)
                message = "What an async test writes is not rolled back: its connection is another than the mark's."
                yield ctx.finding(META, use.span, message, data=(test, use))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The mark with `transaction=True`."""
    match finding.data:
        case (TestItem() as test, None):
            edits = add_decorator(ctx, test.id, ("pytest", "mark.django_db(transaction=True)"))
            return None if edits is None else ctx.fix("Ask for the database", Safety.SAFE, edits)
        case (TestItem(), MarkUse()):
            start, end = finding.span
            text = ctx.source(finding.span)
            edit = Edit(Span(end, end), "(transaction=True)")
            if text.endswith(")"):
                edit = Edit(Span(start + text.index("("), end), "(transaction=True)")
            return ctx.fix("Use `transaction=True`", Safety.SAFE, [edit])
        case _:
            return None


def _unblocked(closure: Closure) -> bool:
    """Whether a fixture of the project may let the test at the database by itself."""
    chains = (chain for chain in closure.chains.values())
    return any("django_db_blocker" in each.argnames and each.dist is None for chain in chains for each in chain)


def _plain(args: tuple[Expr, ...], keywords: tuple[tuple[str | None, Expr], ...]) -> bool:
    """Whether a mark surely has no transaction support: without arguments, or with a literal `transaction=False`."""
    return not args and all(key == "transaction" and value == Const(False) for key, value in keywords)


def _use(ctx: Context, test: TestItem) -> MarkUse | None:
    """The mark in this file: of the test, of a class that holds it, or of the module; None when it is elsewhere."""
    uses = [each for each in marks_of(ctx) if each.name == "django_db"]
    holders = [
        test.id.qualname,
        *(test.id.qualname.rsplit(".", n)[0] for n in range(1, test.id.qualname.count(".") + 1)),
    ]
    for holder in holders:
        found = [each for each in uses if each.owner is not None and each.owner.qualname == holder]
        if found:
            return found[-1]
    of_module = [each for each in uses if each.owner is None]
    return of_module[-1] if len(of_module) == 1 else None


def _marked_late(ctx: Context) -> bool:
    """Whether a conftest may mark the tests."""
    conftests = ctx.queries.get(conftests_of, ctx.path.parent)
    return any(ctx.queries.mentions(path, ("django_db", "add_marker")) for path in conftests)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)

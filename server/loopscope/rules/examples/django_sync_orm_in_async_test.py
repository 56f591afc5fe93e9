"""What `django-sync-orm-in-async-test` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof
from loopscope.rules.support.django import EXAMPLE_CONFIG, EXAMPLE_PROJECT

_PROOF = Proof("You cannot call this from an async context", requires=("pytest-django",))

EXAMPLES = (
    Example(
        "Creating and counting",
        bad=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_create():
    ⟦Item.objects.create(name="a")⟧
    assert ⟦Item.objects.filter(name="a").count()⟧ == 1
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_create():
    await Item.objects.acreate(name="a")
    assert await Item.objects.filter(name="a").acount() == 1
{EXAMPLE_PROJECT}""",
        proof=_PROOF,
        config=EXAMPLE_CONFIG,
    ),
    Example(
        "Iterating",
        bad=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_iterate():
    item = Item(name="a")
    await item.asave()
    for item in ⟦Item.objects.all()⟧:
        assert item.name == "a"
    assert [item.name for item in ⟦Item.objects.order_by("name")⟧] == ["a"]
    assert list(⟦Item.objects.filter(name="b")⟧) == []
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_iterate():
    item = Item(name="a")
    await item.asave()
    async for item in Item.objects.all():
        assert item.name == "a"
    assert [item.name async for item in Item.objects.order_by("name")] == ["a"]
    assert [item async for item in Item.objects.filter(name="b")] == []
{EXAMPLE_PROJECT}""",
        proof=_PROOF,
        config=EXAMPLE_CONFIG,
    ),
    Example(
        "A queryset that is asked later",
        bad=f"""\
import pytest
from asgiref.sync import sync_to_async

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_thread():
    items = await sync_to_async(Item.objects.all)()
    assert list(⟦items⟧) == []


@pytest.mark.django_db(transaction=True)
async def test_filtered():
    items = Item.objects.filter(name="b")
    assert len(⟦items⟧) == 0
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest
from asgiref.sync import sync_to_async

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_thread():
    items = await sync_to_async(Item.objects.all)()
    assert await sync_to_async(list)(items) == []


@pytest.mark.django_db(transaction=True)
async def test_filtered():
    items = Item.objects.filter(name="b")
    assert await items.acount() == 0
{EXAMPLE_PROJECT}""",
        fixed="",
        proof=_PROOF,
        config=EXAMPLE_CONFIG,
    ),
    Example(
        "In a fixture",
        bad=f"""\
import pytest_asyncio

from shop.models import Item


@pytest_asyncio.fixture
async def item(transactional_db):
    item = Item(name="a")
    ⟦item.save()⟧
    return item


async def test_item(item):
    assert item.pk
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest_asyncio

from shop.models import Item


@pytest_asyncio.fixture
async def item(transactional_db):
    item = Item(name="a")
    await item.asave()
    return item


async def test_item(item):
    assert item.pk
{EXAMPLE_PROJECT}""",
        proof=_PROOF._replace(outcome="error"),
        config=EXAMPLE_CONFIG,
    ),
)

_REQUIRES = ("pytest-django",)

NEAR_MISSES = (
    NearMiss(
        "in threads, awaited twins, and lazy querysets",
        f"""\
import pytest
from asgiref.sync import sync_to_async

from shop.models import Item


def make():
    return Item.objects.create(name="a")


@pytest.mark.django_db(transaction=True)
async def test_item():
    await sync_to_async(make)()
    await sync_to_async(Item.objects.create)(name="b")
    await sync_to_async(lambda: Item.objects.create(name="c"))()
    found = Item.objects.filter(name="a").order_by("name")
    assert await found.acount() == 1
    assert await sync_to_async(list)(Item.objects.all())
    assert [item async for item in Item.objects.all()]

    @sync_to_async
    def inner():
        return Item.objects.count()

    assert await inner() == 3
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "a queryset that was asked before",
        f"""\
import pytest

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_items():
    items = Item.objects.all()
    async for item in items:
        assert item.pk
    assert list(items) == []


@pytest.mark.django_db(transaction=True)
async def test_names():
    items = Item.objects.all()
    items = [item async for item in items]
    assert len(items) == 0
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "a synchronous test and a synchronous fixture",
        f"""\
import pytest

from shop.models import Item


@pytest.fixture
def item(transactional_db):
    return Item.objects.create(name="a")


@pytest.mark.django_db
def test_sync():
    assert Item.objects.count() == 0


async def test_item(item):
    assert item.pk
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "no model of Django",
        """\
class Store:
    def create(self, **values):
        return values


class Item:
    objects = Store()


async def test_item():
    assert Item.objects.create(name="a") == {"name": "a"}
""",
        config="[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    ),
    NearMiss(
        "the failure is expected",
        f"""\
import pytest
from django.core.exceptions import SynchronousOnlyOperation

from shop.models import Item


@pytest.mark.django_db(transaction=True)
async def test_refused():
    with pytest.raises(SynchronousOnlyOperation):
        Item.objects.count()
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "Django is told to allow it",
        f"""\
import os

import pytest

from shop.models import Item

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.mark.django_db
async def test_item():
    assert Item.objects.count() == 0
{EXAMPLE_PROJECT}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
)

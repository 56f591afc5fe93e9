import asyncio
import time

import pytest

from shop import is_empty, place_order


async def test_first_order(database):
    assert await place_order(database, "tea") == 1


@pytest.mark.asyncio
async def test_new_shop_is_empty(database):
    assert is_empty(database)


@pytest.mark.asyncio
async def test_order_is_stored(database, catalogue):
    place_order(database, catalogue[0])
    time.sleep(0.1)
    assert database.orders == []


@pytest.mark.asyncio
async def test_two_orders(database):
    asyncio.create_task(place_order(database, "tea"))
    assert asyncio.run(place_order(database, "coffee")) == 1


@pytest.mark.asyncio
def test_prices():
    assert 2 * 3 == 6

"""A little asynchronous shop, the subject of the tests beside it."""

import asyncio


class Database:
    def __init__(self):
        self.orders = []

    async def connect(self):
        await asyncio.sleep(0)
        return self

    async def disconnect(self):
        await asyncio.sleep(0)


async def place_order(db, item):
    await asyncio.sleep(0)
    db.orders.append(item)
    return len(db.orders)


async def is_empty(db):
    await asyncio.sleep(0)
    return not db.orders

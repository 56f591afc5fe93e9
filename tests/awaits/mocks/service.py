"""The code under test."""

from clients import Client, Clock, fetch, normalise


async def load(url):
    data = await fetch(url)
    return data["url"]


def page_url(url):
    return normalise(url) + "/page"


async def report(path):
    client = Client()
    data = await client.fetch(path)
    return data["path"]


async def entered(path):
    async with Client() as client:
        data = await client.fetch(path)
    return data["path"]


def described(path):
    return Client().build_url(path)


def at():
    return Clock().now()


class Service:
    def __init__(self, client=None):
        self.client = client if client is not None else Client()

    async def run(self, path):
        data = await self.client.fetch(path)
        return data["path"]

    def describe(self, path):
        return self.client.build_url(path)

    async def stop(self):
        await self.client.close()


class Plain:
    def __init__(self, client):
        self.client = client

    async def run(self, path):
        return await self.client.fetch(path)


class Owner:
    def __init__(self):
        self.client = Client("http://owner")

    async def run(self, path):
        data = await self.client.fetch(path)
        return data["path"]


async def notify(sender, text):
    await sender.send(text)


async def forgetful(sender, text):
    sender.send(text)


async def drained(source):
    return [item async for item in source]


async def streamed(client):
    found = []
    async for item in client.stream():
        found.append(item)
    return found


async def in_session(session):
    async with session as opened:
        return await opened.get()


async def in_transaction(database):
    async with database.transaction():
        await database.execute("select 1")

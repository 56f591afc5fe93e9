"""The code under test."""

CODE = """\
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest


async def load(client):
    async with client:
        return await client.get("/a")

"""

APP = """\

# file: app.py
class Client:
    async def fetch(self):
        return 2


class Service:
    def __init__(self, client=None):
        self.client = client or Client()

    async def run(self):
        return await self.client.fetch()


async def report():
    client = Client()
    return await client.fetch()
"""

"""What the tests replace: a client with coroutine functions and others."""

import asyncio


class Client:
    def __init__(self, url: str = "http://example.org") -> None:
        self.url = url

    async def fetch(self, path: str) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"path": path}

    async def close(self) -> None:
        await asyncio.sleep(0)

    def build_url(self, path: str) -> str:
        return self.url + path

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()


class Clock:
    def now(self) -> float:
        return 1.0


async def fetch(url: str) -> dict[str, str]:
    await asyncio.sleep(0)
    return {"url": url}


def normalise(url: str) -> str:
    return url.lower()

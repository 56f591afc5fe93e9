import asyncio

import httpx
import pytest


async def test_statements(client):
    client.get("/")  # missing
    client.post("/", json={})  # missing
    client.delete("/")  # missing
    client.aclose()  # missing
    client.request("GET", "/")  # missing
    await client.get("/")  # right
    client.headers.update({"a": "b"})  # right
    client.build_request("GET", "/")  # right
    client.stream("GET", "/")  # right


async def test_results(client):
    response = client.get("/")  # missing
    assert response.status_code == 200
    other = client.put("/", json={})  # missing
    assert other
    assert client.get("/").status_code == 200  # missing
    assert client.get("/") == 200  # missing
    assert client.head("/")  # missing
    if client.options("/"):  # missing
        pass
    good = await client.get("/")
    good.json()  # right
    good.raise_for_status()  # right
    good.aread()  # missing
    assert good.status_code == 200  # right
    data = await client.get("/").json()  # missing
    assert data


async def test_handed_on(client):
    task = asyncio.create_task(client.get("/"))  # right
    first, second = await asyncio.gather(client.get("/a"), client.get("/b"))  # right
    assert (await task).status_code == first.status_code == second.status_code
    later = client.get("/")  # right
    await asyncio.wait_for(later, 1)  # right
    responses = [client.get(f"/{n}") for n in range(3)]  # right
    await asyncio.gather(*responses)
    with pytest.raises(httpx.HTTPError):
        client.get("/")  # missing
    with pytest.raises(httpx.HTTPError):
        await client.get("/")  # right


async def test_own_client():
    async with httpx.AsyncClient() as client:
        client.get("/")  # missing
        async with client.stream("GET", "/") as response:
            response.aread()  # missing
            response.aclose()  # missing
            response.read()  # right
    with httpx.Client() as sync:
        sync.get("/")  # right
        assert sync.get("/").status_code == 200  # right


async def test_factory(login):
    login("a")  # missing
    response = login("b")  # missing
    assert response.status_code == 200
    response = await login("c")  # right
    response.aclose()  # missing
    assert response.is_success  # right

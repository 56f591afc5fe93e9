from aiohttp.test_utils import TestClient, TestServer


async def test_hello(aiohttp_client, app):
    client = await aiohttp_client(app)
    response = await client.get("/")  # right
    assert response.status == 200
    assert response.json() == {}  # missing
    assert await response.json() == {}  # right
    other = client.post("/")  # missing
    assert other.status == 405
    client = aiohttp_client(app)  # missing
    client.get("/")


async def test_client(web_client):
    assert web_client.get("/").status == 200  # missing
    async with web_client.get("/") as response:  # right
        assert response.text() == "{}"  # missing
    response = await web_client.get("/")
    assert "hello" in response.text()  # missing
    assert response.headers["a"] == "b"  # right
    web_client.make_url("/")  # right
    web_client.close()  # missing


async def test_own(app):
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/")  # right
        body = response.json()  # missing
        assert body["a"] == 1
    with TestClient(TestServer(app)) as client:  # missing
        assert client

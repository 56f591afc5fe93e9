import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer


async def test_session(http):
    http.close()  # missing
    response = await http.get("http://test")
    response.json()  # missing
    response.text()  # missing
    assert response.read() == b""  # missing
    assert response.status == 200  # right
    response.release()  # right
    response.raise_for_status()  # right
    async with http.get("http://test") as other:
        other.json()  # missing
        assert other.text() == "ok"  # missing
        assert await other.text() == "ok"  # right
        assert other.headers == {}  # right
    assert http.get("http://test").status == 200  # missing
    assert (await http.get("http://test")).status == 200  # right


async def test_websocket(http):
    socket = await http.ws_connect("http://test")
    socket.send_str("a")  # missing
    socket.send_json({})  # missing
    socket.close()  # missing
    message = socket.receive_json()  # missing
    assert message == {}
    assert socket.receive_str() == "a"  # missing
    assert await socket.receive_str() == "a"  # right
    assert socket.closed  # right


async def test_client():
    app = web.Application()
    client = TestClient(TestServer(app))
    client.start_server()  # missing
    await client.start_server()  # right
    response = await client.get("/")
    assert response.text() == "ok"  # missing
    assert await response.text() == "ok"  # right
    client.make_url("/")  # right
    client.close()  # missing


async def test_managers():
    with aiohttp.ClientSession():  # missing
        pass
    async with aiohttp.ClientSession() as session:
        session.close()  # missing
        session.detach()  # right

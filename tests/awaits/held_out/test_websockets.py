import json

import websockets
from websockets.asyncio.server import serve


async def test_echo(socket):
    socket.send("hello")  # missing
    await socket.send("hello")  # right
    assert socket.recv() == "hello"  # missing
    assert json.loads(await socket.recv()) == {}  # right
    assert json.loads(socket.recv()) == {}  # missing
    socket.close()  # missing
    socket.wait_closed()  # missing
    assert socket.remote_address  # right


async def echo(connection):
    await connection.send(await connection.recv())


async def test_server():
    with serve(echo, "localhost", 0) as server:  # missing
        assert server
    async with serve(echo, "localhost", 0) as server:  # right
        server.close()  # right
        server.wait_closed()  # missing
    connection = await websockets.connect("ws://localhost")
    connection.send("hello")  # missing
    await connection.close()  # right

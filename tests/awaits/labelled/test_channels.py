from channels.layers import InMemoryChannelLayer
from channels.testing import HttpCommunicator


async def test_websocket(communicator):
    communicator.connect()  # missing
    communicator.send_json_to({})  # missing
    communicator.send_to(text_data="a")  # missing
    communicator.disconnect()  # missing
    assert communicator.receive_json_from() == {}  # missing
    assert communicator.receive_nothing()  # missing
    connected, _ = await communicator.connect()  # right
    assert connected
    assert await communicator.receive_nothing()  # right


async def test_http():
    communicator = HttpCommunicator(None, "GET", "/")  # right
    communicator.get_response()  # missing
    response = communicator.get_response()  # missing
    assert response["status"] == 200
    assert (await communicator.get_response())["status"] == 200  # right


async def test_layer():
    layer = InMemoryChannelLayer()
    layer.send("a", {})  # missing
    layer.group_add("g", "a")  # missing
    layer.flush()  # missing
    await layer.group_send("g", {})  # right

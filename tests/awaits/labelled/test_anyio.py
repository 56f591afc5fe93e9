import anyio
import pytest


@pytest.fixture
async def streams():
    send, receive = anyio.create_memory_object_stream[int](1)
    async with send, receive:
        yield send, receive


async def test_streams(streams):
    send, receive = streams
    send.send(1)  # missing
    receive.receive()  # missing
    send.send_nowait(1)  # right
    receive.receive_nowait()  # right
    assert receive.receive() == 1  # missing
    assert await receive.receive() == 1  # right
    send.aclose()  # missing
    send.close()  # right


async def test_primitives():
    event = anyio.Event()
    event.wait()  # missing
    event.set()  # right
    await event.wait()  # right
    lock = anyio.Lock()
    lock.acquire()  # missing
    lock.release()  # right
    anyio.sleep(1)  # missing
    anyio.to_thread.run_sync(print)  # missing
    await anyio.to_thread.run_sync(print)  # right
    with anyio.Lock():  # missing
        pass
    with anyio.fail_after(1):  # right
        await anyio.sleep(0)  # right


async def test_files():
    path = anyio.Path("a")
    path.exists()  # missing
    assert path.read_text() == ""  # missing
    assert path.is_file()  # missing
    assert path.name == "a"  # right
    assert await path.exists()  # right
    async with await anyio.open_file("a") as file:
        file.read()  # missing
        file.write("a")  # missing
        await file.write("a")  # right
    async with anyio.create_task_group() as group:
        group.start(print)  # missing
        group.start_soon(print)  # right
        group.cancel_scope.cancel()  # right

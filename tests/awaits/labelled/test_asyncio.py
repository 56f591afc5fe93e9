import asyncio
import contextlib
import functools

import pytest


@pytest.fixture
def queue():
    return asyncio.Queue()


async def work(n):
    return n


async def rows():
    yield 1


async def test_primitives(queue):
    queue.put(1)  # missing
    queue.get()  # missing
    queue.join()  # missing
    queue.put_nowait(1)  # right
    queue.task_done()  # right
    assert queue.get() == 1  # missing
    assert await queue.get() == 1  # right
    assert queue.empty()  # right
    event = asyncio.Event()
    event.wait()  # missing
    event.set()  # right
    lock = asyncio.Lock()
    lock.acquire()  # missing
    with lock:  # missing
        lock.locked()  # right
    async with lock:  # right
        pass


async def test_functions():
    asyncio.sleep(1)  # missing
    asyncio.wait_for(work(1), 1)  # missing
    asyncio.gather(work(1))  # missing
    asyncio.to_thread(print)  # missing
    assert asyncio.gather(work(1)) == [1]  # missing
    assert asyncio.wait_for(work(1), 1) == 1  # missing
    await asyncio.gather(work(1))  # right
    task = asyncio.create_task(work(1))  # right
    assert await task == 1
    assert task.done()  # right
    task.add_done_callback(print)  # right
    async with asyncio.timeout(1):  # right
        pass
    with asyncio.timeout(1):  # missing
        pass
    async with asyncio.TaskGroup() as group:
        group.create_task(work(1))  # right
    async with contextlib.AsyncExitStack() as stack:
        stack.aclose()  # missing
        stack.push_async_callback(work, 1)  # right


async def test_streams():
    reader, writer = await asyncio.open_connection("localhost", 1)
    writer.write(b"")  # right
    writer.drain()  # missing
    writer.close()  # right
    writer.wait_closed()  # missing
    assert reader.readline() == b""  # missing
    assert await reader.readline() == b""  # right
    process = await asyncio.create_subprocess_exec("true")
    process.wait()  # missing
    process.kill()  # right
    server = await asyncio.start_server(print, "localhost", 0)
    server.close()  # right
    server.wait_closed()  # missing


async def test_more():
    partial = functools.partial(work, 1)
    partial()  # missing
    await partial()  # right
    rows()  # missing
    for row in rows():  # missing
        assert row
    async for row in rows():  # right
        assert row
    assert list(rows()) == [1]  # missing
    results = await asyncio.gather([work(n) for n in range(3)])  # missing
    assert results
    assert [await work(n) for n in range(3)] == [0, 1, 2]  # right

import asyncio
import sys


async def test_streams():
    reader, writer = await asyncio.open_connection("localhost", 1)
    writer.write(b"a")  # right
    writer.drain()  # missing
    assert reader.readline() == b"a"  # missing
    assert await reader.readline() == b"a"  # right
    writer.close()  # right
    writer.wait_closed()  # missing


async def test_process():
    process = await asyncio.create_subprocess_exec(sys.executable)
    process.terminate()  # right
    process.wait()  # missing
    out, err = process.communicate()  # missing
    assert out == err
    output = await process.stdout.read()  # right
    assert output == b""
    process.stdout.readline()  # missing
    process.stdin.drain()  # missing


async def test_loop():
    loop = asyncio.get_running_loop()  # right
    loop.run_in_executor(None, print)  # right
    loop.create_server(asyncio.Protocol)  # missing
    loop.call_soon(print)  # right
    result = await loop.run_in_executor(None, print)  # right
    assert result is None
    asyncio.to_thread(print)  # missing
    future = loop.create_future()  # right
    future.set_result(1)  # right
    assert await future == 1  # right
    done, pending = asyncio.wait([future])  # missing
    assert done


async def test_group():
    async with asyncio.TaskGroup() as group:
        task = group.create_task(asyncio.sleep(1))  # right
        task.cancel()  # right
    with asyncio.timeout(1):  # missing
        pass
    async with asyncio.timeout(1):  # right
        pass
    queue = asyncio.Queue()
    queue.put(1)  # missing
    queue.put_nowait(1)  # right
    assert queue.get() == 1  # missing
    semaphore = asyncio.Semaphore(1)
    with semaphore:  # missing
        pass
    async with semaphore:  # right
        pass

import asyncio


async def test_values(valkey):
    valkey.hset("a", mapping={"b": 1})  # missing
    assert valkey.hgetall("a") == {"b": 1}  # missing
    assert await valkey.hgetall("a") == {"b": 1}  # right
    valkey.expire("a", 10)  # missing
    assert valkey.ttl("a") > 0  # missing
    valkey.lpush("q", 1)  # missing
    assert valkey.lrange("q", 0, -1) == []  # missing
    valkey.sadd("s", 1)  # missing
    members = valkey.smembers("s")  # missing
    assert members == {1}
    assert await valkey.zrange("z", 0, -1) == []  # right
    valkey.xadd("x", {"a": 1})  # missing
    await asyncio.gather(valkey.set("a", 1), valkey.set("b", 2))  # right


async def test_lock(valkey):
    lock = valkey.lock("a")  # right
    lock.acquire()  # missing
    async with valkey.lock("b"):  # right
        pass
    with valkey.lock("b"):  # missing
        pass
    async for key in valkey.scan_iter():  # right
        assert key
    for key in valkey.scan_iter():  # missing
        assert key
    async with valkey.pipeline(transaction=True) as pipe:
        pipe.set("a", 1).get("a")  # right
        results = pipe.execute()  # missing
        assert results == [True, b"1"]

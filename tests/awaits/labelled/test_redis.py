import redis.asyncio
import redis as sync_redis


async def test_commands(cache):
    cache.set("a", 1)  # missing
    cache.get("a")  # missing
    cache.delete("a")  # missing
    cache.ping()  # missing
    cache.flushdb()  # missing
    cache.aclose()  # missing
    assert cache.get("a") == "1"  # missing
    assert cache.exists("a")  # missing
    value = cache.incr("a")  # missing
    assert value == 2
    await cache.set("a", 1)  # right
    assert await cache.get("a") == "1"  # right


async def test_pipeline(cache):
    pipe = cache.pipeline()  # right
    pipe.set("a", 1)  # right
    pipe.get("a")  # right
    pipe.execute()  # missing
    await pipe.execute()  # right
    async with cache.pipeline() as other:
        other.incr("a")  # right
        other.execute()  # missing


async def test_pubsub(cache):
    pubsub = cache.pubsub()  # right
    pubsub.subscribe("a")  # missing
    pubsub.get_message()  # missing
    pubsub.aclose()  # missing
    await pubsub.subscribe("a")  # right


async def test_own():
    client = redis.asyncio.Redis.from_url("redis://test")  # right
    client.set("a", 1)  # missing
    await client.set("a", 1)  # right
    plain = sync_redis.Redis()
    plain.set("a", 1)  # right
    assert plain.get("a") == b"1"  # right

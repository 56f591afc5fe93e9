import asyncpg
import pytest


async def test_pool(pool):
    pool.execute("select 1")  # missing
    assert pool.fetchval("select 1") == 1  # missing
    assert await pool.fetchval("select 1") == 1  # right
    rows = pool.fetch("select 1")  # missing
    assert rows[0][0] == 1
    pool.get_size()  # right
    pool.terminate()  # right
    async with pool.acquire() as connection:  # right
        connection.execute("select 1")  # missing
        async with connection.transaction():  # right
            await connection.execute("select 1")  # right
        with connection.transaction():  # missing
            pass


async def test_connection(connection):
    connection.fetchrow("select 1")  # missing
    row = await connection.fetchrow("select 1")  # right
    assert row is not None
    assert connection.is_closed() is False  # right
    statement = connection.prepare("select 1")  # missing
    assert statement.fetchval() == 1


async def test_db(db):
    db.executemany("insert into a values ($1)", [(1,)])  # missing
    db.close()  # missing
    with pytest.raises(asyncpg.PostgresError):
        db.fetch("select")  # missing
    with pytest.raises(asyncpg.PostgresError):
        await db.fetch("select")  # right
    transaction = db.transaction()  # right
    transaction.start()  # missing
    await transaction.rollback()  # right
    prepared = await db.prepare("select 1")
    assert prepared.fetchval() == 1  # missing

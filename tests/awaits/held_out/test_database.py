from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_scoped_session


async def test_maker(sessions):
    async with sessions() as session:
        session.add(object())  # right
        session.commit()  # missing
        rows = (await session.execute(select(1))).scalars().all()  # right
        assert rows
        streamed = session.stream(select(1))  # missing
        assert streamed
        result = await session.stream(select(1))
        result.scalars()  # right
        result.all()  # missing
        async for row in result:  # right
            assert row
    with sessions() as session:  # missing
        assert session


async def test_transaction(transaction):
    transaction.flush()  # missing
    found = transaction.execute(select(1)).scalar_one()  # missing
    assert found == 1
    async with transaction.begin_nested():  # right
        transaction.add(object())  # right
    assert transaction.scalar(select(1)) == 1  # missing
    assert transaction.in_transaction()  # right


async def test_bare(bare):
    bare.execute(text("select 1"))  # missing
    bare.rollback()  # missing
    assert (await bare.execute(text("select 1"))).first()  # right
    bare.get_raw_connection()  # missing
    scoped = async_scoped_session(None, scopefunc=print)
    scoped.remove()  # missing
    scoped.expunge_all()  # right

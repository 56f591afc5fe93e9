from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession


async def test_session(session):
    session.execute(text("select 1"))  # missing
    session.commit()  # missing
    session.rollback()  # missing
    session.flush()  # missing
    session.refresh(object())  # missing
    session.close()  # missing
    session.delete(object())  # missing
    session.add(object())  # right
    session.add_all([])  # right
    session.expunge_all()  # right
    await session.commit()  # right


async def test_results(session):
    result = session.execute(text("select 1"))  # missing
    assert result.scalar() == 1
    assert session.scalar(text("select 1")) == 1  # missing
    row = await session.execute(select(1))
    row.scalars()  # right
    row.first()  # right
    assert row.all() == []  # right
    assert session.get(object, 1)  # missing
    assert await session.get(object, 1) is None  # right
    assert session.is_active  # right
    assert await session.execute(select(1)).scalar() == 1  # missing


async def test_connections(engine, session):
    engine.dispose()  # missing
    async with engine.begin() as connection:
        connection.execute(text("select 1"))  # missing
        connection.run_sync(print)  # missing
        connection.commit()  # missing
        await connection.run_sync(print)  # right
    async with engine.connect() as other:
        other.scalar(text("select 1"))  # missing
        await other.scalar(text("select 1"))  # right
    async with session.begin():
        session.flush()  # missing
        session.add(object())  # right
    with engine.connect():  # missing
        pass
    engine.begin()  # right


async def test_annotated(session: AsyncSession):
    session.commit()  # missing
    session.merge(object())  # missing
    session.add(object())  # right
    found = session.scalars(select(1))  # missing
    assert found.all() == []

import pytest
from motor.motor_asyncio import AsyncIOMotorClient


async def test_insert(users):
    users.insert_one({"name": "a"})  # missing
    result = await users.insert_one({"name": "b"})  # right
    assert result.inserted_id
    assert users.find_one({"name": "b"}) is not None  # missing
    assert users.count_documents({}) == 2  # missing
    assert await users.count_documents({}) == 2  # right


async def test_find(users):
    cursor = users.find({})  # right
    cursor.sort("name").limit(5)  # right
    documents = cursor.to_list(length=10)  # missing
    assert len(documents) == 2
    async for document in users.find({}):  # right
        assert document
    for document in users.find({}):  # missing
        assert document


async def test_update(users):
    outcome = users.update_one({"name": "a"}, {"$set": {"name": "c"}})  # missing
    assert outcome.modified_count == 1
    users.delete_many({})  # missing
    await users.delete_many({})  # right
    users.create_index("name")  # missing
    users.drop()  # missing
    users.with_options()  # right
    pipeline = users.aggregate([])  # right
    assert await pipeline.to_list(None) == []  # right


async def test_client(motor_client):
    motor_client.drop_database("app")  # missing
    assert "app" in motor_client.list_database_names()  # missing
    assert "app" in await motor_client.list_database_names()  # right
    motor_client["app"].command("ping")  # missing
    motor_client.close()  # right
    motor_client.get_default_database("app")  # right


async def test_own():
    client = AsyncIOMotorClient()
    collection = client.get_database("app").get_collection("users")
    collection.replace_one({}, {})  # missing
    async with await client.start_session() as session:  # right
        await collection.find_one({}, session=session)  # right
        with pytest.raises(ValueError):
            collection.find_one({}, session=session)  # missing

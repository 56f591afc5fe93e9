async def test_collection(items):
    items.insert_one({})  # missing
    items.delete_many({})  # missing
    items.update_one({}, {})  # missing
    found = items.find_one({})  # missing
    assert found["a"] == 1
    assert items.count_documents({}) == 1  # missing
    await items.insert_one({})  # right
    cursor = items.find({})  # right
    cursor.sort("a")  # right
    cursor.to_list()  # missing
    cursor.close()  # missing
    rows = await cursor.to_list()  # right
    assert rows == []


async def test_client(mongo):
    mongo.close()  # missing
    mongo.server_info()  # missing
    assert mongo.list_database_names() == []  # missing
    mongo.get_database("a")  # right
    mongo.get_default_database("a")  # right
    await mongo.drop_database("a")  # right
    mongo.drop_database("a")  # missing

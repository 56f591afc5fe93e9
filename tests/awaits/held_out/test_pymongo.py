async def test_chains(mongo):
    mongo.shop.orders.insert_one({})  # missing
    assert mongo.shop.orders.find_one({}) == {}  # missing
    assert await mongo.shop.orders.find_one({}) == {}  # right
    mongo["shop"].command("ping")  # missing
    mongo.shop["orders"].drop()  # missing
    mongo.admin.command("ping")  # missing


async def test_orders(orders):
    orders.insert_many([{}])  # missing
    orders.find({}).limit(3)  # right
    found = orders.find_one_and_update({}, {"$set": {"a": 1}})  # missing
    assert found["a"] == 1
    assert orders.estimated_document_count() == 0  # missing
    cursor = orders.aggregate([])  # missing
    async for each in cursor:
        assert each
    async for each in await orders.aggregate([]):  # right
        assert each
    assert orders.name == "orders"  # right
    orders.archive.insert_one({})  # missing

async def test_search(search):
    search.index(index="a", document={})  # missing
    search.indices.refresh(index="a")  # missing
    found = search.search(index="a")  # missing
    assert found["hits"]
    found = await search.search(index="a")  # right
    assert found["hits"]
    assert search.indices.exists(index="a")  # missing
    assert await search.indices.exists(index="a")  # right
    search.options(request_timeout=1)  # right
    search.ping()  # missing

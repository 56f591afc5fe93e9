from models import Box, Item, Label


async def test_queries():
    Item.objects.acreate(name="a")  # missing
    Item.objects.filter(name="a").adelete()  # missing
    Item.objects.filter(name="a").aupdate(name="b")  # missing
    assert Item.objects.acount() == 1  # missing
    assert Item.objects.filter(name="a").aexists()  # missing
    found = Item.objects.aget(name="a")  # missing
    assert found.name == "a"
    assert await Item.objects.acount() == 1  # right
    Item.objects.filter(name="a").order_by("name")  # right
    assert Item.objects.filter(name="a").query  # right


async def test_instance():
    item = Item(name="a")
    item.asave()  # missing
    item.arefresh_from_db()  # missing
    item.rename("b")  # missing
    item.describe()  # right
    item.full_clean()  # right
    await item.asave()  # right


async def test_client(async_client):
    async_client.get("/")  # missing
    response = async_client.post("/", {})  # missing
    assert response.status_code == 200
    assert async_client.get("/").status_code == 200  # missing
    assert (await async_client.get("/")).status_code == 200  # right
    async_client.force_login(None)  # right
    async_client.logout()  # right


async def test_relations():
    item, label = await Item.objects.aget(name="a"), Label(text="x")
    box = Box(item=item)
    item.box_set.aadd(box, bulk=False)  # missing
    item.kept.acreate()  # missing
    box.labels.aset([label])  # missing
    label.boxes.aadd(box)  # missing
    await item.box_set.aadd(box, bulk=False)  # right
    await label.boxes.aclear()  # right
    item.box_set.add(box, bulk=False)  # right
    box.labels.clear()  # right
    item.box_set.filter(pk=1)  # right

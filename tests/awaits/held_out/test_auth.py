from django.contrib.auth import aauthenticate, aget_user, alogin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.shortcuts import aget_object_or_404


async def test_users(async_client):
    user = await User.objects.acreate_user("a", password="a")  # right
    User.objects.acreate_user("b")  # missing
    assert user.acheck_password("a")  # missing
    assert await user.acheck_password("a")  # right
    assert user.check_password("a")  # right
    user.ahas_perm("a.b")  # missing
    async_client.alogin(username="a", password="a")  # missing
    async_client.login(username="a", password="a")  # right
    response = await async_client.get("/")
    assert response.status_code == 200  # right


async def test_functions(rf):
    request = rf.get("/")
    assert aauthenticate(request, username="a")  # missing
    alogin(request, None)  # missing
    assert aget_user(request).username == "a"  # missing
    user = await aget_user(request)  # right
    assert user
    aget_object_or_404(User, pk=1)  # missing
    await aget_object_or_404(User, pk=1)  # right


async def test_cache():
    cache.aset("a", 1)  # missing
    cache.set("a", 1)  # right
    assert cache.aget("a") == 1  # missing
    assert await cache.aget("a") == 1  # right


async def test_query_sets():
    first = User.objects.order_by("pk").afirst()  # missing
    assert first.username == "a"
    async for user in User.objects.filter(username="a"):  # right
        user.asave()  # missing
    assert [user async for user in User.objects.all()]  # right
    User.objects.abulk_create([])  # missing
    created = User.objects.aget_or_create(username="a")  # missing
    assert created[1]
    user, created = await User.objects.aget_or_create(username="a")  # right
    assert user.username
    user.groups.aadd(1)  # missing

import aiofiles
import aiofiles.os


async def test_log(log):
    log.write("hello")  # missing
    await log.write("hello")  # right
    log.flush()  # missing
    await log.seek(0)  # right
    assert log.read() == "hello"  # missing
    assert await log.read() == "hello"  # right
    log.truncate(0)  # missing
    assert log.name  # right
    lines = log.readlines()  # missing
    assert len(lines) == 1


async def test_os(tmp_path):
    aiofiles.os.remove(tmp_path / "a")  # missing
    assert aiofiles.os.path.exists(tmp_path / "a")  # missing
    assert not await aiofiles.os.path.exists(tmp_path / "a")  # right
    await aiofiles.os.makedirs(tmp_path / "b")  # right
    names = aiofiles.os.listdir(tmp_path)  # missing
    assert names == []


async def test_own(tmp_path):
    with aiofiles.open(tmp_path / "a") as file:  # missing
        assert file
    async with aiofiles.open(tmp_path / "a", "rb") as file:  # right
        assert file.read(3) == b"abc"  # missing
        async for line in file:  # right
            assert line
    async with aiofiles.tempfile.NamedTemporaryFile("w") as file:
        file.write("x")  # missing

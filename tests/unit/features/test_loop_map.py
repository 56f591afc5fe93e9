"""The map of event loops of a file."""

from loopscope.features.loop_map import as_markdown, loop_map
from support.project import project

TEXT = """\
# file: pytest.ini
[pytest]
asyncio_mode = strict
# file: conftest.py
import pytest, pytest_asyncio

@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def pool(): ...

@pytest.fixture
async def bare():
    yield
# file: test_a.py
import pytest
import unittest
‸
@pytest.mark.asyncio
async def test_alone(): ...

@pytest.mark.asyncio
async def test_apart(pool): ...

@pytest.mark.asyncio(loop_scope="session")
async def test_together(pool): ...

@pytest.mark.asyncio
async def test_bare(bare): ...

async def test_unmarked(): ...

def test_plain(): ...

class TestOld(unittest.IsolatedAsyncioTestCase):
    async def test_old(self): ...
"""


def test_each_test_and_fixture_on_its_loop_with_the_reason() -> None:
    one = project(TEXT)
    found = loop_map(one.snapshot, one.path)
    assert found is not None
    assert [
        (
            loop.title.partition(":")[0],
            [test.name for test in loop.tests],
            [each.name for each in loop.fixtures.values()],
        )
        for loop in found.loops
    ] == [
        ("Function loop", ["test_alone", "test_apart", "test_bare"], []),
        ("Session loop", ["test_together"], ["pool"]),
        ("unittest", ["TestOld::test_old"], []),
        ("No loop", ["test_unmarked"], ["bare"]),
    ]
    together = found.loops[1].tests[0]
    assert (together.line, together.reason) == (11, "`loop_scope` of the mark on the test")
    assert found.synchronous == 1


def test_mismatches_are_tests_that_do_not_share_the_loop_of_a_fixture() -> None:
    one = project(TEXT)
    found = loop_map(one.snapshot, one.path)
    assert found is not None
    assert [(each.test, each.message.partition(" (")[0]) for each in found.mismatches] == [
        ("test_apart", "its fixture `pool` runs on another loop"),
        ("test_bare", "nothing awaits its fixture `bare`: the test gets an async generator instead of the value"),
    ]


def test_the_document() -> None:
    one = project(TEXT)
    found = loop_map(one.snapshot, one.path)
    assert found is not None
    text = as_markdown(found)
    assert text.startswith("# Event loops of test_a.py\n\npytest ")
    assert "strict mode, by `asyncio_mode` from pytest.ini line 2." in text
    assert "- `test_together`, line 11: `loop_scope` of the mark on the test" in text
    assert "- `pool` of conftest.py, line 4: `loop_scope` of the fixture" in text
    assert text.endswith("1 synchronous test needs no loop.\n")


def test_a_file_without_anything_asynchronous_and_one_that_agrees() -> None:
    plain = project("# file: test_a.py\ndef test_x(): ...‸\n")
    found = loop_map(plain.snapshot, plain.path)
    assert found is not None
    assert "No asynchronous tests or fixtures.\n\n1 synchronous test needs no loop." in as_markdown(found)
    agreed = project("# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n# file: test_a.py\nasync def test_x(): ...‸\n")
    found = loop_map(agreed.snapshot, agreed.path)
    assert found is not None
    assert "None: every test runs on the loop of its fixtures." in as_markdown(found)


def test_a_conftest_shows_its_fixtures() -> None:
    one = project(TEXT.replace("‸", "").replace("    yield\n", "    yield\n‸"))
    found = loop_map(one.snapshot, one.path)
    assert found is not None
    assert [[each.name for each in loop.fixtures.values()] for loop in found.loops] == [["pool"], ["bare"]]

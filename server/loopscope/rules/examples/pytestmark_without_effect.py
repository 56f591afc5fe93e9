"""What `pytestmark-without-effect` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_UNMARKED = "async def functions are not natively supported"

EXAMPLES = (
    Example(
        "Assigned twice",
        bad="""\
import pytest

⟦pytestmark⟧ = pytest.mark.asyncio


class TestValue:
    async def test_value(self):
        assert 1 + 1 == 2


pytestmark = pytest.mark.filterwarnings("default")
""",
        good="""\
import pytest

pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("default")]


class TestValue:
    async def test_value(self):
        assert 1 + 1 == 2
""",
        fixed="""\
import pytest

pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("default")]


class TestValue:
    async def test_value(self):
        assert 1 + 1 == 2


""",
        proof=Proof(_UNMARKED),
    ),
    Example(
        "In a conftest",
        bad="""\
async def test_value():
    assert 1 + 1 == 2
# file: conftest.py
import pytest

⟦pytestmark⟧ = pytest.mark.asyncio
""",
        good="""\
import pytest

pytestmark = pytest.mark.asyncio


async def test_value():
    assert 1 + 1 == 2
""",
        fixed="""\
async def test_value():
    assert 1 + 1 == 2
# file: pytest.ini
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
# file: conftest.py
import pytest

""",
        proof=Proof(_UNMARKED),
    ),
    Example(
        "In a package",
        bad="""\
# file: package/test_value.py
async def test_value():
    assert 1 + 1 == 2
# file: package/__init__.py
import pytest

⟦pytestmark⟧ = pytest.mark.asyncio(loop_scope="package")
""",
        good="""\
# file: package/test_value.py
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_value():
    assert 1 + 1 == 2
# file: package/__init__.py
""",
        fixed="""\
# file: package/test_value.py
async def test_value():
    assert 1 + 1 == 2
# file: pytest.ini
[pytest]
asyncio_default_test_loop_scope = package
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
# file: package/__init__.py
import pytest

""",
        proof=Proof(_UNMARKED, pytest_asyncio=">=0.26"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "below a condition",
        """\
import sys

import pytest

pytestmark = pytest.mark.asyncio
if sys.platform == "other":
    pytestmark = [pytest.mark.asyncio, pytest.mark.skip(reason="there")]


async def test_value():
    assert True
""",
    ),
    NearMiss(
        "added to",
        """\
import pytest

pytestmark = [pytest.mark.asyncio]
pytestmark += [pytest.mark.filterwarnings("default")]


async def test_value():
    assert True
""",
    ),
    NearMiss(
        "built on the first",
        """\
import pytest

pytestmark = [pytest.mark.asyncio]
pytestmark = [*pytestmark, pytest.mark.filterwarnings("default")]


async def test_value():
    assert True
""",
    ),
    NearMiss(
        "nothing is lost",
        """\
import pytest

pytestmark = pytest.mark.asyncio
pytestmark = [pytest.mark.asyncio, pytest.mark.filterwarnings("default")]


async def test_value():
    assert True
""",
    ),
    NearMiss(
        "imported from the conftest",
        """\
from conftest import pytestmark


async def test_value():
    assert pytestmark
# file: conftest.py
import pytest

pytestmark = pytest.mark.asyncio
""",
    ),
    NearMiss(
        "a hook reads it",
        """\
def test_value():
    assert True
# file: conftest.py
import pytest

pytestmark = pytest.mark.usefixtures("tmp_path")


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytestmark)
""",
    ),
    NearMiss(
        "a class and its module",
        """\
import pytest

pytestmark = pytest.mark.filterwarnings("default")


class TestValue:
    pytestmark = pytest.mark.asyncio

    async def test_value(self):
        assert True


class TestOther:
    pytestmark = pytest.mark.asyncio

    async def test_value(self):
        assert True
""",
    ),
)

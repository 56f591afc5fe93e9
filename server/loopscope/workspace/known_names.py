"""Names that stand for themselves, and those that mean the same."""

NOT_FOLLOWED = frozenset(
    (
        "pytest",
        "unittest",
        "builtins",
        "functools",
        "typing",
        "typing_extensions",
        "abc",
        "contextlib",
        "mock",
        "hypothesis",
        "enum",
        "dataclasses",
        "attr",
        "attrs",
    )
)
"""Modules whose names are known by themselves: following them would end in the same place, or in compiled code."""

SAME = {
    "_pytest.fixtures.fixture": "pytest.fixture",
    "_pytest.fixtures.yield_fixture": "pytest.yield_fixture",
    "_pytest.mark.MARK_GEN": "pytest.mark",
    "_pytest.mark.structures.MARK_GEN": "pytest.mark",
    "_pytest.outcomes.importorskip": "pytest.importorskip",
    "_pytest.outcomes.skip": "pytest.skip",
    "pytest_asyncio.plugin.fixture": "pytest_asyncio.fixture",
    "unittest.case.TestCase": "unittest.TestCase",
    "unittest.async_case.IsolatedAsyncioTestCase": "unittest.IsolatedAsyncioTestCase",
    "unittest.mock": "unittest.mock",
    "unittest.TestCase": "unittest.TestCase",
    "unittest.IsolatedAsyncioTestCase": "unittest.IsolatedAsyncioTestCase",
    "pytest_asyncio.fixture": "pytest_asyncio.fixture",
}
"""Other names of what is known under one of them."""

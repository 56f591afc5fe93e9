"""Whose members are offered when other language servers tell those of the rest."""

import pytest

from loopscope.config.settings import DEFAULT_SETTINGS
from loopscope.config.values import Sourced
from loopscope.features.completion import completions
from loopscope.features.site import site_at
from loopscope.text.frozen import replace
from loopscope.text.source import Source
from rules.world import ROOT, snapshot_of

TEXT = """\
import pytest

class Row:
    async def save(self): ...

class Client:
    async def get(self): return Row()
    def opened(self) -> "Client": ...
    async def __aenter__(self): return self

@pytest.fixture
def client(): return Client()

@pytest.fixture
def stated(): return Client()

class TestIt:
    async def test_it(self, client, stated: Client):
        row = await client.get()
        made = Client()
        async with client.opened() as inner:
            def nested(): return row
            {}
"""


def offered(expression: str, *, all_values: bool) -> bool:
    before, _, after = TEXT.partition("{}")
    text = f"{before}{expression}.{after}"
    settings = replace(DEFAULT_SETTINGS, members_of_all_values=Sourced(all_values))
    snapshot = snapshot_of({"test_a.py": text}, settings)
    offset = len(before) + len(expression) + 1
    site = site_at(snapshot, ROOT / "test_a.py", Source(text), offset)
    assert site is not None
    return bool(completions(site))


@pytest.mark.parametrize("expression", ["client", "row", "inner", "(await client.get())", "client.opened()"])
def test_what_is_made_of_injected_values_is_always_offered(expression: str) -> None:
    assert offered(expression, all_values=True)
    assert offered(expression, all_values=False)


@pytest.mark.parametrize("expression", ["stated", "made", "self", "Client()"])
def test_other_values_unless_they_are_left_to_others(expression: str) -> None:
    assert offered(expression, all_values=True)
    assert not offered(expression, all_values=False)

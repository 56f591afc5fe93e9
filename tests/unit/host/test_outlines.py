"""Outlines on disk: those that are postponed come there when somebody says so."""

from pathlib import Path

from loopscope.facts.outline import Outline
from loopscope.host.cache import Cache
from loopscope.host.outlines import CachedOutlines, PostponedOutlines


def test_postponed_outlines_are_there_for_the_next_session_once_they_are_written(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    postponed = PostponedOutlines(Cache(directory))
    postponed.put("x = 1\n", Outline(()))
    postponed.put("y = 1\n", Outline(()))
    assert CachedOutlines(Cache(directory)).get("x = 1\n") is None
    assert postponed.waits
    postponed.write()
    assert not postponed.waits
    assert [CachedOutlines(Cache(directory)).get(text) for text in ("x = 1\n", "y = 1\n")] == [Outline(()), Outline(())]

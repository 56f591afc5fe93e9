"""Outlines of installed files, kept on disk: pytest and its plugins are the same at every start."""

from loopscope.facts.outline import Outline
from loopscope.host.cache import Cache, content_key


class CachedOutlines:
    """`workspace.snapshot.OutlineCache` over the cache folder."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, text: str) -> Outline | None:
        """The outline of a text, if it was seen before."""
        found = self._cache.get(content_key("outline", text))
        return found if isinstance(found, Outline) else None

    def put(self, text: str, outline: Outline) -> None:
        """Remember the outline of a text."""
        self._cache.put(content_key("outline", text), outline)

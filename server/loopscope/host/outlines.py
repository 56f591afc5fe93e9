"""Outlines of installed files, kept on disk: pytest and its plugins are the same at every start."""

from contextlib import suppress

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


class PostponedOutlines(CachedOutlines):
    """The same, but what is new is written when somebody says so: at a first start that is a tenth of the time."""

    def __init__(self, cache: Cache) -> None:
        super().__init__(cache)
        self._waiting: dict[str, Outline] = {}

    def put(self, text: str, outline: Outline) -> None:
        """Remember the outline of a text until `write` is called."""
        self._waiting[text] = outline

    @property
    def waits(self) -> bool:
        """Whether there is something to write."""
        return bool(self._waiting)

    def write(self) -> None:
        """Write what is new. May be called from any thread while others go on."""
        with suppress(KeyError):  # when none is left
            while True:
                super().put(*self._waiting.popitem())

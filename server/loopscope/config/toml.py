"""TOML files: values from `tomllib`, and where each key is from `toml_spans`."""

import re
from functools import lru_cache
from typing import NamedTuple

from loopscope.config.document import Located, SyntaxProblem, as_table
from loopscope.config.toml_spans import KeyPath, TomlSpans, locate_keys

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class TomlFile(NamedTuple):
    """A parsed TOML document and the places of its keys (without entry when a key could not be located)."""

    values: dict[str, object]
    spans: TomlSpans

    def table(self, *path: str) -> dict[str, object] | None:
        """The table at a path of keys, or None when there is none (or something that is no table)."""
        found: object = self.values
        for key in path:
            found = (as_table(found) or {}).get(key)
        return as_table(found)

    def located(self, *path: str) -> Located | None:
        """Where the key at a path is; for a table, its header is both key and value."""
        return self.spans.get(path)


@lru_cache(maxsize=4)  # pytest's settings, ours and ruff's stand in one file, and each asks
def parse_toml(text: str) -> TomlFile | SyntaxProblem:
    """The document, or why `tomllib` refuses it, with the 1-based line when it names one."""
    import tomllib  # noqa: PLC0415  seldom needed, slow to load

    text_without_mark = text.removeprefix("\ufeff")
    try:
        values = tomllib.loads(text_without_mark)
    except RecursionError:
        return SyntaxProblem(None, "nested too deeply")
    except ValueError as error:
        return _refusal(str(error), text)
    spans: dict[KeyPath, Located] = locate_keys(text)
    return TomlFile(values, spans)


def _refusal(message: str, text: str) -> SyntaxProblem:
    place = _PLACE.search(message)
    if place is None:
        return SyntaxProblem(None, message)
    line = int(place[1]) if place[1] else text.count("\n") + 1
    return SyntaxProblem(line, message[: place.start()])

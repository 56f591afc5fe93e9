"""What comes once in a session, and is large: the abilities of the client, and those of the server.

To make lsprotocol's classes for them, and the code that converts these, would take longer than reading a project.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any, cast

import attrs
from cattrs import Converter
from lsprotocol import types


class Said(dict[str, Any]):
    """A JSON object that is read like an object of lsprotocol: by its attributes, each None unless it was said."""

    def __getattr__(self, name: str) -> Any:
        """The value of a field, by the name that lsprotocol has for it."""
        value: object = self.get(_camel_case(name))
        return Said(cast("dict[str, Any]", value)) if isinstance(value, dict) else value


def convert_by_hand(converter: Converter) -> None:
    """Have a converter read `ClientCapabilities` as `Said`, and write `ServerCapabilities` by `plain`."""
    converter.register_structure_hook(types.ClientCapabilities, _said)
    converter.register_unstructure_hook(types.ServerCapabilities, plain)


def plain(value: object) -> Any:
    """An object of lsprotocol as JSON has it, without what is None."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast("Sequence[object]", value)]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in cast("dict[str, object]", value).items()}
    kind: type[Any] = type(value)
    if attrs.has(kind):
        named = ((field.name, getattr(value, field.name)) for field in attrs.fields(kind))
        return {_camel_case(name): plain(each) for name, each in named if each is not None}
    return value


def _said(value: object, _: object) -> Said:
    if not isinstance(value, dict):
        raise TypeError(f"an object is expected, not {value!r}")
    return Said(cast("dict[str, Any]", value))


def _camel_case(name: str) -> str:
    """lsprotocol's name of a field as LSP has it: `value_set` is `valueSet`."""
    first, *others = name.removesuffix("_").split("_")
    return first + "".join([each.title() for each in others])

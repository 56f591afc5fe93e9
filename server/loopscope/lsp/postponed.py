"""lsprotocol's types without the cost of making them all: each class is completed when it is first used.

lsprotocol has attrs write the methods of 554 classes while it is imported, which takes a quarter of a second and 20 MB;
a session uses some hundred of them. So `attrs.define` stands aside during that import, and a class is handed to it when
an instance is made or its fields are asked for. A completed class is a plain attrs class.
"""

import sys
import threading
from typing import Any, cast

import attrs

_ATTRS = ("__attrs_", "__match_args__")
"""How the names begin that attrs adds to a class and others look for there."""
_completing = threading.RLock()


def import_types() -> None:
    """Import `lsprotocol.types` and its converter's hooks; without effect when somebody has imported them already."""
    if "lsprotocol.types" in sys.modules:
        return
    define, field = attrs.define, attrs.field
    attrs.define = _postpone  # type: ignore[assignment]  # lsprotocol uses it as a plain decorator only
    attrs.field = _Field  # type: ignore[assignment]  # and this with keywords only
    try:
        from lsprotocol import types  # noqa: PLC0415  the point of this function
    finally:
        attrs.define, attrs.field = define, field
    from lsprotocol import _hooks  # noqa: PLC0415  imports the types

    _Postponed.names = types.ALL_TYPES_MAP
    # Forward references are resolved class by class. Where lsprotocol no longer has this flag it completes them all.
    _hooks._resolved_forward_references = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  no other way


class _Field:
    """What `attrs.field` will be asked for: there are thousands."""

    __slots__ = ("given",)

    def __init__(self, **given: Any) -> None:
        self.given = given


class _Completed(type):
    """The class of a class that is an attrs class now. (Python lets no class change to plain `type`.)"""


class _Postponed(type):
    """The class of a class that attrs has not seen yet."""

    names: dict[str, Any]

    def __getattr__(cls, name: str) -> Any:
        if not name.startswith(_ATTRS):
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        _complete(cls)
        return getattr(cls, name)


def _postpone(cls: type) -> type:
    own = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    own["__init__"] = _first_instance
    return _Postponed(cls.__name__, cls.__bases__, own)


def _first_instance(self: object, *args: object, **kwargs: object) -> None:
    _complete(type(self))
    type(self).__init__(self, *args, **kwargs)  # the one that attrs has made


def _complete(cls: Any) -> None:
    """Have attrs complete a class. Any thread may ask."""
    with _completing:
        if issubclass(type(cls), _Postponed):
            # First, since attrs looks for what it adds.
            cls.__class__ = _Completed
            own = dict(vars(cast("type", cls)))
            for name, field in own.items():
                if isinstance(field, _Field):
                    setattr(cls, name, attrs.field(**field.given))
            # With slots attrs would make another class.
            attrs.define(cls, slots=False, init=True)
            attrs.resolve_types(cls, _Postponed.names, {})

"""What libraries make at run time and state nowhere: found by reading their sources, and written down here.

Keys are the last two parts of a file's path, then the dotted name of a function or class in it. What functions give is
written as an annotation in that file would be, with full names.
"""

from collections.abc import Mapping

_TEXT = "aiofiles.threadpool.text.AsyncTextIOWrapper"
_BINARY = "aiofiles.threadpool.binary.AsyncBufferedIOBase"
_SPOOLED = "aiofiles.tempfile.temptypes.AsyncSpooledTemporaryFile"
_FILE = "aiofiles.base.AiofilesContextManager"
_CONNECTION = "asyncpg.connection.Connection"
_ONCE_AWAITED = "collections.abc.Generator[object, object, {}]"

_CHAINED = (
    *("all", "filter", "exclude", "complex_filter", "order_by", "reverse", "distinct", "none", "using"),
    *("select_related", "prefetch_related", "select_for_update", "annotate", "alias", "defer", "only", "extra"),
    *("union", "intersection", "difference"),
)
_FETCHING = ("get", "create", "first", "last", "earliest", "latest")
_MAKING = ("get_or_create", "update_or_create")

RETURNS: Mapping[str, Mapping[str, str]] = {
    "aiofiles/base.py": {
        "AiofilesContextManager.__aenter__": "T",
        "AiofilesContextManager.__await__": _ONCE_AWAITED.format("T"),
        # Before 24.1 it inherits them.
        "_ContextManager.__aenter__": "T",
        "_ContextManager.__await__": _ONCE_AWAITED.format("T"),
    },
    "threadpool/__init__.py": {"open": f"{_FILE}[{_TEXT}]"},
    "tempfile/__init__.py": {
        "NamedTemporaryFile": f"{_FILE}[{_BINARY}]",
        "TemporaryFile": f"{_FILE}[{_BINARY}]",
        "SpooledTemporaryFile": f"{_FILE}[{_SPOOLED}]",
    },
    # Of query sets and managers T is the model; what `values()` gives has none.
    "models/query.py": {
        **dict.fromkeys((f"QuerySet.{name}" for name in _CHAINED), "typing.Self"),
        **dict.fromkeys((f"QuerySet.{prefix}{name}" for name in _FETCHING for prefix in ("", "a")), "T"),
        **dict.fromkeys((f"QuerySet.{prefix}{name}" for name in _MAKING for prefix in ("", "a")), "tuple[T, bool]"),
        "QuerySet.__aiter__": "collections.abc.AsyncIterator[T]",
        "QuerySet.as_manager": "typing.Self",
    },
    "models/manager.py": {"BaseManager.__new__": "typing.Self"},
    "auth/models.py": {
        f"UserManager.{name}": "T" for name in ("create_user", "acreate_user", "create_superuser", "acreate_superuser")
    },
    # What a pool hands out passes on all public methods of a connection.
    "asyncpg/connection.py": {"connect": _CONNECTION},
    "asyncpg/pool.py": {
        "PoolAcquireContext.__aenter__": _CONNECTION,
        "PoolAcquireContext.__await__": _ONCE_AWAITED.format(_CONNECTION),
    },
}
"""What functions without an annotation give; coroutine functions once they are awaited."""

BY_MODE: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "threadpool/__init__.py": {"open": ("r", f"{_FILE}[{_TEXT}]", f"{_FILE}[{_BINARY}]")},
    "tempfile/__init__.py": {
        "NamedTemporaryFile": ("w+b", f"{_FILE}[{_TEXT}]", f"{_FILE}[{_BINARY}]"),
        "TemporaryFile": ("w+b", f"{_FILE}[{_TEXT}]", f"{_FILE}[{_BINARY}]"),
    },
}
"""Functions that open files: the mode if none is given, and what they give for text and for bytes."""

PARAMETERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "aiofiles/base.py": {"AiofilesContextManager": ("T",), "_ContextManager": ("T",)},
    "models/query.py": {"QuerySet": ("T",)},
    "auth/models.py": {"UserManager": ("T",)},
}
"""The type variables that `RETURNS` uses of classes that declare none."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "cache/__init__.py": {"cache": "django.core.cache.backends.base.BaseCache"},
}
"""The classes of what modules assign to names."""

MEMBERS_MADE: Mapping[str, bool | None] = {
    "delegate_to_executor": True,
    "cond_delegate_to_executor": True,
    "proxy_method_directly": False,
    "proxy_property_directly": None,
}
"""Decorators of classes that make members of the names they are given: coroutine functions, others, or properties."""

CALLS = (("aio", "_base_call.py"), ("aio", "_call.py"))
"""Files of classes whose instances, calls of gRPC, are awaited for what is not known here: a message."""

"""What of the standard library must be awaited, by name: true whether or not its source is at hand.

Mirrors the documentation of `asyncio` (streams, synchronisation primitives, queues, subprocesses, tasks).
"""

from collections.abc import Mapping
from typing import NamedTuple

COROUTINE_FUNCTIONS = frozenset(
    f"asyncio.{name}"
    for name in (
        "sleep",
        "wait",
        "wait_for",
        "to_thread",
        "open_connection",
        "open_unix_connection",
        "start_server",
        "start_unix_server",
        "create_subprocess_exec",
        "create_subprocess_shell",
        "staggered.staggered_race",
    )
)
"""Coroutine functions of the standard library. `gather`, `shield` and `create_task` give futures, which do run."""

FUTURE_FUNCTIONS = frozenset(
    f"asyncio.{name}" for name in ("gather", "shield", "create_task", "ensure_future", "wrap_future")
)
"""Functions that give a future or task: it runs without `await`, but its result is not there yet."""


class Interface(NamedTuple):
    """The methods of a class: coroutine methods, others that give something that is not awaitable, how it is entered.

    `results` names the class that an awaited or called method gives, where it is one of these.
    """

    coroutines: frozenset[str]
    others: frozenset[str]
    enters: str = ""
    """`with`, `async with` or empty."""
    results: Mapping[str, str] = {}
    awaitable: bool = False
    attributes: Mapping[str, str] = {}
    """The classes of attributes that are no methods."""


def _interface(
    coroutines: str,
    others: str,
    enters: str = "",
    results: Mapping[str, str] | None = None,
    *,
    awaitable: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> Interface:
    return Interface(
        frozenset(coroutines.split()), frozenset(others.split()), enters, results or {}, awaitable, attributes or {}
    )


_LOCK = _interface("acquire", "locked release", "async with")
_SEMAPHORE = _interface("acquire", "locked release", "async with")
_QUEUE = _interface("get put join", "get_nowait put_nowait task_done qsize empty full shutdown")
_FUTURE = _interface(
    "",
    "result exception done cancelled cancel add_done_callback remove_done_callback set_result set_exception get_loop "
    "get_name set_name get_coro get_context get_stack print_stack uncancel cancelling",
    awaitable=True,
)

CLASSES: Mapping[str, Interface] = {
    "asyncio.Event": _interface("wait", "set clear is_set"),
    "asyncio.Lock": _LOCK,
    "asyncio.Condition": _interface("acquire wait wait_for", "locked release notify notify_all", "async with"),
    "asyncio.Semaphore": _SEMAPHORE,
    "asyncio.BoundedSemaphore": _SEMAPHORE,
    "asyncio.Barrier": _interface("wait reset abort", "", "async with"),
    "asyncio.Queue": _QUEUE,
    "asyncio.PriorityQueue": _QUEUE,
    "asyncio.LifoQueue": _QUEUE,
    "asyncio.Future": _FUTURE,
    "asyncio.Task": _FUTURE,
    "asyncio.TaskGroup": _interface("", "create_task", "async with", {"create_task": "asyncio.Task"}),
    "asyncio.Timeout": _interface("", "when reschedule expired", "async with"),
    "asyncio.Runner": _interface("", "run close get_loop", "with"),
    "asyncio.Server": _interface(
        "start_serving serve_forever wait_closed", "close get_loop is_serving close_clients abort_clients", "async with"
    ),
    "asyncio.StreamReader": _interface("read readline readexactly readuntil", "at_eof feed_data feed_eof"),
    "asyncio.StreamWriter": _interface(
        "drain wait_closed start_tls", "write writelines write_eof can_write_eof close is_closing get_extra_info"
    ),
    "asyncio.subprocess.Process": _interface(
        "wait communicate",
        "kill terminate send_signal",
        attributes={
            "stdin": "asyncio.StreamWriter",
            "stdout": "asyncio.StreamReader",
            "stderr": "asyncio.StreamReader",
        },
    ),
    "asyncio.AbstractEventLoop": _interface(
        "create_server create_unix_server create_connection create_unix_connection create_datagram_endpoint "
        "connect_accepted_socket connect_read_pipe connect_write_pipe subprocess_exec subprocess_shell start_tls "
        "sendfile getaddrinfo getnameinfo shutdown_asyncgens shutdown_default_executor "
        "sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto sock_accept sock_sendfile",
        "call_soon call_soon_threadsafe call_later call_at time stop close is_running is_closed get_debug set_debug "
        "add_reader remove_reader add_writer remove_writer add_signal_handler remove_signal_handler "
        "set_exception_handler get_exception_handler set_task_factory get_task_factory",
        results={"create_server": "asyncio.Server", "create_unix_server": "asyncio.Server"},
    ),
    "contextlib.AsyncExitStack": _interface(
        "enter_async_context aclose", "push push_async_exit callback push_async_callback pop_all", "async with"
    ),
    "contextlib.ExitStack": _interface("", "enter_context push callback pop_all close", "with"),
}
"""Classes of the standard library that async code handles."""

LOOP_FUNCTIONS = frozenset(("asyncio.get_running_loop", "asyncio.get_event_loop", "asyncio.new_event_loop"))
"""Functions that give an event loop at once."""

INSTANCES: Mapping[str, tuple[str, ...]] = {
    "asyncio.timeout": ("asyncio.Timeout",),
    "asyncio.timeout_at": ("asyncio.Timeout",),
    "asyncio.gather": ("asyncio.Future",),
    "asyncio.shield": ("asyncio.Future",),
    "asyncio.create_task": ("asyncio.Task",),
    "asyncio.ensure_future": ("asyncio.Future",),
    "asyncio.wrap_future": ("asyncio.Future",),
    "asyncio.start_server": ("asyncio.Server",),
    "asyncio.start_unix_server": ("asyncio.Server",),
    "asyncio.open_connection": ("asyncio.StreamReader", "asyncio.StreamWriter"),
    "asyncio.open_unix_connection": ("asyncio.StreamReader", "asyncio.StreamWriter"),
    "asyncio.create_subprocess_exec": ("asyncio.subprocess.Process",),
    "asyncio.create_subprocess_shell": ("asyncio.subprocess.Process",),
}
"""The class that a function of the standard library gives, once awaited; several are a tuple of them."""

_SAME = {
    "asyncio.locks": "asyncio",
    "asyncio.queues": "asyncio",
    "asyncio.tasks": "asyncio",
    "asyncio.streams": "asyncio",
    "asyncio.timeouts": "asyncio",
    "asyncio.taskgroups": "asyncio",
    "asyncio.runners": "asyncio",
    "asyncio.futures": "asyncio",
    "asyncio.base_events": "asyncio",
    "asyncio.events": "asyncio",
    "_asyncio": "asyncio",
}


def public_name(name: str) -> str:
    """The name under which something of `asyncio` is documented: `asyncio.locks.Event` is `asyncio.Event`."""
    module, _, last = name.rpartition(".")
    return f"{_SAME[module]}.{last}" if module in _SAME else name

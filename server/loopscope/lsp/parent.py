"""Noticing that the process which started the server is gone (LSP, `InitializeParams.processId`)."""

import asyncio
import os
from collections.abc import Callable

POLL_SECONDS = 3.0


def when_gone(pid: int, callback: Callable[[], None]) -> None:
    """Call `callback` on the running loop once the process `pid` has ended.

    Nothing happens when there is no such process now: the client may live in another container.
    """
    loop = asyncio.get_running_loop()
    if not _alive(pid):
        return
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(pid)
        except OSError:
            pass
        else:

            def gone() -> None:
                loop.remove_reader(descriptor)
                os.close(descriptor)
                callback()

            loop.add_reader(descriptor, gone)
            return

    def poll() -> None:
        if _alive(pid):
            loop.call_later(POLL_SECONDS, poll)
        else:
            callback()

    loop.call_later(POLL_SECONDS, poll)


def _alive(pid: int) -> bool:
    if pid <= 0 or os.name == "nt":
        # Windows has no signal 0; there the end of stdin is the sign.
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

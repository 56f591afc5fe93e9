"""Work off the event loop, which stops when nobody waits for it any more."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from loopscope.host.garbage import resting
from loopscope.workspace.cancel import Cancelled, CancelToken

T = TypeVar("T")

WRITTEN_SECONDS = 0.02
"""How long the garbage collector rests after a first look at a file: much was parsed, and to go through all of it takes
a tenth of a second, for which the thread that writes the diagnostics would wait."""
AGAIN_WRITTEN_SECONDS = 0.003
"""The same after an edit. A collection takes some milliseconds then: better between two edits than in one."""


class Token:
    """A `CancelToken` that any thread may cancel."""

    __slots__ = ("_cancelled",)

    def __init__(self) -> None:
        self._cancelled = False

    def cancel(self) -> None:
        """Make every later `check` raise."""
        self._cancelled = True

    def check(self) -> None:
        """Raises `Cancelled` once the token is cancelled."""
        if self._cancelled:
            raise Cancelled


class Workers:
    """A few threads. The analysis holds the interpreter lock, so more would not be faster, only later."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=3, thread_name_prefix="loopscope-worker")

    async def run(self, job: Callable[[CancelToken], T]) -> T:
        """What `job` returns, run in a thread. Cancelling the awaiting task cancels the token that `job` got."""
        token = Token()
        future = asyncio.get_running_loop().run_in_executor(self._pool, job, token)
        try:
            return await future
        except (asyncio.CancelledError, Cancelled):
            token.cancel()
            raise asyncio.CancelledError from None

    def stop(self) -> None:
        """Start no more jobs."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def rest_until_written(done: asyncio.Event) -> None:
    """The garbage collector rests until something is done and its answer is written."""
    with resting():
        await done.wait()
        await asyncio.sleep(WRITTEN_SECONDS)

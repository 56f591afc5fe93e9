"""Messages over two byte streams: one thread reads, one writes, so that the event loop never waits for the client.

pygls's own reader takes four thread switches a message and answers nothing to a message that it cannot read; its
writer stops the server while a client does not read.
"""

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Iterator

from loopscope.lsp.log import LOG

MAX_MESSAGE = 200_000_000
MAX_HEADER = 8_192

_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?$")


class BrokenStreamError(Exception):
    """The bytes are no base protocol (LSP, Base Protocol); where the next message starts is unknown."""


class Framing:
    """Cuts a stream of bytes into the bodies of messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete once `data` has come. Raises `BrokenStreamError`."""
        self._buffer += data
        while True:
            if self._length is None and not self._read_header():
                return
            assert self._length is not None
            if len(self._buffer) < self._length:
                return
            body = bytes(self._buffer[: self._length])
            del self._buffer[: self._length]
            self._length = None
            yield body

    def _read_header(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEADER:
                raise BrokenStreamError("a header has no end")
            return False
        header = bytes(self._buffer[:end])
        found = _LENGTH.search(header)
        if found is None or int(found[1]) > MAX_MESSAGE:
            raise BrokenStreamError(f"no usable Content-Length in {header[:80]!r}")
        del self._buffer[: end + 4]
        self._length = int(found[1])
        return True


class ByteWriter:
    """Where pygls sends bytes: they are queued, and written in order by a thread. A client that is gone is no error."""

    def __init__(self, write: Callable[[memoryview], int]) -> None:
        self._write = write
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="loopscope-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send `data` some time soon."""
        self._queue.put(data)

    def close(self) -> None:
        """Wait until what was queued is written, at most two seconds: the client may read no more."""
        self._queue.put(None)
        self._thread.join(2)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            view = memoryview(data)
            try:
                while view:
                    view = view[self._write(view) :]
            except OSError:
                return


def start_reader(read: Callable[[int], bytes], messages: "asyncio.Queue[bytes | None]") -> None:
    """Put the body of every message into `messages`, and None at the end of the stream or where it breaks.

    `read` returns some bytes, at most so many, and none at the end. Must be called on the loop that reads the queue.
    The thread is a daemon: nothing can end a blocked read.
    """
    loop = asyncio.get_running_loop()

    def put(body: bytes | None) -> None:
        try:
            loop.call_soon_threadsafe(messages.put_nowait, body)
        except RuntimeError:
            return  # the loop is closed: the server stopped first

    threading.Thread(target=_read_all, args=(read, put), name="loopscope-reader", daemon=True).start()


def _read_all(read: Callable[[int], bytes], put: Callable[[bytes | None], None]) -> None:
    framing = Framing()
    try:
        while data := read(65_536):
            for body in framing.feed(data):
                put(body)
    except BrokenStreamError as error:
        LOG.error("The client sent what is no message, so the session ends: %s", error)
    except OSError:
        pass  # the client is gone, as at the end of the stream
    put(None)

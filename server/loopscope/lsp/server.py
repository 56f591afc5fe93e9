"""The server object: pygls for the protocol, with every handler guarded and traced."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from loopscope import __version__
from loopscope.lsp.log import LOG, configure
from loopscope.lsp.protocol import Protocol
from loopscope.lsp.work import Workers

Handler: TypeAlias = Callable[..., Awaitable[object]]


class Server(LanguageServer):
    """Connects handlers with the protocol. It holds no project state; `Session` does."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]  pygls leaves *args untyped
            "loopscope",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
        )
        self.workers = Workers()
        self.exit_code: int | None = None
        self._handlers: dict[str, Handler | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        configure(self._log_from_any_thread)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._incoming: asyncio.Queue[bytes | None] | None = None

    @property
    def wire(self) -> Protocol:
        """The protocol, as the type it really has."""
        assert isinstance(self.protocol, Protocol)
        return self.protocol

    def attach(self, loop: asyncio.AbstractEventLoop, incoming: "asyncio.Queue[bytes | None]") -> None:
        """Remember the loop on which messages are sent, and where those of the client wait."""
        self._loop = loop
        self._incoming = incoming

    async def caught_up(self) -> None:
        """Returns once no message waits: of many edits in a row only the last is worth a check."""
        while self._incoming is not None and not self._incoming.empty():  # noqa: ASYNC110  the queue tells no event
            await asyncio.sleep(0)

    def answer(self, method: str, handler: Handler, options: object = None) -> None:
        """Answer the request `method` with an `async` handler, which takes its state before its first await.

        A failure is logged and becomes an error answer; nothing else stops.
        """
        if method not in self._handlers:
            self.announce(method, _nothing, options)
        self._handlers[method] = handler

    def announce(self, method: str, connect: Callable[[], None], options: object = None) -> None:
        """Announce that the request `method` is answered: `connect` calls `answer` once the first one is there."""
        self._handlers[method] = None

        async def guarded(params: Any) -> object:
            return await self._guard(method, self._handler(method, connect), params)

        self.feature(method, options)(guarded)

    def answer_command(self, name: str, handler: Callable[..., Awaitable[object]]) -> None:
        """Answer `workspace/executeCommand` for an announced command; the handler gets the arguments as they came.

        As with `answer`, a failure is logged and becomes an error answer. So do arguments that the handler cannot take.
        """
        self._handlers[name] = handler

    def announce_command(self, name: str, connect: Callable[[], None]) -> None:
        """As `announce`: `connect` calls `answer_command`."""
        self._handlers[name] = None

        # `Any`: pygls would hand itself over to a parameter that it fits in.
        async def guarded(*arguments: Any) -> object:
            handler = self._handler(name, connect)
            try:
                inspect.signature(handler).bind(*arguments)
            except TypeError as error:
                raise JsonRpcInvalidParams(f"{name}: {error}") from error
            return await self._guard(name, lambda each: handler(*each), arguments)

        self.command(name)(guarded)

    def _handler(self, name: str, connect: Callable[[], None]) -> Handler:
        if self._handlers[name] is None:
            connect()
        handler = self._handlers[name]
        assert handler is not None
        return handler

    async def _guard(self, what: str, handler: Callable[[Any], Awaitable[object]], params: Any) -> object:
        start = time.perf_counter()
        try:
            return await handler(params)
        except JsonRpcException:
            raise
        except Exception as error:  # one request fails, the session goes on
            LOG.exception("%s failed (%s)", what, _subject(params))
            raise JsonRpcInternalError(f"{what} failed: {error!r}") from error
        finally:
            self._trace(what, params, start)

    def receive(self, method: str, handler: Callable[[Any], None], options: object = None) -> None:
        """Act on the notification `method` at once, so that messages count in the order in which they came."""

        def guarded(params: Any) -> None:
            start = time.perf_counter()
            try:
                handler(params)
            except Exception:  # noqa: BLE001  one notification fails, the session goes on
                LOG.exception("%s failed (%s)", method, _subject(params))
            finally:
                self._trace(method, params, start)

        self.feature(method, options)(guarded)

    def spawn(self, work: Callable[[], Awaitable[None]], what: str) -> "asyncio.Task[None]":
        """Run `work` beside the messages, and log it when it fails."""

        async def guarded() -> None:
            try:
                await work()
            except JsonRpcException as error:
                LOG.warning("%s: the client answered %s", what, error)
            except Exception:  # noqa: BLE001  one task fails, the session goes on
                LOG.exception("%s failed", what)

        task = asyncio.ensure_future(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _trace(self, method: str, params: Any, start: float) -> None:
        if self.protocol.trace != types.TraceValue.Off:
            message = f"{method} took {(time.perf_counter() - start) * 1000:.1f} ms"
            verbose = str(params) if self.protocol.trace == types.TraceValue.Verbose else None
            self.log_trace(types.LogTraceParams(message=message, verbose=verbose))

    def _log_from_any_thread(self, params: types.LogMessageParams) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.window_log_message, params)


def _nothing() -> None:
    """A handler is there already."""


def _subject(params: Any) -> str:
    document = getattr(params, "text_document", None)
    position = getattr(params, "position", None)
    parts = [
        str(part) for part in (getattr(document, "uri", None), getattr(document, "version", None), position) if part
    ]
    return ", ".join(parts) or "no document"

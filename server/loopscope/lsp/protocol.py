"""What loopscope does otherwise than pygls below the handlers: unreadable messages are answered, texts are its own."""

import json
from concurrent.futures import Future
from typing import Any, cast

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidRequest,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCMessage

from loopscope.lsp.handshake import convert_by_hand
from loopscope.lsp.log import LOG

_OURS = (
    types.EXIT,
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)


class Protocol(LanguageServerProtocol):
    """JSON-RPC with LSP's order of life: initialize, work, shutdown, exit."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        convert_by_hand(converter)
        # pygls would keep a second copy of every document, with lines that are not LSP's, and lose the exit code.
        builtin = cast("dict[str, object]", self.fm.builtin_features)  # pyright: ignore[reportUnknownMemberType]  untyped
        for method in _OURS:
            builtin.pop(method, None)
        self._initialized = False

    @property
    def was_shut_down(self) -> bool:
        """Whether the client has sent `shutdown`."""
        return self._shutdown

    def receive(self, body: bytes) -> None:
        """Handle one message. What cannot be read is answered with the error that JSON-RPC has for it. Never raises."""
        try:
            data: object = json.loads(body)
        except (ValueError, RecursionError) as error:
            LOG.error("A message is not JSON: %s", error)
            problem = {"code": JsonRpcParseError.CODE, "message": "not JSON"}
            # The answer's id must be null (JSON-RPC 2.0, Response object); lsprotocol would leave it out.
            self._send_data({"jsonrpc": self.VERSION, "id": None, "error": problem})
            return
        fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
        msg_id = fields.get("id")
        if not fields or fields.get("jsonrpc") != self.VERSION or not isinstance(msg_id, (int, str, type(None))):
            self._refuse(None, JsonRpcInvalidRequest("not a JSON-RPC 2.0 message"))
            return
        method = fields.get("method")
        try:
            self.handle_message(cast("RPCMessage", self.structure_message(fields)))
        except JsonRpcException as error:
            LOG.error("%s cannot be read: %s", method or "A response", error.__cause__ or error)
            if method is not None and msg_id is not None:
                self._refuse(msg_id, error)

    def handle_message(self, message: RPCMessage) -> None:
        """Pass a message on, unless it comes before `initialize` or after `shutdown` (LSP, Lifecycle Messages)."""
        method, msg_id = getattr(message, "method", None), getattr(message, "id", None)
        if method == types.INITIALIZE:
            if self._initialized:
                self._refuse(msg_id, JsonRpcInvalidRequest("the server is initialized already"))
                return
            self._initialized = True
        elif method is not None and method != types.EXIT:
            if not self._initialized:
                self._refuse(msg_id, JsonRpcServerNotInitialized("send initialize first"))
                return
            if self._shutdown:
                self._refuse(msg_id, JsonRpcInvalidRequest("the server is shut down"))
                return
        super().handle_message(message)

    def _handle_response(self, msg_id: int | str, result: Any = None, error: types.ResponseError | None = None) -> None:
        """Take an answer of the client, unless who asked has stopped waiting: pygls would raise then."""
        futures: dict[int | str, Future[Any]] = self._request_futures  # pyright: ignore[reportUnknownMemberType]  untyped
        future = futures.get(msg_id)
        if future is not None and future.cancelled():
            del futures[msg_id]
            return
        super()._handle_response(msg_id, result, error)

    def _refuse(self, msg_id: int | str | None, error: JsonRpcException) -> None:
        if msg_id is not None:
            self._send_response(msg_id, error=error.to_response_error())

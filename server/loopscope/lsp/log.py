"""The server's log: what users see in their editor's output panel."""

import logging
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types

LOG = logging.getLogger("loopscope.lsp")

_TYPES = ((logging.ERROR, types.MessageType.Error), (logging.WARNING, types.MessageType.Warning))


class ClientLog(logging.Handler):
    """Sends records as `window/logMessage`. `send` must be safe to call from any thread."""

    def __init__(self, send: Callable[[types.LogMessageParams], None]) -> None:
        super().__init__(logging.INFO)
        self._send = send
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; a failure to do so is dropped, since there is nowhere to report it."""
        kind = next((kind for level, kind in _TYPES if record.levelno >= level), types.MessageType.Info)
        try:
            self._send(types.LogMessageParams(type=kind, message=self.format(record)))
        except Exception:  # noqa: BLE001  logging must not raise into the code that logs
            self.handleError(record)


def configure(send: Callable[[types.LogMessageParams], None]) -> None:
    """Log to the client, and warnings of the libraries to stderr."""
    root = logging.getLogger("loopscope")
    root.setLevel(logging.INFO)
    root.propagate = False
    root.addHandler(ClientLog(send))
    # Both log each failed request again, with less of its context than the server's own guard.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def log_to_file(path: Path) -> None:
    """Write the log to a file as well. Raises `OSError` when it cannot be opened."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("loopscope").addHandler(handler)

"""Runs the language server over standard input and output."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from loopscope.lsp.handlers import register_all
from loopscope.lsp.log import log_to_file
from loopscope.lsp.parent import when_gone
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.transport import ByteWriter, start_reader

Read: TypeAlias = Callable[[int], bytes]
Write: TypeAlias = Callable[[memoryview], int]

SWITCH_SECONDS = 0.001
"""How long a worker thread may keep the interpreter while a message waits: Python's default is five times that."""


def serve(*, log_file: Path | None = None) -> int:
    """Runs one session; returns the exit code: 0 after `shutdown` and `exit`, 1 when the client went away without.

    Raises `OSError` when the log file cannot be written.
    """
    if log_file is not None:
        log_to_file(log_file)
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is imported by now lives as long as the process: no collection need look at it again. Answers are made of
    # thousands of small values without cycles: at Python's thresholds one completion list starts several collections.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    # Plain descriptors: a buffered stream cannot be closed while a thread waits in it. Whatever prints goes to stderr
    # from here on: on stdout it would break the protocol.
    stdin, stdout = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return asyncio.run(_session(partial(os.read, stdin), ByteWriter(partial(os.write, stdout))))


async def _session(read: Read, writer: ByteWriter) -> int:
    server = Server()
    messages: asyncio.Queue[bytes | None] = asyncio.Queue()
    server.attach(asyncio.get_running_loop(), messages)
    server.protocol.set_writer(writer)
    session = Session(server)
    register_all(server, session)
    start_reader(read, messages)
    watched = False
    try:
        while server.exit_code is None:
            body = await messages.get()
            if body is None:
                return 0 if server.wire.was_shut_down else 1
            server.wire.receive(body)
            if server.process_id is not None and not watched:
                watched = True
                when_gone(server.process_id, lambda: messages.put_nowait(None))
            # A handler's first step, in which it takes its snapshot, runs before the next message counts.
            await asyncio.sleep(0)
        return server.exit_code
    finally:
        server.workers.stop()
        session.oracle.stop()
        writer.close()

"""Telling the client that something takes long: `$/progress`, once it has taken half a second."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from lsprotocol import types

from loopscope.lsp.server import Server

PATIENCE = 0.5
"""Seconds that work may take unannounced."""

_COUNT = itertools.count(1)


class Report:
    """Where the work says how far it is; the last word is what is shown. Any thread may write."""

    def __init__(self) -> None:
        self.message: str | None = None
        self.percentage: int | None = None


@asynccontextmanager
async def work_done(server: Server, title: str, *, supported: bool) -> AsyncGenerator[Report]:
    """Shows `title` while the block runs, if that takes more than half a second and the client can show it."""
    report = Report()
    shower = asyncio.ensure_future(_show(server, title, report)) if supported else None
    try:
        yield report
    finally:
        if shower is not None:
            shower.cancel()


async def _show(server: Server, title: str, report: Report) -> None:
    await asyncio.sleep(PATIENCE)
    token = f"loopscope-{next(_COUNT)}"
    await server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
    begin = types.WorkDoneProgressBegin(title, message=report.message, percentage=report.percentage)
    server.progress(types.ProgressParams(token, begin))
    try:
        while True:
            await asyncio.sleep(PATIENCE)
            step = types.WorkDoneProgressReport(message=report.message, percentage=report.percentage)
            server.progress(types.ProgressParams(token, step))
    finally:
        server.progress(types.ProgressParams(token, types.WorkDoneProgressEnd()))

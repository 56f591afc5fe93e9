"""What requests about a place in a document have in common."""

import re
from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

from lsprotocol import types

from loopscope.features.config_text import is_pytest_config
from loopscope.features.site import Site, site_at
from loopscope.lsp.convert import offset_of
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.workspace.cancel import NEVER, CancelToken

T = TypeVar("T")
_ATTRIBUTE = re.compile(r".*\.\s*\w*\Z", re.DOTALL)


async def at_position(
    server: Server,
    session: Session,
    uri: str,
    position: types.Position,
    job: Callable[[State, Source, Site], T],
    in_config: Callable[[State, Source, PurePath, int], T | None] | None = None,
    beside: bool = False,
) -> T | None:
    """What `job` makes of the place; None for a document that is unknown or cannot be read.

    `in_config` is asked instead in files that configure pytest.

    The state is the one of the moment at which the request came in. Answered at once where the file has been looked at
    before, which takes a few milliseconds; else by a worker. So are requests behind a dot, or with `beside`: for the
    types of values, large packages may have to be read first.
    """
    state = session.current or await session.state()
    path = state.path_of(uri)
    if path is None:
        return None

    def work(token: CancelToken) -> T | None:
        token.check()
        source = state.source_of(path)
        if source is None:
            return None
        offset = offset_of(source, position, state.client.encoding)
        if in_config is not None and is_pytest_config(path):
            return in_config(state, source, path, offset)
        site = site_at(state.snapshot, path, source, offset)
        return None if site is None else job(state, source, site)

    if session.publisher.is_warm(path) and not beside and not _behind_dot(state, path, position):
        return work(NEVER)
    return await server.workers.run(work)


def _behind_dot(state: State, path: PurePath, position: types.Position) -> bool:
    source = state.source_of(path)
    if source is None:
        return False
    offset = offset_of(source, position, state.client.encoding)
    start = source.lines.starts[source.lines.line_of(offset)]
    return _ATTRIBUTE.match(source.text, start, offset) is not None

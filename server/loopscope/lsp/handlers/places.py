"""What requests that look at the whole workspace have in common."""

from collections.abc import Callable
from pathlib import PurePath
from typing import NamedTuple, TypeVar

from lsprotocol import types

from loopscope.host.garbage import resting
from loopscope.lsp.convert import offset_of, span_range
from loopscope.lsp.progress import work_done
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.span import Span
from loopscope.workspace.cancel import CancelToken

T = TypeVar("T")


class Spot(NamedTuple):
    """A place in a document of one state."""

    state: State
    path: PurePath
    offset: int


async def over_workspace(server: Server, session: Session, title: str, job: Callable[[State, CancelToken], T]) -> T:
    """What `job` makes of the state in which the request came in; a worker runs it, and its progress is shown."""
    state = session.current or await session.state()

    def work(token: CancelToken) -> T:
        with resting():
            return job(state, token)

    async with work_done(server, title, supported=state.client.progress):
        return await server.workers.run(work)


async def from_spot(
    server: Server,
    session: Session,
    uri: str,
    at: types.Position,
    title: str,
    job: Callable[[Spot, CancelToken], T],
) -> T | None:
    """What `job` makes of a place in a document; None for a document that is unknown or cannot be read."""

    def work(state: State, token: CancelToken) -> T | None:
        path = state.path_of(uri)
        source = state.source_of(path) if path is not None else None
        if path is None or source is None:
            return None
        return job(Spot(state, path, offset_of(source, at, state.client.encoding)), token)

    return await over_workspace(server, session, title, work)


def range_in(state: State, path: PurePath, span: Span) -> types.Range | None:
    """A span of a file as a range; None when the file cannot be read."""
    source = state.source_of(path)
    return None if source is None else span_range(source, span, state.client.encoding)


def location(state: State, path: PurePath, span: Span) -> types.Location | None:
    """A span of a file as a location; None when the file cannot be read."""
    found = range_in(state, path, span)
    return None if found is None else types.Location(state.uri_of(path), found)

"""textDocument/implementation (the `yield` of a fixture) and textDocument/declaration (the fixture it overrides)."""

from collections.abc import Callable
from pathlib import PurePath

from lsprotocol import types

from loopscope.features.definition import Target
from loopscope.features.navigation import declarations, implementations
from loopscope.features.site import Site
from loopscope.lsp.handlers.places import location
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.workspace.snapshot import Snapshot

_Feature = Callable[[Snapshot, PurePath, int], tuple[Target, ...]]


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def implementation(params: types.ImplementationParams) -> list[types.Location] | None:
        job = _locations(implementations)
        return await at_position(server, session, params.text_document.uri, params.position, job)

    async def declaration(params: types.DeclarationParams) -> list[types.Location] | None:
        job = _locations(declarations)
        return await at_position(server, session, params.text_document.uri, params.position, job)

    server.answer(types.TEXT_DOCUMENT_IMPLEMENTATION, implementation)
    server.answer(types.TEXT_DOCUMENT_DECLARATION, declaration)


def _locations(feature: _Feature) -> Callable[[State, Source, Site], list[types.Location]]:
    def job(state: State, _: Source, site: Site) -> list[types.Location]:
        found = feature(site.snapshot, site.path, site.cursor.offset)
        return [place for one in found if (place := location(state, one.path, one.name)) is not None]

    return job

"""textDocument/definition."""

from lsprotocol import types

from loopscope.features.definition import definitions
from loopscope.features.site import Site
from loopscope.lsp.convert import span_range
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.DefinitionParams) -> list[types.LocationLink] | list[types.Location] | None:
        return await at_position(server, session, params.text_document.uri, params.position, _definition)

    server.answer(types.TEXT_DOCUMENT_DEFINITION, answer)


def _definition(state: State, source: Source, site: Site) -> list[types.LocationLink] | list[types.Location]:
    links: list[types.LocationLink] = []
    encoding = state.client.encoding
    for target in definitions(site):
        there = state.source_of(target.path)
        if there is not None:
            whole, name = span_range(there, target.whole, encoding), span_range(there, target.name, encoding)
            origin = span_range(source, target.origin, encoding)
            links.append(types.LocationLink(state.uri_of(target.path), whole, name, origin))
    if state.client.definition_links:
        return links
    return [types.Location(link.target_uri, link.target_selection_range) for link in links]

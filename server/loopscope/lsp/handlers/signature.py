"""textDocument/signatureHelp."""

from lsprotocol import types

from loopscope.features.signature_help import Signature, signatures
from loopscope.features.signature_text import Parameter
from loopscope.features.site import Site
from loopscope.lsp.convert import markup
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source

_AWAIT = "Needs `await`: the call gives a coroutine, which does nothing until it is awaited."


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.SignatureHelpParams) -> types.SignatureHelp | None:
        return await at_position(server, session, params.text_document.uri, params.position, _help, beside=True)

    server.answer(types.TEXT_DOCUMENT_SIGNATURE_HELP, answer)


def _help(state: State, _: Source, site: Site) -> types.SignatureHelp | None:
    found = signatures(site)
    if not found:
        return None
    chosen = next((index for index, one in enumerate(found) if one.active is not None), 0)
    return types.SignatureHelp([_signature(state, one) for one in found], chosen)


def _signature(state: State, one: Signature) -> types.SignatureInformation:
    texts = [_AWAIT if one.needs_await else "", one.text.docstring or ""]
    documentation = "\n\n".join(filter(None, texts))
    parameters = [_parameter(state, one.text.text, each) for each in one.text.parameters]
    # Out of range where no parameter takes the argument: else the first one would be shown as the active one.
    active = len(parameters) if one.active is None else one.active
    return types.SignatureInformation(
        one.text.text,
        documentation=markup(documentation, markdown=state.client.markdown_signature) if documentation else None,
        parameters=parameters,
        active_parameter=active,
    )


def _parameter(state: State, label: str, one: Parameter) -> types.ParameterInformation:
    if not state.client.label_offsets:
        return types.ParameterInformation(label[one.span.start : one.span.end])
    start, end = (len(label[:offset].encode("utf-16-le")) // 2 for offset in one.span)
    return types.ParameterInformation((start, end))

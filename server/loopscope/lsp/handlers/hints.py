"""textDocument/inlayHint."""

from lsprotocol import types

from loopscope.features.inlay import HintKind, hints
from loopscope.lsp.convert import position, range_span
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.InlayHintParams) -> list[types.InlayHint]:
        state = session.current or await session.state()
        found = await server.workers.run(lambda token: _hints(state, params, token))
        session.answer_later()
        return found

    server.answer(types.TEXT_DOCUMENT_INLAY_HINT, answer)


def _hints(state: State, params: types.InlayHintParams, token: CancelToken) -> list[types.InlayHint]:
    token.check()
    path = state.path_of(params.text_document.uri)
    source = state.source_of(path) if path is not None else None
    if path is None or source is None:
        return []
    settings, encoding = state.snapshot.settings_of(path), state.client.encoding
    wanted = {
        HintKind.LOOP_SCOPE: settings.hint_loop_scope.value,
        HintKind.MARK: settings.hint_mark.value,
        HintKind.VALUE_TYPE: settings.hint_value_type.value,
    }
    kinds = [kind for kind, on in wanted.items() if on]
    found = hints(state.snapshot, path, range_span(source, params.range, encoding), kinds)
    return [
        types.InlayHint(
            position(source, one.offset, encoding),
            one.label,
            kind=types.InlayHintKind.Type if one.kind is HintKind.VALUE_TYPE else None,
            tooltip=one.tooltip,
            padding_left=one.kind is not HintKind.VALUE_TYPE,
        )
        for one in found
    ]

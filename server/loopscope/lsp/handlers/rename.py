"""textDocument/prepareRename and textDocument/rename. A refusal is an error answer, whose message editors show."""

from typing import TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from loopscope.features.refusal import Refusal
from loopscope.features.rename import Edits, prepare_rename, rename
from loopscope.lsp.convert import workspace_edit
from loopscope.lsp.handlers.places import Spot, from_spot, range_in
from loopscope.lsp.search import search_for
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.workspace.cancel import CancelToken

T = TypeVar("T")


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        found = await from_spot(
            server, session, params.text_document.uri, params.position, "loopscope: looking at the name", _prepared
        )
        return _unless_refused(found)

    async def change(params: types.RenameParams) -> types.WorkspaceEdit | None:
        def job(spot: Spot, token: CancelToken) -> types.WorkspaceEdit | Refusal | None:
            search = search_for(spot.state, token)
            edits: Edits | Refusal = rename(spot.state.snapshot, search, spot.path, spot.offset, params.new_name, token)
            return edits if isinstance(edits, Refusal) else workspace_edit(spot.state, edits)

        return _unless_refused(
            await from_spot(server, session, params.text_document.uri, params.position, "loopscope: renaming", job)
        )

    server.answer(types.TEXT_DOCUMENT_RENAME, change)
    server.answer(types.TEXT_DOCUMENT_PREPARE_RENAME, prepare)


def _prepared(spot: Spot, token: CancelToken) -> types.PrepareRenamePlaceholder | Refusal | None:
    token.check()
    found = prepare_rename(spot.state.snapshot, spot.path, spot.offset)
    if found is None or isinstance(found, Refusal):
        return found
    within = range_in(spot.state, spot.path, found.span)
    return None if within is None else types.PrepareRenamePlaceholder(within, found.name)


def _unless_refused(answer: T | Refusal) -> T:
    """The answer. Raises the error `RequestFailed` (LSP 3.17) with the reason of a refusal."""
    if isinstance(answer, Refusal):
        raise JsonRpcException(answer.reason, types.LSPErrorCodes.RequestFailed)
    return answer

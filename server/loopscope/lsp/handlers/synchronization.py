"""didOpen, didChange, didSave, didClose."""

from lsprotocol import types

from loopscope.lsp.server import Server
from loopscope.lsp.session import Session


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        session.open(params.text_document)

    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)

    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        session.saved(params.text_document.uri)

    server.receive(types.TEXT_DOCUMENT_DID_OPEN, did_open)
    server.receive(types.TEXT_DOCUMENT_DID_CHANGE, session.change)
    server.receive(types.TEXT_DOCUMENT_DID_CLOSE, did_close)
    server.receive(types.TEXT_DOCUMENT_DID_SAVE, did_save, types.SaveOptions(include_text=False))

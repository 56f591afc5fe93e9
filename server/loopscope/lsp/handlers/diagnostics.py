"""Diagnostics that the client pulls: textDocument/diagnostic and workspace/diagnostic."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import PurePath

from lsprotocol import types

from loopscope.lsp.checks import check_document, checked_paths
from loopscope.lsp.progress import work_done
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State

BATCH = 25
"""How many files' reports are sent at once to a client that takes them one after the other."""

Document = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def of_document(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        state = session.current or await session.state()
        path = state.path_of(params.text_document.uri)
        if path is None:
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        items = await server.workers.run(lambda token: check_document(state, path, token))
        session.publisher.looked_at(path)
        result_id = identity(items)
        if result_id == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=result_id)

    async def of_workspace(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        known = {one.uri: one.value for one in params.previous_result_ids}
        state = session.current or await session.state()
        if params.partial_result_token is not None and session.last_workspace_report is state.snapshot:
            # A client that takes parts asks again at once; it is answered when there is something new.
            await session.publisher.something_new()
            state = await session.state()
        session.last_workspace_report = state.snapshot
        return await _workspace(server, state, params.partial_result_token, known)

    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=True, identifier="loopscope"
    )
    server.answer(types.TEXT_DOCUMENT_DIAGNOSTIC, of_document, options)
    server.answer(types.WORKSPACE_DIAGNOSTIC, of_workspace)


def identity(items: list[types.Diagnostic]) -> str:
    """A `resultId`: equal for equal diagnostics, whatever was computed in between."""
    return hashlib.blake2b(repr(items).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


async def _workspace(
    server: Server, state: State, token: int | str | None, known: Mapping[str, str]
) -> types.WorkspaceDiagnosticReport:
    """Reports of all test files, in parts if the client gave a token for them; a file that has nothing is said so once."""
    async with work_done(server, "loopscope: checking the workspace", supported=state.client.progress) as progress:
        paths = await server.workers.run(lambda cancel: checked_paths(state, cancel))
        reports: list[Document] = []
        for start in range(0, len(paths), BATCH):
            part = paths[start : start + BATCH]
            progress.message, progress.percentage = f"{start} of {len(paths)} files", start * 100 // len(paths)
            found = await server.workers.run(
                lambda cancel, part=part: [(path, check_document(state, path, cancel)) for path in part]
            )
            batch = [one for path, items in found if (one := _report(state, path, items, known)) is not None]
            if token is not None and batch:
                _send_part(server, token, batch)
            else:
                reports += batch
            await asyncio.sleep(0)
    return types.WorkspaceDiagnosticReport(items=reports)


def _report(
    state: State, path: PurePath, items: list[types.Diagnostic], known: Mapping[str, str]
) -> Document | None:
    uri = state.uri_of(path)
    document = state.by_path.get(path)
    version = document.version if document is not None else None
    result_id = identity(items)
    before = known.get(uri)
    if before == result_id:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result_id, version)
    if not items and before is None:
        return None
    return types.WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id)


def _send_part(server: Server, token: int | str, batch: list[Document]) -> None:
    server.progress(types.ProgressParams(token, types.WorkspaceDiagnosticReportPartialResult(items=batch)))

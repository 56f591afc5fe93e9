"""Diagnostics that the client pulls: textDocument/diagnostic and workspace/diagnostic."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath

from lsprotocol import types

from loopscope.lsp.checks import check_document, checked_paths
from loopscope.lsp.progress import work_done
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.lsp.work import rest_until_written
from loopscope.workspace.cancel import CancelToken

BATCH = 25
"""How many files' reports are sent at once to a client that takes them one after the other."""

Document = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""
    streamed = _Streamed()

    async def of_document(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        state = session.current or await session.state()
        path = state.path_of(params.text_document.uri)
        if path is None:
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        first = await session.first_diagnostics(state, path) if state.client.refreshes_diagnostics else None
        if first is None:
            items = await check(state, path)
        else:
            items = first
            server.spawn(lambda: check_again(state, path, first), "checking what was found by the session before")
        result_id = identity(items)
        if result_id == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result_id)
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=result_id)

    async def check(state: State, path: PurePath) -> list[types.Diagnostic]:
        checked = asyncio.Event()
        if not session.publisher.is_warm(path):
            server.spawn(lambda: rest_until_written(checked), "letting the garbage collector rest")
        try:
            items = await server.workers.run(lambda token: check_document(state, path, token))
        finally:
            checked.set()
        session.publisher.looked_at(state, path)
        return items

    async def check_again(state: State, path: PurePath, first: list[types.Diagnostic]) -> None:
        if await check(state, path) != first:
            session.publisher.found_otherwise(state)

    async def of_workspace(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        known = {one.uri: one.value for one in params.previous_result_ids}
        state = session.current or await session.state()
        if params.partial_result_token is not None and streamed.is_known(state, known):
            # A client that takes parts asks again at once; it is answered when there is something new.
            await session.publisher.something_new()
            state = await session.state()
        report = _Report(state, known)
        await _workspace(server, params.partial_result_token, report)
        if params.partial_result_token is not None:
            streamed.state, streamed.ids = state, report.ids
        return types.WorkspaceDiagnosticReport(items=report.items)

    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="loopscope")
    server.answer(types.TEXT_DOCUMENT_DIAGNOSTIC, of_document, options)
    server.answer(types.WORKSPACE_DIAGNOSTIC, of_workspace)


def identity(items: list[types.Diagnostic]) -> str:
    """A `resultId`: equal for equal diagnostics, whatever was computed in between."""
    return hashlib.blake2b(repr(items).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class _Streamed:
    """What a client that takes parts was last told of the whole workspace."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.ids: dict[str, str] = {}

    def is_known(self, state: State, known: Mapping[str, str]) -> bool:
        """Whether a client that knows the results `known` would learn nothing."""
        return self.state is not None and self.state.snapshot is state.snapshot and self.ids == known


class _Report:
    """The reports of the files of a workspace, as they come to be. A file of which there is nothing to say has none."""

    def __init__(self, state: State, known: Mapping[str, str]) -> None:
        self.state = state
        self.items: list[Document] = []
        self.ids: dict[str, str] = {}
        self._known = known

    def add(self, path: PurePath, found: list[types.Diagnostic]) -> None:
        """Report on a file; in one word when the client knows it all."""
        uri, document = self.state.uri_of(path), self.state.by_path.get(path)
        version = document.version if document is not None else None
        result_id, before = identity(found), self._known.get(uri)
        if not found and before is None:
            return
        self.ids[uri] = result_id
        if before == result_id:
            same = types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=result_id, version=version)
            self.items.append(same)
        else:
            full = types.WorkspaceFullDocumentDiagnosticReport(
                uri=uri, items=found, version=version, result_id=result_id
            )
            self.items.append(full)


async def _workspace(server: Server, token: int | str | None, report: _Report) -> None:
    """Report on all test files; with a token the reports are sent in parts, and none are left in `report`."""
    state = report.state
    async with work_done(server, "loopscope: checking the workspace", supported=state.client.progress) as progress:
        paths = await server.workers.run(partial(checked_paths, state))
        for start in range(0, len(paths), BATCH):
            part = paths[start : start + BATCH]
            progress.message, progress.percentage = f"{start} of {len(paths)} files", start * 100 // len(paths)
            for path, found in await server.workers.run(partial(_check, state, part)):
                report.add(path, found)
            if token is not None and report.items:
                partial_result = types.WorkspaceDiagnosticReportPartialResult(items=report.items)
                server.progress(types.ProgressParams(token, partial_result))
                report.items = []


def _check(
    state: State, paths: Sequence[PurePath], cancel: CancelToken
) -> list[tuple[PurePath, list[types.Diagnostic]]]:
    return [(path, check_document(state, path, cancel)) for path in paths]

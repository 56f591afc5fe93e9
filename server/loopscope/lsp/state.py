"""What a request may look at: one frozen moment of the session."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from loopscope.engine.run import FileReport
from loopscope.lsp.client import Client
from loopscope.lsp.documents import Document
from loopscope.lsp.uris import path_of, uri_of
from loopscope.text.files import Unreadable
from loopscope.text.source import Source
from loopscope.workspace.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class State:
    """The client, the open documents by URI and by path, and the snapshot that was made of them."""

    client: Client
    documents: Mapping[str, Document]
    snapshot: Snapshot
    by_path: Mapping[PurePath, Document]
    reports: dict[PurePath, FileReport] = field(default_factory=dict[PurePath, FileReport], compare=False)
    """What was found in files of this state; only ever added to."""
    checking: dict[PurePath, threading.Lock] = field(default_factory=dict[PurePath, threading.Lock], compare=False)
    """Held by whoever checks a file: publishing, pulled diagnostics and actions ask for one report at once."""

    def path_of(self, uri: str) -> PurePath | None:
        """Where the analysis sees a document, open or not; None for one that is neither open nor a file."""
        document = self.documents.get(uri)
        return document.path if document is not None else path_of(uri)

    def uri_of(self, path: PurePath) -> str:
        """The URI of a path, as the client spells it when it has the document open."""
        document = self.by_path.get(path)
        return document.uri if document is not None else uri_of(path)

    def source_of(self, path: PurePath) -> Source | None:
        """The text that the snapshot has of a path; None when it cannot be read."""
        document = self.by_path.get(path)
        if document is not None:
            return document.source
        text = self.snapshot.files.read(path)
        return None if isinstance(text, Unreadable) else Source(text)

"""The texts of open documents, kept by the server itself. pygls splits lines as `str.splitlines` does, LSP does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from lsprotocol import types

from loopscope.lsp.uris import path_of, stand_in_path
from loopscope.text.edit import splice
from loopscope.text.lines import Encoding
from loopscope.text.source import Source
from loopscope.text.span import Span


@dataclass(frozen=True, slots=True)
class Document:
    """One version of an open document. `uri` is spelt as the client spells it; `path` is where the analysis sees it."""

    uri: str
    path: PurePath
    version: int
    source: Source
    on_disk: bool

    @property
    def text(self) -> str:
        """The whole text."""
        return self.source.text


def opened(item: types.TextDocumentItem) -> Document:
    """The document that `textDocument/didOpen` brings."""
    path = path_of(item.uri)
    return Document(item.uri, path or stand_in_path(item.uri), item.version, Source(item.text), path is not None)


def changed(
    document: Document,
    version: int,
    changes: Sequence[types.TextDocumentContentChangeEvent],
    encoding: Encoding,
) -> Document:
    """The document after the changes; each refers to the text that the ones before it made (LSP, didChange)."""
    source = document.source
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            lines, span = source.lines, change.range
            start = lines.offset(span.start.line, span.start.character, encoding)
            end = lines.offset(span.end.line, span.end.character, encoding)
            source = Source(splice(source.text, Span(min(start, end), max(start, end)), change.text))
        else:
            source = Source(change.text)
    return Document(document.uri, document.path, version, source, document.on_disk)

"""Between loopscope's offsets and LSP's positions: the only place where both are known."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath

from lsprotocol import types

from loopscope.features.proposal import Completion, Sort
from loopscope.features.symbols import Symbol, SymbolKind
from loopscope.lsp.state import State
from loopscope.rules.model import Finding, Severity, Tag
from loopscope.text.edit import Edit
from loopscope.text.lines import Encoding
from loopscope.text.source import Source
from loopscope.text.span import Span

SOURCE_NAME = "loopscope"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_TAGS = {Tag.UNNECESSARY: types.DiagnosticTag.Unnecessary, Tag.DEPRECATED: types.DiagnosticTag.Deprecated}
_COMPLETION_KINDS = {
    Sort.FIXTURE: types.CompletionItemKind.Variable,
    Sort.KEYWORD: types.CompletionItemKind.Property,
    Sort.VALUE: types.CompletionItemKind.EnumMember,
    Sort.ARGNAME: types.CompletionItemKind.Variable,
    Sort.MARK: types.CompletionItemKind.Event,
    Sort.MODULE: types.CompletionItemKind.Module,
    Sort.METHOD: types.CompletionItemKind.Method,
    Sort.ATTRIBUTE: types.CompletionItemKind.Field,
    Sort.CLASS: types.CompletionItemKind.Class,
    Sort.SNIPPET: types.CompletionItemKind.Snippet,
}
SYMBOL_KINDS = {
    SymbolKind.TEST: types.SymbolKind.Method,
    SymbolKind.FIXTURE: types.SymbolKind.Variable,
    SymbolKind.CLASS: types.SymbolKind.Class,
}


def position(source: Source, offset: int, encoding: Encoding) -> types.Position:
    """The LSP position of an offset."""
    line, character = source.lines.position(offset, encoding)
    return types.Position(line, character)


def span_range(source: Source, span: Span, encoding: Encoding) -> types.Range:
    """The LSP range of a span."""
    return types.Range(position(source, span.start, encoding), position(source, span.end, encoding))


def offset_of(source: Source, at: types.Position, encoding: Encoding) -> int:
    """The offset of an LSP position; one outside of the text counts as its nearest end."""
    return source.lines.offset(at.line, at.character, encoding)


def range_span(source: Source, within: types.Range, encoding: Encoding) -> Span:
    """The span of an LSP range."""
    return Span(offset_of(source, within.start, encoding), offset_of(source, within.end, encoding))


def diagnostic(state: State, source: Source, finding: Finding, severity: Severity, url: str | None) -> types.Diagnostic:
    """A finding as this client can show it."""
    client = state.client
    tags = [_TAGS[tag] for tag in finding.tags if _TAGS[tag] in client.diagnostic_tags]
    places = (_related(state, one.path, one.span, one.message) for one in finding.related)
    related = [place for place in places if place is not None]
    return types.Diagnostic(
        range=span_range(source, finding.span, client.encoding),
        message=finding.message,
        severity=_SEVERITIES[severity],
        code=finding.rule,
        code_description=types.CodeDescription(url) if url and client.code_description else None,
        source=SOURCE_NAME,
        tags=tags or None,
        related_information=related if client.related_information and related else None,
    )


def _related(state: State, path: PurePath, span: Span, message: str) -> types.DiagnosticRelatedInformation | None:
    source = state.source_of(path)
    if source is None:
        return None
    location = types.Location(state.uri_of(path), span_range(source, span, state.client.encoding))
    return types.DiagnosticRelatedInformation(location, message)


def workspace_edit(state: State, edits: Mapping[PurePath, Sequence[Edit]]) -> types.WorkspaceEdit | None:
    """Edits for the texts of `state`, with their versions where the client takes them; None when a text is gone."""
    changes: dict[str, list[types.TextEdit]] = {}
    versioned: list[types.TextDocumentEdit] = []
    for path, edited in edits.items():
        source = state.source_of(path)
        if source is None:
            return None
        uri = state.uri_of(path)
        converted = [types.TextEdit(span_range(source, edit.span, state.client.encoding), edit.text) for edit in edited]
        document = state.documents.get(uri)
        identifier = types.OptionalVersionedTextDocumentIdentifier(uri, document.version if document else None)
        changes[uri] = converted
        versioned.append(types.TextDocumentEdit(identifier, [*converted]))
    if state.client.versioned_edits:
        return types.WorkspaceEdit(document_changes=versioned)
    return types.WorkspaceEdit(changes=changes)


def completion_item(
    state: State,
    source: Source,
    within: types.Range,
    completion: Completion,
    data: object,
    documentation: str,
    more: list[types.TextEdit],
) -> types.CompletionItem:
    """A proposal to put `within` a range, unless it has its own; `data` comes back with a wish for documentation.

    `more` are its other edits, which many proposals share.
    """
    encoding = state.client.encoding
    where = within if completion.span is None else span_range(source, completion.span, encoding)
    edit = types.TextEdit(where, completion.text)
    marked = types.CompletionItemLabelDetails(description=completion.mark) if completion.mark else None
    is_snippet = completion.sort is Sort.SNIPPET
    return types.CompletionItem(
        label=completion.label,
        label_details=marked if state.client.label_details else None,
        kind=_COMPLETION_KINDS[completion.sort],
        detail=completion.detail or None,
        documentation=markup(documentation, markdown=state.client.markdown_completion) if documentation else None,
        sort_text=completion.rank,
        insert_text_format=types.InsertTextFormat.Snippet if is_snippet else None,
        insert_text_mode=types.InsertTextMode.AdjustIndentation if is_snippet else None,
        text_edit=edit,
        additional_text_edits=more or None,
        data=data,
    )


def text_edits(source: Source, edits: Iterable[Edit], encoding: Encoding) -> list[types.TextEdit]:
    """Edits of one file as LSP has them."""
    return [types.TextEdit(span_range(source, one.span, encoding), one.text) for one in edits]


def markup(text: str, *, markdown: bool) -> types.MarkupContent:
    """Markdown, or the same without its marks for a client that shows text as it is."""
    if markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    lines = [line for line in text.split("\n") if not line.startswith("```")]
    plain = "\n".join(lines).replace("**", "").replace("`", "").replace("*", "")
    return types.MarkupContent(types.MarkupKind.PlainText, plain)


def document_symbol(source: Source, symbol: Symbol, encoding: Encoding) -> types.DocumentSymbol:
    """A symbol with those inside of it."""
    return types.DocumentSymbol(
        name=symbol.name,
        kind=SYMBOL_KINDS[symbol.kind],
        range=span_range(source, symbol.whole, encoding),
        selection_range=span_range(source, symbol.selection, encoding),
        detail=symbol.detail or None,
        children=[document_symbol(source, child, encoding) for child in symbol.children],
    )


def flat_symbols(
    uri: str, source: Source, symbol: Symbol, encoding: Encoding, holder: str | None = None
) -> list[types.SymbolInformation]:
    """A symbol and those inside of it, for a client that knows no hierarchy."""
    location = types.Location(uri, span_range(source, symbol.whole, encoding))
    own = types.SymbolInformation(location, symbol.name, SYMBOL_KINDS[symbol.kind], container_name=holder)
    inner = [one for child in symbol.children for one in flat_symbols(uri, source, child, encoding, symbol.name)]
    return [own, *inner]

"""What the client can do, read once from its capabilities. A client that names none gets the plainest answers."""

from dataclasses import dataclass
from typing import cast

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from loopscope.text.lines import Encoding


@dataclass(frozen=True, slots=True)
class Client:
    """The capabilities that change what the server says or does; the names follow LSP's."""

    encoding: Encoding = "utf-16"
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    refreshes_hints: bool = False
    diagnostic_versions: bool = False
    related_information: bool = False
    code_description: bool = False
    diagnostic_tags: frozenset[types.DiagnosticTag] = frozenset()
    code_action_literals: bool = False
    code_action_resolve: bool = False
    preferred_actions: bool = False
    versioned_edits: bool = False
    change_annotations: bool = False
    applies_edits: bool = False
    markdown_hover: bool = False
    markdown_completion: bool = False
    markdown_signature: bool = False
    label_offsets: bool = False
    label_details: bool = False
    snippets: bool = False
    lazy_documentation: bool = False
    hierarchical_symbols: bool = False
    definition_links: bool = False
    configuration: bool = False
    dynamic_configuration: bool = False
    dynamic_watching: bool = False
    relative_patterns: bool = False
    progress: bool = False
    commands: frozenset[str] = frozenset()
    """Commands of the client that a code lens may carry: `experimental.commands.commands`, as rust-analyzer has it."""


def client_of(params: types.InitializeParams) -> Client:
    """What `initialize` says of the client."""
    caps = params.capabilities
    resolvable = get_capability(caps, "text_document.code_action.resolve_support.properties") or ()
    lazy = get_capability(caps, "text_document.completion.completion_item.resolve_support.properties") or ()
    tags = get_capability(caps, "text_document.publish_diagnostics.tag_support.value_set") or ()
    hover = get_capability(caps, "text_document.hover.content_format") or ()
    documentation = get_capability(caps, "text_document.completion.completion_item.documentation_format") or ()
    signature = get_capability(caps, "text_document.signature_help.signature_information.documentation_format") or ()
    return Client(
        encoding=_encoding(caps),
        pulls_diagnostics=get_capability(caps, "text_document.diagnostic") is not None,
        refreshes_diagnostics=bool(get_capability(caps, "workspace.diagnostics.refresh_support")),
        refreshes_hints=bool(get_capability(caps, "workspace.inlay_hint.refresh_support")),
        diagnostic_versions=bool(get_capability(caps, "text_document.publish_diagnostics.version_support")),
        related_information=bool(get_capability(caps, "text_document.publish_diagnostics.related_information"))
        or bool(get_capability(caps, "text_document.diagnostic.related_information")),
        code_description=bool(get_capability(caps, "text_document.publish_diagnostics.code_description_support"))
        or bool(get_capability(caps, "text_document.diagnostic.code_description_support")),
        diagnostic_tags=frozenset(tag for tag in types.DiagnosticTag if tag in tags),
        code_action_literals=get_capability(caps, "text_document.code_action.code_action_literal_support") is not None,
        code_action_resolve="edit" in resolvable,
        preferred_actions=bool(get_capability(caps, "text_document.code_action.is_preferred_support")),
        versioned_edits=bool(get_capability(caps, "workspace.workspace_edit.document_changes")),
        change_annotations=get_capability(caps, "workspace.workspace_edit.change_annotation_support") is not None,
        applies_edits=bool(get_capability(caps, "workspace.apply_edit")),
        markdown_hover=types.MarkupKind.Markdown in hover,
        markdown_completion=types.MarkupKind.Markdown in documentation,
        markdown_signature=types.MarkupKind.Markdown in signature,
        label_offsets=bool(
            get_capability(
                caps, "text_document.signature_help.signature_information.parameter_information.label_offset_support"
            )
        ),
        label_details=bool(get_capability(caps, "text_document.completion.completion_item.label_details_support")),
        snippets=bool(get_capability(caps, "text_document.completion.completion_item.snippet_support")),
        lazy_documentation="documentation" in lazy or not lazy,
        hierarchical_symbols=bool(
            get_capability(caps, "text_document.document_symbol.hierarchical_document_symbol_support")
        ),
        definition_links=bool(get_capability(caps, "text_document.definition.link_support")),
        configuration=bool(get_capability(caps, "workspace.configuration")),
        dynamic_configuration=bool(get_capability(caps, "workspace.did_change_configuration.dynamic_registration")),
        dynamic_watching=bool(get_capability(caps, "workspace.did_change_watched_files.dynamic_registration")),
        relative_patterns=bool(get_capability(caps, "workspace.did_change_watched_files.relative_pattern_support")),
        progress=bool(get_capability(caps, "window.work_done_progress")),
        commands=_commands(caps.experimental),
    )


def _commands(experimental: object) -> frozenset[str]:
    match experimental:
        case {"commands": {"commands": list()}}:
            named = cast("dict[str, dict[str, list[object]]]", experimental)["commands"]["commands"]
            return frozenset(one for one in named if isinstance(one, str))
        case _:
            return frozenset()


def _encoding(caps: types.ClientCapabilities) -> Encoding:
    # pygls announces this same choice to the client.
    match ServerCapabilitiesBuilder.choose_position_encoding(caps):
        case types.PositionEncodingKind.Utf8:
            return "utf-8"
        case types.PositionEncodingKind.Utf32:
            return "utf-32"
        case _:
            return "utf-16"

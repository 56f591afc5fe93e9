"""What the server can be asked for besides diagnostics, so that the code that answers is loaded when it is."""

from collections.abc import Mapping

from lsprotocol import types

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.loopscope"
MIGRATE = "source.migrate.loopscope"
_KINDS: list[types.CodeActionKind | str] = [
    *(types.CodeActionKind.QuickFix.value, FIX_ALL),
    *(types.CodeActionKind.RefactorRewrite.value, types.CodeActionKind.RefactorMove.value, MIGRATE),
]

STATUS = "loopscope.status"
EFFECTIVE_CONFIGURATION = "loopscope.effectiveConfiguration"
LOOP_MAP = "loopscope.loopMap"
FIX_WORKSPACE = "loopscope.fixWorkspace"
EXPLAIN = "loopscope.explain"

REQUESTS: Mapping[str, Mapping[str, object]] = {
    "actions": {
        types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(code_action_kinds=_KINDS, resolve_provider=True),
        types.CODE_ACTION_RESOLVE: None,
    },
    "completion": {
        types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions(
            trigger_characters=["(", ",", '"', "'", "=", "."], resolve_provider=True
        ),
        types.COMPLETION_ITEM_RESOLVE: None,
    },
    "signature": {
        types.TEXT_DOCUMENT_SIGNATURE_HELP: types.SignatureHelpOptions(trigger_characters=["(", ","]),
    },
    "hover": {types.TEXT_DOCUMENT_HOVER: None},
    "definition": {types.TEXT_DOCUMENT_DEFINITION: None},
    "symbols": {types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: None},
    "references": {types.TEXT_DOCUMENT_REFERENCES: None, types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: None},
    "rename": {
        types.TEXT_DOCUMENT_RENAME: types.RenameOptions(prepare_provider=True),
        types.TEXT_DOCUMENT_PREPARE_RENAME: None,
    },
    "hierarchy": {
        types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: None,
        types.CALL_HIERARCHY_INCOMING_CALLS: None,
        types.CALL_HIERARCHY_OUTGOING_CALLS: None,
    },
    "workspace_symbols": {types.WORKSPACE_SYMBOL: None},
    "navigation": {types.TEXT_DOCUMENT_IMPLEMENTATION: None, types.TEXT_DOCUMENT_DECLARATION: None},
    "hints": {types.TEXT_DOCUMENT_INLAY_HINT: types.InlayHintOptions(resolve_provider=False)},
    "lenses": {
        types.TEXT_DOCUMENT_CODE_LENS: types.CodeLensOptions(resolve_provider=True),
        types.CODE_LENS_RESOLVE: None,
    },
    "tokens": {
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: types.SemanticTokensLegend(
            [types.SemanticTokenTypes.Parameter], ["fixture"]
        ),
    },
}
"""By the module of this package that answers: the requests, with what `initialize` says of them."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "commands": (STATUS, EFFECTIVE_CONFIGURATION, LOOP_MAP, FIX_WORKSPACE, EXPLAIN)
}
"""The same for `workspace/executeCommand`."""

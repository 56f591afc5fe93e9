"""What is converted by hand is what lsprotocol's converter makes of it."""

import json

import pytest
from lsprotocol import converters, types
from pygls.capabilities import get_capability

from e2e.lsp_client import FULL_CAPABILITIES
from loopscope.lsp.client import client_of
from loopscope.lsp.handlers import register_all
from loopscope.lsp.handshake import convert_by_hand
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session

BY_HAND, PLAIN = converters.get_converter(), converters.get_converter()
convert_by_hand(BY_HAND)

OTHERS = {
    "textDocument": {
        "diagnostic": {"relatedDocumentSupport": True},
        "codeLens": {},
        "completion": {"completionItem": {"labelDetailsSupport": True, "snippetSupport": True}},
        "signatureHelp": {
            "signatureInformation": {
                "documentationFormat": ["markdown"],
                "parameterInformation": {"labelOffsetSupport": True},
            }
        },
        "definition": {"linkSupport": True},
        "rename": {"prepareSupport": True},
    },
    "workspace": {"applyEdit": True, "inlayHint": {"refreshSupport": True}},
    "general": {"positionEncodings": ["utf-32", "utf-8"]},
    "experimental": {"commands": {"commands": ["editor.action.showReferences", 1]}},
}
CAPABILITIES = {"none": {}, "full": FULL_CAPABILITIES, "others": OTHERS}


@pytest.mark.parametrize("capabilities", CAPABILITIES.values(), ids=CAPABILITIES.keys())
def test_the_client_is_the_same(capabilities: dict[str, object]) -> None:
    params = {"processId": None, "rootUri": None, "capabilities": capabilities}
    by_hand, plain = (each.structure(params, types.InitializeParams) for each in (BY_HAND, PLAIN))
    assert client_of(by_hand) == client_of(plain)
    assert get_capability(by_hand.capabilities, "text_document.rename.prepare_support") == get_capability(
        plain.capabilities, "text_document.rename.prepare_support"
    )


@pytest.mark.parametrize("capabilities", [None, 1, [], "all"])
def test_what_is_no_object_is_refused(capabilities: object) -> None:
    with pytest.raises(Exception, match="InitializeParams"):
        BY_HAND.structure({"processId": None, "rootUri": None, "capabilities": capabilities}, types.InitializeParams)


def test_the_server_announces_the_same() -> None:
    server = Server()
    register_all(server, Session(server))
    written: list[bytes] = []

    class Writer:
        def write(self, data: bytes) -> None:
            written.append(data)

        def close(self) -> None: ...

    server.protocol.set_writer(Writer())
    server.wire.receive(
        json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {"processId": None, "rootUri": None, "capabilities": OTHERS},
            }
        ).encode()
    )
    answer = json.loads(b"".join(written).partition(b"\r\n\r\n")[2])
    result = types.InitializeResult(server.protocol.server_capabilities, server.protocol.server_info)
    assert answer["result"] == PLAIN.unstructure(result)
    assert len(answer["result"]["capabilities"]) > 15

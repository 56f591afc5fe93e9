"""`loopscope server`: the language server over standard input and output."""

import argparse
import sys
from typing import Any


def run(options: argparse.Namespace) -> int:
    """Serves until the client says `exit`; returns the exit code of the protocol (LSP, exit)."""
    from loopscope.host.garbage import resting

    modules: dict[str, Any] = sys.modules
    without_ssl = "ssl" not in modules and "asyncio" not in modules
    if without_ssl:
        # asyncio does without, where Python is built so: nothing here speaks to a network.
        modules["ssl"] = None
    # Importing makes nothing but what stays.
    with resting():
        from loopscope.lsp.main import serve
    if without_ssl:
        del modules["ssl"]
    return serve(log_file=options.log_file)

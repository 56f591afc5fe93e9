"""`loopscope server`: the language server over standard input and output."""

import argparse


def run(options: argparse.Namespace) -> int:
    """Serves until the client says `exit`; returns the exit code of the protocol (LSP, exit)."""
    from loopscope.host.garbage import resting

    # Importing makes nothing but what stays.
    with resting():
        from loopscope.lsp.main import serve
    return serve(log_file=options.log_file)

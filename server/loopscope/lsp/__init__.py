"""Layer 8: the language server, and the only package that knows pygls and lsprotocol."""

"""The answers to LSP messages, one file per family of requests."""

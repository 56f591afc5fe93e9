"""Layer 8: the only importer of pygls and lsprotocol."""

"""Layer 8: the language server, and the only package that knows pygls and lsprotocol."""

from loopscope.lsp.postponed import import_types

# Before anything of the package imports pygls, which imports the types itself.
import_types()

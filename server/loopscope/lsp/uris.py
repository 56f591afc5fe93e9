"""Between document URIs and paths."""

import os
from pathlib import Path, PurePath
from urllib.parse import unquote_to_bytes, urlsplit

UNTITLED_FOLDER = ".loopscope-untitled"
"""Where a document without a file is put for the analysis: a folder that no file system has."""


def path_of(uri: str) -> PurePath | None:
    """The absolute path that a `file:` URI names; None for another scheme, another machine's file or no URI at all."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "file" or "\0" in (raw := os.fsdecode(unquote_to_bytes(parts.path))):
            return None
    except ValueError:
        return None
    if os.name == "nt":
        # `/c:/x` is `c:\x`; a host is a network share.
        raw = f"//{parts.netloc}{raw}" if parts.netloc else raw.lstrip("/")
    elif parts.netloc not in ("", "localhost"):
        return None
    path = PurePath(os.path.normpath(raw))
    return path if path.is_absolute() else None


def uri_of(path: PurePath) -> str:
    """The `file:` URI of an absolute path."""
    return Path(path).as_uri()


def stand_in_path(uri: str) -> PurePath:
    """A path that no file has, for a document known by its text alone (`untitled:`, `git:`, …)."""
    name = "".join(char if char.isalnum() else "_" for char in uri)[-80:]
    return PurePath(Path(os.sep).absolute()) / UNTITLED_FOLDER / f"{hash(uri) & 0xFFFFFFFF:08x}" / f"test_{name}.py"

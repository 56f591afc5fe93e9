"""Bytes to text as Python and its tools read them: BOM, PEP 263 coding cookie, else UTF-8; and back again."""

import codecs
import io
from typing import NamedTuple

from loopscope.text.files import Unreadable

_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Their decoders take quadratic time, and no source file is written in them.
_SLOW_CODECS = frozenset({"punycode", "idna"})


class Decoded(NamedTuple):
    """A text without its byte-order mark, and what is needed to write it back. Line ends are as they were."""

    text: str
    encoding: str
    bom: bool


def decode(data: bytes, *, is_python: bool) -> Decoded | Unreadable:
    """The text of a file's bytes, or why it is none. Never raises.

    A coding cookie (PEP 263) counts in Python files only, read by `tokenize.detect_encoding` as Python itself does.
    """
    if data.startswith(_WIDE_BOMS):
        return Unreadable("is UTF-16 or UTF-32 text; Python reads UTF-8")
    if b"\0" in data:
        return Unreadable("is a binary file (contains NUL bytes)")
    bom = data.startswith(codecs.BOM_UTF8)
    encoding = "utf-8"
    if is_python and b"coding" in _two_lines(data):
        found = _declared(data)
        if isinstance(found, Unreadable):
            return found
        encoding = found
    try:
        return Decoded(data[3 if bom else 0 :].decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        return Unreadable(f"is not valid {encoding} (byte {error.start + (3 if bom else 0)})")
    except (LookupError, ValueError):
        return Unreadable(f"declares {encoding}, which is not a text encoding")


def encode(text: str, like: Decoded) -> bytes | Unreadable:
    """`text` in the encoding of `like`, with its byte-order mark; unreadable when that encoding lacks a character."""
    try:
        data = text.encode(like.encoding)
    except (UnicodeError, LookupError):
        return Unreadable(f"cannot be written as {like.encoding}: the new text has characters which that lacks")
    return codecs.BOM_UTF8 + data if like.bom else data


def _two_lines(data: bytes) -> bytes:
    """Where a coding cookie can be. No regular expression: that is slow on one line of megabytes."""
    first = data.find(b"\n") + 1
    return data[: data.find(b"\n", first) + 1 or len(data)]


def _declared(data: bytes) -> str | Unreadable:
    """The encoding that the first two lines declare, else utf-8."""
    import tokenize  # noqa: PLC0415  few files have a cookie; the others start faster without

    try:
        encoding = tokenize.detect_encoding(io.BytesIO(_two_lines(data)).readline)[0].removesuffix("-sig")
        if encoding in ("utf", "utf-8"):
            return "utf-8"
        encoding = codecs.lookup(encoding).name
    except (SyntaxError, LookupError, ValueError) as error:
        return Unreadable(f"has no encoding that Python reads: {error}")
    return (
        Unreadable(f"declares {encoding}, which no source file is written in") if encoding in _SLOW_CODECS else encoding
    )

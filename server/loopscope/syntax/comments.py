"""The comments that matter: those that contain a word, told from strings even where the text is broken."""

import re
from functools import lru_cache
from typing import NamedTuple

from loopscope.syntax.chunk import Chunk, Tree
from loopscope.syntax.scan import SINGLE, TRIPLE
from loopscope.text.span import Span

# A quote that begins no complete string is passed over, so that what follows a half-typed string is still read.
_TOKENS = re.compile(rf"{TRIPLE}|{SINGLE}|\\.|(?P<comment>\#[^\r\n]*+)", re.DOTALL)


class Comment(NamedTuple):
    """A comment: from its `#` to the end of its line."""

    span: Span
    text: str
    alone: bool
    """Whether nothing but blanks stands before it on its line."""


def comments(tree: Tree, needle: str) -> tuple[Comment, ...]:
    """The comments of a file that contain `needle`, in order, with offsets in the file."""
    if needle not in tree.text:
        return ()
    return tuple(
        Comment(comment.span.shifted(placed.start), comment.text, comment.alone)
        for placed in tree.chunks
        if needle in placed.chunk.text
        for comment in chunk_comments(placed.chunk, needle)
    )


@lru_cache(maxsize=1024)
def chunk_comments(chunk: Chunk, needle: str) -> tuple[Comment, ...]:
    """The comments of one chunk that contain `needle`, with offsets in the chunk."""
    text = chunk.text
    found: list[Comment] = []
    for match in _TOKENS.finditer(text):
        comment = match["comment"]
        if comment is not None and needle in comment:
            start, end = match.span()
            line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
            found.append(Comment(Span(start, end), comment, not text[line:start].strip()))
    return tuple(found)

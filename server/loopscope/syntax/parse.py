"""Parse a text by chunks, so that an edit re-parses only what it touches and one mistake hides nothing else."""

from bisect import bisect_left
from collections.abc import Iterator

from loopscope.syntax.build import Known, build_unit, clean_chunk
from loopscope.syntax.chunk import Piece, Placed, Tree
from loopscope.syntax.scan import next_cut
from loopscope.syntax.strict import Failure, strict
from loopscope.text.edit import in_common
from loopscope.text.lines import LINE_END

_BYTE_ORDER_MARK = "\ufeff"


def parse(text: str, previous: Tree | None = None) -> Tree:
    """The tree of a text: a pure function of the text, for any text. Never raises.

    `previous`, the tree of some other version, only makes it faster: chunks whose text is the same are the same
    objects, whatever happened around them.
    """
    if previous is None or not previous.pieces:
        return _tree(text, tuple(_scan(text, _first(text), 0, Known(()))))
    if text == previous.text:
        return previous
    return _tree(text, _updated(text, previous))


def parse_whole(text: str) -> Tree:
    """The tree of a text as one chunk when it has no syntax problem, which is fastest; else as `parse` has it.

    Such a tree is no help to later parses. Never raises.
    """
    start = _first(text)
    body = text[start:]
    module = strict(LINE_END.sub("\n", body) if "\r" in body else body)
    if isinstance(module, Failure):
        return parse(text)
    return Tree(text, (Placed(start, 0, clean_chunk(body, "statements", module), None),), ())


def _first(text: str) -> int:
    return 1 if text.startswith(_BYTE_ORDER_MARK) else 0


def _scan(text: str, start: int, line: int, known: Known) -> Iterator[Piece]:
    """The pieces from `start`, where one begins."""
    while start < len(text):
        cut = next_cut(text, start, len(text), "")
        unit = build_unit(text[start : cut.end], known)
        yield Piece(start, line, cut.reach, unit)
        line += unit.lines
        start = cut.end


def _updated(text: str, previous: Tree) -> tuple[Piece, ...]:
    """The pieces of a text, from those of another one: only what lies between them is scanned.

    Where a piece ends depends on nothing before it, and on nothing after its reach. So pieces whose reach ends before
    the first difference stay, and where a new piece begins after the last difference, and an old one did, the rest is
    as it was.
    """
    old = previous.pieces
    same, alike = in_common(previous.text, text)
    last = len(text) - alike
    shift = len(text) - len(previous.text)
    kept = next((index for index, piece in enumerate(old) if piece.reach > same), len(old))
    start = old[kept].start if 0 < kept < len(old) else _first(text)
    pieces = list(old[:kept])
    for piece in _scan(text, start, old[kept].line if kept < len(old) else 0, Known(old[kept:])):
        if piece.start >= last:
            index = bisect_left(old, piece.start - shift, lo=kept, key=_start)
            if index < len(old) and old[index].start == piece.start - shift:
                down = piece.line - old[index].line
                if not shift and not down:
                    return (*pieces, *old[index:])
                moved = (Piece(at + shift, line + down, reach + shift, unit) for at, line, reach, unit in old[index:])
                return (*pieces, *moved)
        pieces.append(piece)
    return tuple(pieces)


def _start(piece: Piece) -> int:
    return piece.start


def _tree(text: str, pieces: tuple[Piece, ...]) -> Tree:
    placed: list[Placed] = []
    for start, line, _, unit in pieces:
        above = len(placed)
        for at, down, chunk, holder in unit.parts:
            placed.append(Placed(start + at, line + down, chunk, None if holder is None else holder + above))
    return Tree(text, tuple(placed), pieces)

"""Cutting bytes into messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopscope.lsp.transport import MAX_HEADER, BrokenStreamError, Framing


def framed(body: bytes) -> bytes:
    return b"Content-Type: x; charset=utf-8\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


@given(st.lists(st.binary(max_size=20), max_size=5), st.data())
def test_messages_come_out_however_the_bytes_come_in(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(framed, bodies))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    framing = Framing()
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [body for piece in pieces for body in framing.feed(piece)] == bodies


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: -1\r\n\r\n",
        b"Length: 1\r\n\r\n",
        b"Content-Length: 999999999999\r\n\r\n",
        b"x" * MAX_HEADER + b"xx",
    ],
)
def test_what_is_no_header_breaks_the_stream(data: bytes) -> None:
    with pytest.raises(BrokenStreamError):
        list(Framing().feed(data))

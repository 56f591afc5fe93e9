"""Letting the garbage collector rest while many syntax trees are made: it would walk all of them again and again."""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager

_LOCK = threading.Lock()
_resting = 0


@contextmanager
def resting() -> Generator[None]:
    """No collection happens in the block, nor in any other thread meanwhile; blocks may nest and overlap."""
    global _resting  # noqa: PLW0603  the collector is one for the process, and so is the count of those who stop it
    with _LOCK:
        _resting += 1
        gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            _resting -= 1
            if not _resting:
                gc.enable()


def settle() -> None:
    """Have later collections leave out what is there by now and stays, for example the modules of rules.

    To go through all of it took half a second of somebody's typing. To be called once: cycles among it stay for good.
    """
    gc.freeze()

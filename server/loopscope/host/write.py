"""Writing a changed source file: all or nothing, only over what was read, in its own encoding, mode and place."""

import contextlib
import os
import stat
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.host.decode import decode, encode
from loopscope.host.files import read_regular
from loopscope.text.files import Unreadable

_MAX_BYTES = 100_000_000


class Written(NamedTuple):
    """The file has the new text. `path` is where it really is, links resolved."""

    path: PurePath


class Refused(NamedTuple):
    """The file is as it was; `reason` completes a sentence that starts with its name."""

    reason: str


WriteResult: TypeAlias = Written | Refused


def write_atomically(path: PurePath, expected: str, new_text: str) -> WriteResult:
    """Replace the text of a file, if that still is `expected`. Never raises.

    Keeps byte-order mark, encoding and permissions; both texts have the file's own line ends. A symbolic link stays one
    and its target is written. Readers see the old or the new file, never a part.
    """
    real = PurePath(os.path.realpath(path))
    data = read_regular(real, _MAX_BYTES)
    if isinstance(data, Unreadable):
        return Refused(data.reason)
    old = decode(data, is_python=real.suffix in (".py", ".pyi", ".pyw"))
    if isinstance(old, Unreadable):
        return Refused(old.reason)
    if old.text != expected:
        return Refused("changed since it was read")
    new = encode(new_text, old)
    if isinstance(new, Unreadable):
        return Refused(new.reason)
    if (again := decode(new, is_python=real.suffix in (".py", ".pyi", ".pyw"))) != old._replace(text=new_text):
        return Refused(
            f"would not read back as {old.encoding}" if isinstance(again, Unreadable) else "would change encoding"
        )
    try:
        return _replace(real, data, new)
    except OSError as error:
        return Refused(f"cannot be written: {error.strerror or error}")


def _replace(real: PurePath, old: bytes, new: bytes) -> WriteResult:
    status = os.stat(real)
    if not os.access(real, os.W_OK):
        return Refused("is read-only")
    import tempfile  # noqa: PLC0415  seldom needed, slow to load

    descriptor, temporary = tempfile.mkstemp(prefix=f".{real.name[:100]}.", suffix=".tmp", dir=real.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(descriptor)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        with contextlib.suppress(OSError, AttributeError):  # not the owner, or a system without owners
            os.chown(temporary, status.st_uid, status.st_gid)
        # The last look comes as late as can be: an editor may have saved meanwhile.
        if read_regular(real, len(old)) != old:
            return Refused("changed since it was read")
        os.replace(temporary, real)
        temporary = ""
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    return Written(real)

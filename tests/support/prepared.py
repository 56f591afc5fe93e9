"""Makes folders once, though several processes (pytest-xdist) may ask at the same time, and runs what makes them.

Each folder is made under a file lock and recorded when it is complete, so that a broken attempt is made again.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError:  # after ten seconds
                continue
            return
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".loopscope-dev"
_LIMIT = 600


class NotPreparedError(Exception):
    """Why something cannot be made here, for people to read."""


@contextmanager
def made_once(folder: Path, digest: str) -> Iterator[bool]:
    """Holds the lock of a folder; True when the folder has to be made, which is then recorded."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp = folder.parent / f"{folder.name}.stamp"
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        _lock(lock.fileno())
        missing = not folder.exists() or not stamp.exists() or stamp.read_text(encoding="utf-8") != digest
        if missing:
            stamp.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
        yield missing
        if missing:
            stamp.write_text(digest, encoding="utf-8")


def run(command: Sequence[str], trouble: str, cwd: Path = ROOT) -> None:
    """Runs a command; raises `NotPreparedError` with `trouble` and the end of its output when it fails."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH"))}
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=_LIMIT)
    except subprocess.TimeoutExpired:
        raise NotPreparedError(f"{trouble} (no end after {_LIMIT} s)") from None
    if done.returncode != 0:
        raise NotPreparedError(f"{trouble}\n{(done.stdout + done.stderr)[-1500:]}")

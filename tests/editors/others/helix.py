"""Plays Helix in a pseudo-terminal, by its keys.

python tests/editors/others/helix.py COMMAND …    for example: hx

In the current folder, which is a copy of examples/shop, with $HOME to itself. The code action and the rename are read
from the files that Helix saves; diagnostics, definition and completion from its screen.
"""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

LANGUAGES = Path(__file__).resolve().parents[3] / "editors" / "helix" / "languages.toml"
TESTS = Path("tests/test_orders.py")
CONFTEST = Path("tests/conftest.py")
ESCAPE = "\x1b"
PATIENCE = 40
"""Seconds until something must have happened."""
_CONTROL = re.compile(rb"\x1b\[[0-9;:?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")


class Terminal:
    """A program in a pseudo-terminal, and the text that it has drawn."""

    def __init__(self, command: list[str]) -> None:
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
            os.environ["TERM"] = "xterm-256color"
            os.execvp(command[0], command)
        self.drawn = ""

    def type(self, keys: str) -> None:
        """Sends keys; what was drawn before counts no more."""
        self.drawn = ""
        os.write(self.handle, keys.encode())
        self.wait(lambda: False, 0.3)

    def run(self, command: str) -> None:
        """A command in normal mode. Escape is sent alone: with a key right behind, it would be Alt and that key."""
        self.type(ESCAPE)
        self.type(f"{command}\r")

    def save(self, command: str, saved: Callable[[], bool]) -> None:
        """Saves until what was asked of the server is in the files: its answer may come after the first time."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not saved():
            self.run(command)
            self.wait(saved, 1)

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Whether a condition comes true while the program draws."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not condition():
            if select.select([self.handle], [], [], 0.05)[0]:
                self.drawn += _CONTROL.sub(b"", os.read(self.handle, 65536)).decode(errors="replace")
        return condition()

    def see(self, text: str) -> None:
        """Waits for a text; ends the program when it does not come."""
        if not self.wait(lambda: text.replace(" ", "") in self.drawn.replace(" ", "")):
            os.kill(self.pid, signal.SIGKILL)
            sys.exit(f"waited in vain for {text!r}; drawn since the last keys:\n{self.drawn[-3000:]}")


def main() -> None:
    """Plays; ends with a message when something is not as it should be."""
    settings = Path.home() / ".config" / "helix"
    settings.mkdir(parents=True)
    shutil.copy(LANGUAGES, settings)
    terminal = Terminal([*sys.argv[1:], f"{TESTS}:15:16"])
    terminal.see("is_empty")
    terminal.see("without `await` this is always true")
    terminal.type(" a")
    terminal.see("Insert `await`")
    terminal.type("\r")
    terminal.save(":w", lambda: "await is_empty" in TESTS.read_text())
    expect("assert await is_empty(database)" in TESTS.read_text(), "the code action")

    terminal.run(":9")
    terminal.type("f(lgd")
    terminal.see("conftest.py")
    terminal.see("yield db")
    terminal.run(":buffer-close")
    terminal.run(":9")
    terminal.type("f(l r")
    terminal.see("rename")
    terminal.type("\x15storage\r")
    terminal.save(":wa", lambda: "storage" in CONFTEST.read_text() and "storage" in TESTS.read_text())
    expect("async def storage():" in CONFTEST.read_text(), "the renamed fixture")
    expect("async def test_first_order(storage)" in TESTS.read_text(), "the renamed use")

    terminal.run(":9")
    terminal.type("f);i")
    for key in ", ca":  # Helix sends changes that come all at once in a wrong order
        terminal.type(key)
    terminal.see("catalogue")
    os.kill(terminal.pid, signal.SIGKILL)
    os.waitpid(terminal.pid, 0)
    print("helix: ok")


def expect(holds: bool, what: str) -> None:
    """Ends the program when something does not hold."""
    if not holds:
        sys.exit(f"wrong: {what}\n{TESTS.read_text()}\n{CONFTEST.read_text()}")


if __name__ == "__main__":
    main()

"""Plays Kate on a display of its own (Xvfb), by its keys (xdotool).

python tests/editors/others/kate.py

In the current folder, which is a copy of examples/shop, with $HOME to itself. What Kate has changed is read from the
files that it saves; diagnostics from the colour of lines that have an error, in the memory of the display.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SETTINGS = Path(__file__).resolve().parents[3] / "editors" / "kate" / "settings.json"
TESTS = Path("tests/test_orders.py")
CONFTEST = Path("tests/conftest.py")
KATERC = """[General]
Show welcome view for new window=false

[Kate Plugins]
lspclientplugin=true

[lspclient]
AllowedServerCommandLines={command}
"""
"""Only what is asked at the first start: whether to use the plugin, and whether it may start the server."""
ERROR_COLOUR = b"\xe5\xe5\xff"
"""Blue, green, red of a line with an error, in Kate's default theme."""
LINE = 6000
"""Dots of a line that are that colour: fewer than there are."""
PATIENCE = 40
"""Seconds until something must have happened."""
STEADY = 3
"""Seconds without a change after which none is expected."""


class Desk:
    """A display and a keyboard."""

    def __init__(self, display: str, folder: Path) -> None:
        self.memory = folder / "Xvfb_screen0"
        self.env = {**os.environ, "DISPLAY": display, "XDG_RUNTIME_DIR": str(folder)}

    def xdotool(self, *arguments: str) -> str:
        """What xdotool prints."""
        return subprocess.run(["xdotool", *arguments], env=self.env, capture_output=True, text=True, check=False).stdout

    def windows(self, name: str = ".*") -> int:
        """How many windows show such a title. Menus and lists are windows, too."""
        return len(self.xdotool("search", "--onlyvisible", "--name", name).split())

    def focus(self, name: str) -> None:
        """Lets keys go to a window, which nothing does by itself after a dialog where there is no window manager."""
        self.xdotool("search", "--onlyvisible", "--name", name, "windowfocus")

    def press(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        for key in keys:
            self.xdotool("key", key)
            time.sleep(0.1)

    def type(self, text: str) -> None:
        """Types a text."""
        self.xdotool("type", "--delay", "40", text)

    def go_to(self, line: int) -> None:
        """Puts the cursor at the end of a line."""
        self.press("Escape", "ctrl+g")
        self.type(str(line))
        self.press("Return", "End")

    def save(self) -> None:
        """Saves all files."""
        self.press("ctrl+l")

    def menu(self, key: str) -> None:
        """Presses a key until something pops up."""
        windows = self.windows()
        until(f"what {key} brings up", lambda: self.windows() > windows, lambda: self.press(key))

    def run(self, command: str) -> None:
        """A command, by the list of all commands."""
        self.press("ctrl+alt+i")
        self.type(command)
        time.sleep(0.3)
        self.press("Return")

    def error_lines(self) -> int:
        """How many lines have the colour of an error, each thousands of dots."""
        return self.memory.read_bytes().count(ERROR_COLOUR) // LINE


def main() -> None:
    """Plays; ends with a message when something is not as it should be."""
    command = f"{shutil.which('loopscope')} server"
    configure(Path.home() / ".config", command)
    with tempfile.TemporaryDirectory(prefix="loopscope-kate-") as folder, contextlib.ExitStack() as processes:
        desk = Desk(start_display(Path(folder), processes), Path(folder))
        start(["kate", "--new", str(TESTS)], processes, env=desk.env)
        play(desk)
    print("kate: ok")


def play(desk: Desk) -> None:
    """The six things."""
    until("the window", lambda: desk.windows(TESTS.name) > 0)
    until("lines with an error", lambda: desk.error_lines() > 0)
    before = steady(desk.error_lines)

    desk.go_to(15)
    desk.press("Left", "Left")
    desk.menu("alt+Return")
    desk.press("Down", "Return")
    until("the code action", lambda: "assert await is_empty(database)" in TESTS.read_text(), desk.save)
    desk.go_to(1)
    until("the line without an error", lambda: 0 < desk.error_lines() < before)

    desk.go_to(9)
    desk.press("Left", "Left", "Left")
    desk.run("Go to Definition")
    until("the definition", lambda: desk.windows(CONFTEST.name) > 0)
    desk.press("End")
    desk.type("  # here")
    until("the fixture", lambda: "async def database():  # here" in CONFTEST.read_text(), desk.save)
    desk.press("alt+Left")
    until("the tests", lambda: desk.windows(TESTS.name) > 0)

    desk.go_to(9)
    desk.press("Left", "Left", "Left")
    desk.menu("F2")
    desk.press("ctrl+a")
    desk.type("storage")
    desk.press("Return")
    desk.focus(TESTS.name)
    until("the renamed fixture", lambda: "async def storage():" in CONFTEST.read_text(), desk.save)
    until("the renamed use", lambda: "async def test_first_order(storage)" in TESTS.read_text(), desk.save)

    desk.go_to(9)
    desk.press("Left", "Left")
    desk.type(", cata")
    desk.menu("ctrl+space")
    desk.press("Return")
    until("the completion", lambda: "async def test_first_order(storage, catalogue):" in TESTS.read_text(), desk.save)


def configure(folder: Path, command: str) -> None:
    """Our settings file where Kate reads it, and the answers to what it asks at its first start."""
    settings = folder / "kate" / "lspclient" / "settings.json"
    settings.parent.mkdir(parents=True)
    shutil.copy(SETTINGS, settings)
    (folder / "katerc").write_text(KATERC.format(command=command))


def start_display(folder: Path, processes: contextlib.ExitStack) -> str:
    """Starts Xvfb, whose memory is a file of the folder; the name of the display."""
    reading, writing = os.pipe()
    options = ["-displayfd", str(writing), "-fbdir", str(folder), "-screen", "0", "1200x800x24", "-nolisten", "tcp"]
    start(["Xvfb", *options], processes, pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as answer:
        return f":{answer.readline().strip()}"


def start(
    command: list[str],
    processes: contextlib.ExitStack,
    *,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> None:
    """Starts a program that is ended in the end."""
    process = subprocess.Popen(command, env=env, pass_fds=pass_fds, stderr=subprocess.DEVNULL)
    processes.callback(process.wait)
    processes.callback(process.kill)


def steady(count: Callable[[], int]) -> int:
    """A number once it has not changed for a while: the server may publish twice, and Kate paints line by line."""
    last, since = count(), time.monotonic()
    while time.monotonic() - since < STEADY:
        time.sleep(0.1)
        if (now := count()) != last:
            last, since = now, time.monotonic()
    return last


def until(what: str, holds: Callable[[], bool], again: Callable[[], None] = lambda: None) -> None:
    """Does something again and again until a condition holds; ends the program when it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}\n{TESTS.read_text()}\n{CONFTEST.read_text()}")
        again()
        time.sleep(0.3)


if __name__ == "__main__":
    main()

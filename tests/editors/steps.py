"""The steps of `dev.py test` that need Node.js: the VS Code client, and a real VS Code. Only the standard library.

python tests/editors/steps.py client     install, check types, run the unit tests, write vscode-client/loopscope.vsix
python tests/editors/steps.py vscode     install that .vsix into a real VS Code and use it
python tests/editors/steps.py pictures   the same, and the pictures go into the documentation
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CLIENT = ROOT / "vscode-client"
VSIX = CLIENT / "loopscope.vsix"
TOOLS = ROOT / ".loopscope-dev" / "editors"
STAND_INS = HERE / "vscode" / "stand-ins"
OLDEST_NODE = 20
QUIET = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
UNUSED = ("@github/copilot-sdk-linux-x64", "@microsoft/mxc-sdk/bin")
"""Parts of VS Code's server that no test needs: 180 MB."""


def main() -> None:
    """Runs the step that is named."""
    require_node()
    step = sys.argv[1]
    if step == "client":
        client()
    else:
        vscode(update_pictures=step == "pictures")


def client() -> None:
    """Everything about the VS Code client but VS Code itself."""
    npm("ci", *QUIET, cwd=ROOT)
    npm("run", "--silent", "check", cwd=ROOT)
    npm("test", "--silent", cwd=ROOT)
    package()


def package() -> None:
    """Writes the .vsix; a warning of vsce ends the program as an error does."""
    command = [shutil.which("npm") or "npm", "run", "--silent", "package"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    sys.stdout.write(done.stdout)
    if done.returncode != 0 or "WARN" in done.stdout:
        sys.exit("npm run package failed, or warned")


def vscode(*, update_pictures: bool) -> None:
    """Plays the scenarios in a real VS Code. Packages the client first when it has changed."""
    if not VSIX.exists() or any(path.stat().st_mtime > VSIX.stat().st_mtime for path in packaged()):
        client()
    browser = chromium()
    install_vscode()
    stub = TOOLS / "stand-ins.vsix"
    vsce = [str(ROOT / "node_modules" / ".bin" / "vsce"), "package", "--no-dependencies"]
    run([*vsce, "--allow-missing-repository", "--skip-license", "--out", str(stub)], STAND_INS, quiet=True)
    run(
        ["node", str(HERE / "vscode" / "run.mjs")],
        ROOT,
        {
            "EDITOR_TOOLS": str(TOOLS),
            "CHROMIUM": browser,
            "VSIX": str(VSIX),
            "PYTHON": sys.executable,
            "STAND_INS": str(stub),
        },
    )
    if update_pictures:
        for picture in sorted((TOOLS / "pictures").glob("*.png")):
            shutil.copy(picture, CLIENT / "images" / picture.name)


def packaged() -> Iterator[Path]:
    """The files that the .vsix is made from."""
    yield from (ROOT / "pyproject.toml", ROOT / "constraints.txt", CLIENT / "package.json", CLIENT / "README.md")
    for folder in (ROOT / "server", CLIENT / "src", CLIENT / "scripts", CLIENT / "images"):
        yield from (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def require_node() -> None:
    """Ends the program when there is no Node.js that can build the client."""
    node, npm_ = shutil.which("node"), shutil.which("npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout if node else ""
    if not npm_ or not version or int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        sys.exit(f"this step needs Node.js {OLDEST_NODE} or later with npm; found {version.strip() or 'none'}")


def chromium() -> str:
    """The browser that shows the window: $CHROMIUM, one on PATH, or Debian's, installed when that is allowed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        run(["apt-get", "update", "-qq"], ROOT)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], ROOT, quiet=True)
        found = shutil.which("chromium")
    if found is None:
        sys.exit("the step editors needs Chromium: sudo apt-get install chromium, or say where one is in $CHROMIUM")
    return found


def install_vscode() -> None:
    """Puts VS Code's server, a Node.js for it and the browser library into .loopscope-dev, unless they are there."""
    manifests = [HERE / "package.json", HERE / "package-lock.json"]
    log_writer = HERE / "vscode" / "log-writer.js"
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in (*manifests, log_writer))).hexdigest()
    stamp = TOOLS / "stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    TOOLS.mkdir(parents=True, exist_ok=True)
    for path in manifests:
        shutil.copy(path, TOOLS / path.name)
    npm("ci", *QUIET, cwd=TOOLS)
    inner = TOOLS / "node_modules" / "code-server" / "lib" / "vscode"
    # Its shrinkwrap pins what it needs, but lacks one entry: `npm ci` would refuse it.
    npm("install", "--omit=dev", *QUIET, cwd=inner)
    for unused in UNUSED:
        shutil.rmtree(inner / "node_modules" / unused, ignore_errors=True)
    shutil.copy(log_writer, inner / "node_modules" / "@vscode" / "spdlog" / "index.js")
    stamp.write_text(wanted)


def npm(*arguments: str, cwd: Path) -> None:
    """Runs npm; ends the program when it fails."""
    run([shutil.which("npm") or "npm", *arguments], cwd)


def run(command: list[str], cwd: Path, more: Mapping[str, str] | None = None, *, quiet: bool = False) -> None:
    """Runs a command with more environment variables; ends the program when it fails. `quiet` shows errors only."""
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **(more or {})}, stdout=out, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed")


if __name__ == "__main__":
    main()

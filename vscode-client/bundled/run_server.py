"""Starts the language server of the VS Code extension, from the packages beside this file or from the environment."""

import sys
from pathlib import Path

LIBRARIES = str(Path(__file__).resolve().parent / "libs")


def main() -> None:
    """Runs the server until the client ends it. `--from-environment`: what is installed there wins over our copy."""
    last = "--from-environment" in sys.argv[1:]
    sys.path.insert(len(sys.path) if last else 0, LIBRARIES)
    sys.argv[1:] = ["server"]
    from loopscope.cli.main import console  # noqa: PLC0415  the path is made first

    console()


if __name__ == "__main__":
    main()

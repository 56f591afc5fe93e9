"""Files of a dictionary or of a folder, as the host would read them."""

from collections.abc import Mapping
from pathlib import Path, PurePath, PurePosixPath

from loopscope.text.files import Entry, Unreadable, folders_among


class Memory:
    """Files that exist in a dictionary only, by absolute path."""

    def __init__(self, texts: Mapping[str, str], root: str = "/w") -> None:
        self._texts = {PurePosixPath(root) / name: text for name, text in texts.items()}
        self._dirs = {parent for path in self._texts for parent in path.parents} | {PurePosixPath(root)}

    def read(self, path: PurePath) -> str | Unreadable:
        return self._texts.get(PurePosixPath(path), Unreadable("missing"))

    def is_file(self, path: PurePath) -> bool:
        return path in self._texts

    def is_dir(self, path: PurePath) -> bool:
        return path in self._dirs

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        names = {child.relative_to(path).parts[0] for child in self._texts if child.is_relative_to(path)}
        return tuple(Entry(name, self.is_dir(path / name)) for name in sorted(names))

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        return folders_among(self.entries(path), beginning)


class Disk:
    """Files on the disk, read with pathlib."""

    def read(self, path: PurePath) -> str | Unreadable:
        try:
            return Path(path).read_bytes().decode()
        except (OSError, ValueError) as error:
            return Unreadable(str(error))

    def is_file(self, path: PurePath) -> bool:
        return Path(path).is_file()

    def is_dir(self, path: PurePath) -> bool:
        return Path(path).is_dir()

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        return tuple(sorted(Entry(child.name, child.is_dir()) for child in Path(path).iterdir()))

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        return folders_among(self.entries(path), beginning)


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write a project; a name that ends with "/" is an empty folder."""
    for name, text in texts.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

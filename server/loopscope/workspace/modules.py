"""Where a module is: found by name, not imported. Mirrors `importlib.machinery.PathFinder` for source files."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from loopscope.text.files import Files


def find_module(
    files: Files, dotted: str, roots: Sequence[PurePath], editable: Mapping[str, PurePath] | None = None
) -> PurePath | None:
    """The source file that `import dotted` would load: a package's `__init__.py` or a module's `.py`.

    `roots` are directories in import order; `editable` maps module names to a directory or file (see `Environment`)
    and is asked after the roots, as editable import hooks are. None for a namespace package itself, a compiled module,
    a built-in one, or no module at all.
    """
    parts = dotted.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    found = _descend(files, parts, roots)
    if found is None and editable:
        found = _through_hooks(files, parts, editable)
    return found


def module_name(path: PurePath, roots: Sequence[PurePath]) -> str | None:
    """The dotted name under which the first root that holds the source file `path` has it; None if none does."""
    for root in roots:
        if path.is_relative_to(root) and path.suffix == ".py":
            parts = path.relative_to(root).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            if parts and all(part.isidentifier() for part in parts):
                return ".".join(parts)
    return None


def _descend(files: Files, parts: Sequence[str], roots: Sequence[PurePath]) -> PurePath | None:
    """Follow the parts one directory deeper each; a namespace package goes on in every root that has a part of it."""
    places: Sequence[PurePath] = roots
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        portions: list[PurePath] = []
        for place in places:
            package = place / part
            # One look at the directory spares two at files inside it for most of the roots.
            is_dir = files.is_dir(package)
            if is_dir and files.is_file(init := package / "__init__.py"):
                if last:
                    return init
                portions = [package]
                break
            if files.is_file(module := place / f"{part}.py"):
                return module if last else None
            if is_dir:
                portions.append(package)
        if not portions:
            return None
        places = portions
    return None


def _through_hooks(files: Files, parts: Sequence[str], editable: Mapping[str, PurePath]) -> PurePath | None:
    """The longest prefix that a hook maps, then the rest below it (setuptools' `_EditableFinder.find_spec`)."""
    for length in range(len(parts), 0, -1):
        target = editable.get(".".join(parts[:length]))
        if target is None:
            continue
        rest = parts[length:]
        if rest:
            return _descend(files, rest, (target.parent if target.name == "__init__.py" else target,))
        candidates = (target / "__init__.py", target.with_name(f"{target.name}.py"), target)
        return next((path for path in candidates if path.suffix == ".py" and files.is_file(path)), None)
    return None

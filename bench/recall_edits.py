"""Mistakes put into the tests of a project, for `bench/recall.py`: each is a new text of one file."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple


class Edit(NamedTuple):
    """A piece of one line replaced: columns count UTF-8 bytes, as those of `ast` do; lines start at 1."""

    line: int
    start: int
    end: int
    text: str


class Place(NamedTuple):
    """Where a mistake can be made: the edits, the function around it, and the lines of what is changed."""

    file: str
    edits: tuple[Edit, ...]
    function: int | None
    """First line of the outermost function or of the method around it, decorators included."""
    lines: tuple[int, int]
    what: str


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    """The text with all edits, which do not overlap."""
    lines = text.encode().splitlines(keepends=True)
    for edit in sorted(edits, reverse=True):
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.start] + edit.text.encode() + line[edit.end :]
    return b"".join(lines).decode()


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[Function]:
    """Functions of a module and methods of its classes, not those inside of functions."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef | ast.If | ast.Try | ast.With):
            waiting += node.body


def first_line(function: Function) -> int:
    """The line of the first decorator, or of the `def`."""
    return min([function.lineno, *(each.lineno for each in function.decorator_list)])


def awaits(file: str, text: str) -> Iterator[Place]:
    """Every `await` of every function, to be deleted alone."""
    lines = text.encode().splitlines()
    for function in functions(ast.parse(text)):
        for node in ast.walk(function):
            if isinstance(node, ast.Await):
                line = lines[node.lineno - 1]
                match = re.match(rb"await[ \t]*", line[node.col_offset :])
                if match is None:
                    continue
                edit = Edit(node.lineno, node.col_offset, node.col_offset + match.end(), "")
                yield Place(
                    file,
                    (edit,),
                    first_line(function),
                    (node.lineno, node.end_lineno or node.lineno),
                    ast.unparse(node)[:100],
                )


def fixtures(text: str) -> Iterator[tuple[Function, ast.expr]]:
    """Fixtures, each with its decorator."""
    for function in functions(ast.parse(text)):
        for decorator in function.decorator_list:
            name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if name in ("pytest.fixture", "pytest_asyncio.fixture", "fixture"):
                yield function, decorator


_DEF = re.compile(rb"(?:async[ \t]+)?def[ \t]+(\w+)")


def renames(file: str, text: str) -> Iterator[Place]:
    """Every fixture, to be renamed alone: its definition, not its uses."""
    lines = text.encode().splitlines()
    for function, decorator in fixtures(text):
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        named = next((each.value for each in keywords if each.arg == "name"), None)
        if named is None:
            match = re.compile(rb"(?:async[ \t]+)?def[ \t]+(\w+)").match(
                lines[function.lineno - 1], function.col_offset
            )
            name = function.name
            edit = match and Edit(function.lineno, match.end(1), match.end(1), "_renamed")
        elif isinstance(named, ast.Constant) and isinstance(named.value, str) and named.end_col_offset:
            name = named.value
            edit = Edit(named.lineno, named.end_col_offset - 1, named.end_col_offset - 1, "_renamed")
        else:
            continue
        if edit:
            first = first_line(function)
            yield Place(file, (edit,), first, (first, function.lineno), name)


def swaps(file: str, text: str) -> Iterator[Place]:
    """Every `pytest_asyncio.fixture`, to become `pytest.fixture`."""
    for function, decorator in fixtures(text):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called) == "pytest_asyncio.fixture" and called.end_col_offset:
            edits = [Edit(called.lineno, called.col_offset, called.end_col_offset, "pytest.fixture")]
            if isinstance(decorator, ast.Call):
                edits += _without(decorator, "loop_scope")
            first = first_line(function)
            yield Place(file, tuple(edits), first, (first, function.lineno), function.name)


def dropped_loop_scopes(file: str, text: str) -> Iterator[Place]:
    """Every `loop_scope=` of a fixture, to be dropped."""
    for function, decorator in fixtures(text):
        if isinstance(decorator, ast.Call) and (edits := _without(decorator, "loop_scope")):
            first = first_line(function)
            yield Place(file, tuple(edits), first, (first, function.lineno), function.name)


def _without(call: ast.Call, name: str) -> list[Edit]:
    """The edit that drops a keyword argument which stands on one line, with its comma."""
    given = [*call.args, *(each.value for each in call.keywords)]
    for keyword in call.keywords:
        if keyword.arg != name or keyword.value.end_col_offset is None:
            continue
        at = given.index(keyword.value)
        if at and given[at - 1].end_lineno == keyword.lineno:
            return [Edit(keyword.lineno, given[at - 1].end_col_offset or 0, keyword.value.end_col_offset, "")]
        following = call.keywords[call.keywords.index(keyword) + 1 :]
        end = following[0].col_offset if following else keyword.value.end_col_offset
        return [Edit(keyword.lineno, keyword.col_offset, end, "")]
    return []


_MODE = re.compile(r"(asyncio_mode\s*=\s*[\"']?|--asyncio-mode[= ])auto\b")


def strict_mode(text: str) -> str:
    """A configuration file with strict mode where it had auto mode."""
    return _MODE.sub(r"\1strict", text)


def function_loops(text: str) -> str:
    """A configuration file that sets the mode, with loops of fixtures that live as long as a function."""
    key = "asyncio_default_fixture_loop_scope"
    if key in text:
        return re.sub(rf"({key}\s*=\s*[\"']?)\w+", r"\1function", text)
    return re.sub(r"^(asyncio_mode\s*=\s*)([\"']?)\w+[\"']?", rf"\g<0>\n{key} = \2function\2", text, flags=re.MULTILINE)


def as_strict_wants_it(text: str, *, wide: bool = False) -> str:
    """A test module as strict mode wants it: its async tests marked, its async fixtures under `pytest_asyncio.fixture`.

    With `wide` the async fixtures that request nothing live as long as their module, and so does their loop.
    """
    tree = ast.parse(text)
    edits: list[Edit] = []
    decorated = {(function.lineno, function.col_offset): each for function, each in fixtures(text)}
    changed = False
    for function in functions(tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        decorator = decorated.get((function.lineno, function.col_offset))
        if decorator is None:
            if function.name.startswith("test"):
                first = first_line(function)
                edits.append(Edit(first, 0, 0, f"{' ' * function.col_offset}@pytest.mark.asyncio\n"))
                changed = True
            continue
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = "pytest_asyncio.fixture"
        wider = ""
        if isinstance(decorator, ast.Call):
            scope = next((ast.unparse(each.value) for each in decorator.keywords if each.arg == "scope"), None)
            if wide and scope is not None and not any(each.arg == "loop_scope" for each in decorator.keywords):
                wider = f"loop_scope={scope}"
            elif wide and not decorator.args and not decorator.keywords and not _requests(function):
                wider = 'scope="module", loop_scope="module"'
            if wider and decorator.end_col_offset and decorator.end_lineno:
                separator = ", " if decorator.keywords or decorator.args else ""
                edits.append(
                    Edit(
                        decorator.end_lineno,
                        decorator.end_col_offset - 1,
                        decorator.end_col_offset - 1,
                        separator + wider,
                    )
                )
        elif wide and not _requests(function):
            name += '(scope="module", loop_scope="module")'
        if called.end_col_offset:
            edits.append(Edit(called.lineno, called.col_offset, called.end_col_offset, name))
            changed = True
    if not changed:
        return text
    new = edited(text, tuple(edits))
    return _with_imports(new)


def _requests(function: Function) -> list[str]:
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _with_imports(text: str) -> str:
    """With `import pytest, pytest_asyncio` behind the docstring and the imports from `__future__`."""
    line = 0
    for statement in ast.parse(text).body:
        docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not (docstring or future):
            break
        line = statement.end_lineno or line
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:line], "import pytest\nimport pytest_asyncio\n", *lines[line:]])

"""Keep what is readable of a half-typed `def`, `class` or block header."""

import ast
import keyword
import re
from collections.abc import Iterator

from loopscope.syntax.logical import Logical
from loopscope.syntax.strict import strict

_HEADER = re.compile(
    r"[ \t\f]*(?:(?:async[ \t]+)?(?:def|for|with)|class|if|while|try|elif|else|except|finally|match|case)\b"
)
_NAMED = re.compile(r"([ \t\f]*)((?:async[ \t]+)?def|class)[ \t]+(\w+)[ \t]*")
_BLOCK = re.compile(r"([ \t\f]*)(elif|else|except|finally)?")
_PARAMETER = re.compile(rf"[ \t]*(?:\*|/|(?!(?:{'|'.join(keyword.kwlist)})\b)\w+[ \t]*(?:[,:=]|$))")
_KEPT_BLOCKS = {"elif": "elif 1:", "else": "else:", "except": "except:", "finally": "finally:"}
_ATTEMPTS = 12


def is_header(line: str) -> bool:
    """Whether a line begins like the header of a block or definition."""
    return _HEADER.match(line) is not None


def kept_header(lines: list[str], at: Logical) -> list[str]:
    """Lines to stand for a header that does not parse: at most as many as the logical line has.

    A definition keeps its name, its kind and the parameters or bases so far; any other block becomes `if 1:` or a
    plain `else:`, `except:`, ….
    """
    if named := _NAMED.match(lines[at.first]):
        indent, keyword, name = named.groups()
        shell = f"{keyword} {name}" if name.isidentifier() else f"{keyword} _"
        rest, count = _signature(lines, at, named.end())
        for inside in _candidates(rest):
            if isinstance(strict(f"{shell}({inside}): pass"), ast.Module):
                signature = f"{lines[at.first][: named.end()]}({inside}):".split("\n")
                return signature + [""] * (count - len(signature))
        return [f"{indent}{shell}():"] + [""] * (count - 1)
    block = _BLOCK.match(lines[at.first])
    indent = block.group(1) if block else ""
    kept = indent + _KEPT_BLOCKS.get(block.group(2) if block else "", "if 1:")
    same = at.first == at.last and kept == lines[at.first].rstrip()
    last = at.opened if at.opened >= 0 else at.last
    return [f"{indent}if 1:" if same else kept] + [""] * (last - at.first)


def _signature(lines: list[str], at: Logical, column: int) -> tuple[str, int]:
    """What stands after a definition's opening bracket, and how many physical lines it takes."""
    if not lines[at.first].startswith("(", column):
        return "", 1 + ((at.opened if at.opened >= 0 else at.last) - at.first)
    text = lines[at.first][column + 1 :]
    last = at.first
    while last < at.last and (at.opened < 0 or _goes_on(lines, last, at.last)):
        last += 1
        text += f"\n{lines[last]}"
    return text, last + 1 - at.first


def _goes_on(lines: list[str], line: int, last: int) -> bool:
    """Whether the line below continues an unclosed signature, rather than being the body."""
    below = lines[line + 1]
    ends = below.rstrip().endswith((",", "(", ")", ":")) or line + 1 == last
    return lines[line].rstrip().endswith((",", "(")) and ends and _PARAMETER.match(below) is not None


def _candidates(rest: str) -> Iterator[str]:
    """What may be a signature, longest first: up to its bracket, all, up to each comma from the right."""
    depth = 0
    for index, char in enumerate(rest):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            rest = rest[:index]
            break
    yield rest
    for _ in range(_ATTEMPTS):
        comma = rest.rfind(",")
        rest = rest[: max(comma, 0)]
        yield rest
        if comma < 0:
            return

"""The names that parametrize marks give, read from the text, so that they are known while a line is half typed."""

import re
from collections.abc import Iterator

from loopscope.features.cursor import Signature
from loopscope.features.site import Site
from loopscope.workspace.marks import parametrized
from loopscope.workspace.model import TestItem

_STRING = re.compile(r"""[rRuU]?(["'])(?P<names>[^"'\r\n]*)\1""")
_MARK = re.compile(
    r"""^[ \t]*@[ \t]*[\w.]*parametrize[ \t]*\(\s*(?:argnames\s*=\s*)?
    (?P<names>[\[(][^\])]*|[rRuU]?(?P<quote>["'])[^"'\r\n]*(?P=quote))""",
    re.MULTILINE | re.VERBOSE,
)
_DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)


def names_in(text: str) -> Iterator[str]:
    """The names in the source of a first argument of parametrize: `"a, b"`, `["a", "b"]`, `("a", "b")`."""
    for match in _STRING.finditer(text):
        yield from filter(str.isidentifier, (name.strip() for name in match["names"].split(",")))


def given_to(site: Site, signature: Signature, test: TestItem | None) -> tuple[str, ...]:
    """The names that the parametrize marks of a function give it: those written above it, then those of its class."""
    text = site.source.text
    line = site.source.lines.starts[site.source.lines.line_of(signature.name.start)]
    above = [match.end() for match in _DEFINITION.finditer(text, 0, line)]
    marks = _MARK.finditer(text, above[-1] if above else 0, line)
    found = [name for match in marks for name in names_in(match["names"] + ("" if match["quote"] else "]"))]
    if test is not None:
        given = parametrized(site.snapshot.queries, site.view.marks(test))
        found += sorted(given.direct | given.indirect)
    return tuple(dict.fromkeys(found))

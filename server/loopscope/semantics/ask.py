"""A question about a fixture as a request to jedi: the text with each handed-over expression given to a name first."""

import ast
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.text.files import Unreadable
from loopscope.workspace.imports import search_path
from loopscope.workspace.oracle import Answer, Question
from loopscope.workspace.project import workspace_root
from loopscope.workspace.snapshot import Snapshot

_NAME = "_loopscope_value"


def request_for(snapshot: Snapshot, question: Question) -> Mapping[str, Any] | None:
    """What to ask jedi; None when there is nothing that it could be asked."""
    facts, text = snapshot.facts(question.path), snapshot.files.read(question.path)
    body = None if isinstance(facts, Unreadable) else facts.body(question.id)
    if isinstance(facts, Unreadable) or isinstance(text, Unreadable) or body is None:
        return None
    asked = _with_names(facts, body, text)
    if asked is None:
        return None
    queries = snapshot.queries
    changed, places = asked
    return {
        "path": str(question.path),
        "text": changed,
        "places": places,
        "root": str(workspace_root(queries, question.path) or question.path.parent),
        "sys_path": [str(folder) for folder in queries.get(search_path, question.path.parent)],
    }


def answer_from(said: Mapping[str, str] | None) -> Answer | None:
    """The answer in what the worker says."""
    if said is None or not isinstance(said.get("path"), str) or not isinstance(said.get("qualname"), str):
        return None
    return Answer(PurePath(said["path"]), said["qualname"])


def identity_of(snapshot: Snapshot, question: Question) -> tuple[str, ...] | None:
    """What an answer depends on, to keep it by: the function, what the file imports, and what is installed."""
    facts, text = snapshot.facts(question.path), snapshot.files.read(question.path)
    body = None if isinstance(facts, Unreadable) else facts.body(question.id)
    if isinstance(facts, Unreadable) or isinstance(text, Unreadable) or body is None:
        return None
    span = facts.span(body, body.node)
    environment = snapshot.environment_of(question.path)
    installed = sorted(f"{each.name} {each.version}" for each in environment.distributions.values())
    outline = repr(facts.outline)
    return (str(question.path), text[span.start : span.end], outline, *installed)


def _with_names(facts: FileFacts, body: Body, text: str) -> tuple[str, list[tuple[int, int]]] | None:
    """The text with a line before each statement that hands over a value, and where the names in these lines stand."""
    inserted: list[tuple[int, str]] = []
    for statement in body.statements:
        value = _handed_over(statement, yields=bool(body.yields))
        if value is None:
            continue
        start, span = facts.span(body, statement).start, facts.span(body, value)
        line = text.rfind("\n", 0, start) + 1
        indent = text[line:start]
        if indent.strip():
            return None
        inserted.append((line, f"{indent}{_NAME} = ({text[span.start : span.end]})\n"))
    changed: list[str] = []
    places: list[tuple[int, int]] = []
    end = 0
    for offset, new in inserted:
        changed.append(text[end:offset])
        so_far = "".join(changed)
        places.append((so_far.count("\n") + 1, len(new) - len(new.lstrip())))
        changed.append(new)
        end = offset
    return ("".join([*changed, text[end:]]), places) if places else None


def _handed_over(statement: ast.stmt, *, yields: bool) -> ast.expr | None:
    match statement:
        case ast.Expr(ast.Yield(value)) | ast.Assign(_, ast.Yield(value)) if yields:
            return value
        case ast.Return(value) if not yields:
            return value
        case _:
            return None

"""Real files, read by chunks and whole, say the same; and what they say is what their syntax says."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopscope.facts.expr import ParamKind
from loopscope.facts.extract import FileFacts, file_facts
from loopscope.facts.outline import Binding, ClassFact, FunctionFact
from loopscope.syntax.parse import parse, parse_whole
from support.real_sources import ANYIO, ASYNCIO, PYTEST, TESTS

KINDS = {
    "posonlyargs": ParamKind.POSITIONAL_ONLY,
    "args": ParamKind.NORMAL,
    "vararg": ParamKind.VAR_POSITIONAL,
    "kwonlyargs": ParamKind.KEYWORD_ONLY,
    "kwarg": ParamKind.VAR_KEYWORD,
}


FILES = [path for group in (ASYNCIO, TESTS, PYTEST, ANYIO) for path in group[:40]]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def test_there_are_enough_files():
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_chunks_and_whole_file_say_the_same(path):
    text = text_of(path)
    chunks, whole = file_facts(parse(text)), file_facts(parse_whole(text))
    assert chunks.outline == whole.outline
    assert chunks.layout == whole.layout
    assert shape(chunks) == shape(whole)


def shape(facts: FileFacts) -> list[object]:
    found: list[object] = []
    pending = list(reversed(facts.bodies))
    while pending:
        body = pending.pop()
        found.append((body.id, body.bound, facts.span(body, body.node)))
        found.append([(*call[1:5], facts.span(body, call.node), *call[7:]) for call in body.calls])
        found += [[facts.span(body, node) for node in nodes] for nodes in (body.loads, body.statements, body.awaits)]
        pending += reversed(body.nested)
    found += [(*call[1:5], facts.span(call, call.node)) for call in facts.module_calls]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_functions_are_those_of_the_syntax(path):
    text = text_of(path)
    facts = file_facts(parse(text))
    lines = {spans.line: id_ for id_, spans in facts.layout.defs.items()}
    expected = {node.lineno: node for node in outline_functions(ast.parse(text))}
    functions = {function.id: function for function in all_functions(facts.outline.bindings)}
    assert {line for line, id_ in lines.items() if id_ in functions} == set(expected)
    for line, node in expected.items():
        function = functions[lines[line]]
        assert function.name == node.name
        assert function.is_async == isinstance(node, ast.AsyncFunctionDef)
        assert len(function.decorators) == len(node.decorator_list)
        assert [(param.name, param.kind) for param in function.params] == parameters(node.args)
        assert function.yields == is_generator(node)
        assert parsed(function.returns) == (node.returns and ast.dump(node.returns))


def parsed(source: str | None) -> str | None:
    return source and ast.dump(ast.parse(f"({source})", mode="eval").body)


def outline_functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            yield from outline_functions(child)


def all_functions(bindings: tuple[Binding, ...]) -> Iterator[FunctionFact]:
    for binding in bindings:
        if isinstance(binding.target, FunctionFact):
            yield binding.target
        elif isinstance(binding.target, ClassFact):
            yield from all_functions(binding.target.bindings)


def parameters(arguments: ast.arguments) -> list[tuple[str, ParamKind]]:
    found: list[tuple[str, ParamKind]] = []
    for field in KINDS:
        value = getattr(arguments, field)
        nodes = value if isinstance(value, list) else [value] if value else []
        found += [(node.arg, KINDS[field]) for node in nodes]
    return found


def is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """What the compiler says: flags of the code object of the function alone."""
    alone = type(node)(**{**vars(node), "name": "f", "decorator_list": [], "returns": None, "args": bare(node.args)})
    text = f"class C:\n def outer(self):\n  {' = '.join(sorted(free(node)) or ['_'])} = 1\n  pass"
    module = ast.parse(text)
    module.body[0].body[0].body[1] = alone
    code = compile(ast.fix_missing_locations(module), "<test>", "exec", dont_inherit=True)
    while code.co_name != "f":
        code = next(
            const for const in code.co_consts if hasattr(const, "co_code") and const.co_name in ("C", "outer", "f")
        )
    return bool(code.co_flags & (0x20 | 0x200))


def free(node: ast.AST) -> set[str]:
    return {name for inner in ast.walk(node) if isinstance(inner, ast.Nonlocal) for name in inner.names}


def bare(arguments: ast.arguments) -> ast.arguments:
    names = [ast.arg(name) for name, _ in parameters(arguments)]
    return ast.arguments(posonlyargs=[], args=names, kwonlyargs=[], kw_defaults=[], defaults=[])

"""Outlines and bodies as text that a person can compare."""

from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Concat, Const, Expr, Items, Lambda, Opaque, Pairs, Param, ParamKind, Ref
from loopscope.facts.extract import FileFacts, file_facts
from loopscope.facts.outline import (
    Assigned,
    Binding,
    ClassFact,
    FunctionFact,
    Guard,
    ImportedModule,
    ImportedName,
    Outline,
    Rebound,
)
from loopscope.syntax.parse import parse

STARS = {ParamKind.VAR_POSITIONAL: "*", ParamKind.VAR_KEYWORD: "**"}


def facts(text: str) -> FileFacts:
    return file_facts(parse(text))


def outline(text: str) -> str:
    return dump(facts(text).outline)


def dump(found: Outline) -> str:
    lines = [line for binding in found.bindings for line in _binding(binding, "")]
    lines += [f"effect {show(effect)}" for effect in found.effects]
    lines += [f"effect {show(effect)} [{guard.name}]" for guard, effect in found.guarded]
    lines += [f"dynamic {name}" for name in sorted(found.dynamic)]
    lines += ["syntax errors"] * found.has_syntax_errors
    return "\n".join(lines)


def calls(text: str, qualname: str = "f") -> list[str]:
    """The calls of a function and of those nested in it: source, name, use, and what sets it apart."""
    found = facts(text)
    body = next(body for body in found.bodies if body.id.qualname == qualname)
    return list(_calls(text, found, body))


def _calls(text: str, found: FileFacts, body: Body) -> Iterator[str]:
    for call in body.calls:
        flags = [name for name in ("local_root", "imported", "in_lambda", "in_comprehension") if getattr(call, name)]
        source = text[slice(*found.span(body, call.node))]
        yield " ".join([f"{source} -> {call.name} {call.use.name}", *flags])
    for inner in body.nested:
        yield f"{inner.id.qualname}:"
        yield from _calls(text, found, inner)


def _binding(binding: Binding, indent: str) -> Iterator[str]:
    name, target, guard = binding
    where = "" if guard is Guard.ALWAYS else f" [{guard.name}]"
    match target:
        case FunctionFact():
            yield from (f"{indent}@{show(decorator)}" for decorator in target.decorators)
            nth = f" #{target.id.nth}" if target.id.nth else ""
            words = "async def" if target.is_async else "def"
            params = ", ".join(_param(param) for param in target.params)
            returns = f" -> {target.returns}" if target.returns else ""
            yields = " yields" if target.yields else ""
            yield f"{indent}{words} {target.id.qualname}({params}){returns}{yields}{nth}{where}"
        case ClassFact():
            yield from (f"{indent}@{show(decorator)}" for decorator in target.decorators)
            nth = f" #{target.id.nth}" if target.id.nth else ""
            keywords = [f"{key}={show(value)}" for key, value in target.keywords]
            yield f"{indent}class {target.id.qualname}({', '.join([*map(show, target.bases), *keywords])}){nth}{where}"
            for inner in target.bindings:
                yield from _binding(inner, f"{indent}  ")
        case ImportedModule(module, loads):
            yield f"{indent}{name} = import {module}{'' if module == loads else f' (loads {loads})'}{where}"
        case ImportedName(module, imported):
            yield f"{indent}{name} = from {module} import {imported}{where}"
        case Assigned(value, augmented):
            yield f"{indent}{name} {'+=' if augmented else '='} {show(value)}{where}"
        case Rebound(how):
            yield f"{indent}{name} by {how}{where}"


def _param(param: Param) -> str:
    annotation = f": {param.annotation}" if param.annotation else ""
    kind = {ParamKind.POSITIONAL_ONLY: " /", ParamKind.KEYWORD_ONLY: " kw"}.get(param.kind, "")
    return f"{STARS.get(param.kind, '')}{param.name}{annotation}{' ?' if param.has_default else ''}{kind}"


def show(expr: Expr) -> str:
    match expr:
        case Const():
            return repr(expr)
        case Ref(name):
            return name
        case Call(func, args, keywords):
            given = [
                *map(show, args),
                *(f"{key}={show(value)}" if key else f"**{show(value)}" for key, value in keywords),
            ]
            return f"{show(func)}({', '.join(given)})"
        case Items(kind, items):
            return f"{kind}<{', '.join(map(show, items))}>"
        case Pairs(pairs):
            return "{" + ", ".join(f"{show(key) if key else '**'}: {show(value)}" for key, value in pairs) + "}"
        case Concat(left, right):
            return f"{show(left)} + {show(right)}"
        case Lambda(params):
            written = (f"{STARS.get(one.kind, '')}{one.name}{'=' * one.has_default}" for one in params)
            return f"lambda({', '.join(written)})"
        case Opaque(kind):
            return f"<{kind}>"

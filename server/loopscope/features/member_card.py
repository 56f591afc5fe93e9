"""What there is to say about a member of a value: its signature or type, whether it is awaited, where it is from."""

from loopscope.features.completion_members import gives, is_awaited
from loopscope.features.describe import shown as shown_path
from loopscope.features.signature_text import signature_of
from loopscope.features.site import Site
from loopscope.features.written import before_dot, value_of
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.imports import is_installed
from loopscope.workspace.inference.members import Member, member_of, shown
from loopscope.workspace.inference.model import ClassObject, ModuleObject
from loopscope.workspace.snapshot import Snapshot


def hovered_member(site: Site) -> tuple[str, Span] | None:
    """The card of the attribute at the cursor, and its name's place; None where nothing is certain."""
    if not site.cursor.text:
        return None
    written = before_dot(site)
    value = value_of(site, written) if written is not None else None
    if value is None or isinstance(value, ModuleObject):
        return None
    member = member_of(site.snapshot.queries, value, site.cursor.text)
    if member.type is None:
        return None
    return member_card(site.snapshot, member, shown(value) or "", brief=True), site.cursor.word


def member_card(snapshot: Snapshot, member: Member, owner: str, *, brief: bool = False) -> str:
    """A member as Markdown; `owner` names the type that has it. When `brief`, its docstring's first paragraph only."""
    called = signature_of(snapshot.queries, member.type, member.result)
    kind = "class" if isinstance(member.type, ClassObject) else "method" if member.is_callable else "attribute"
    lines = [f"```python\n{_code(member, called.text if called is not None else None)}\n```", ""]
    lines.append(f"*{kind}*{f' of `{_holder(member) or owner}`' if _holder(member) or owner else ''}")
    facts: list[str] = []
    if is_awaited(member):
        what = "a call" if member.is_callable else "it"
        facts.append(f"- **needs `await`**: {what} gives a coroutine, which does nothing until it is awaited")
    if gives(member):
        facts.append(f"- **gives** `{gives(member)}`")
    place = _place(snapshot, member)
    if place:
        facts.append(f"- **from** {place}")
    card = "\n".join([*lines, *([""] if facts else []), *facts])
    text = called.docstring if called is not None else None
    if text and brief:
        text = text.partition("\n\n")[0]
    return f"{card}\n\n---\n\n{text}" if text else card


def _code(member: Member, signature: str | None) -> str:
    if signature is not None:
        keyword = "" if isinstance(member.type, ClassObject) else "def "
        is_async = signature.startswith("async ")
        return f"{'async ' if is_async else ''}{keyword}{signature.removeprefix('async ')}"
    kind = gives(member)
    if member.is_callable:
        awaited = "async " if member.must_be_awaited else ""
        return f"{awaited}def {member.name}(...){f' -> {kind}' if kind else ''}"
    return f"{member.name}: {kind}" if kind else member.name


def _holder(member: Member) -> str:
    defined = member.definition
    return defined[1].holder if defined is not None else ""


def _place(snapshot: Snapshot, member: Member) -> str:
    """Where a method is defined: file and line, of installed packages the file below the folder of packages."""
    defined = member.definition
    if defined is None:
        return ""
    path, id_ = defined
    if is_installed(snapshot.queries, path):
        roots = [each for each in snapshot.environment_of(path).import_roots if path.is_relative_to(each)]
        root = max(roots, key=lambda each: len(each.parts), default=path.parent.parent)
        return path.relative_to(root).as_posix()
    facts = snapshot.facts(path)
    spans = None if isinstance(facts, Unreadable) else facts.layout.defs.get(id_)
    return shown_path(snapshot, path) + ("" if spans is None else f" line {spans.line}")

"""Where `await ` belongs in front of an expression, so that a coroutine that is called there runs."""

from collections.abc import Sequence
from keyword import iskeyword

from loopscope.features.brackets import Group, Token
from loopscope.features.cursor import CallSyntax
from loopscope.features.site import Site
from loopscope.features.written import Written, frame_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span

_TAKE_COROUTINES = frozenset(
    (
        *("gather", "wait", "wait_for", "shield", "as_completed", "create_task", "ensure_future"),
        *("run", "run_until_complete", "run_coroutine_threadsafe", "enter_async_context", "push_async_callback"),
        *("append", "add", "closing", "aclosing"),
    )
)
"""The last names of callables that are handed a coroutine, to run it or to keep it."""
_TAKE_FUNCTIONS = frozenset(
    (
        *("start_soon", "start", "partial", "to_thread", "run_sync", "run_in_executor", "submit", "call_soon"),
        *("call_later", "call_at", "add_done_callback", "callback", "addfinalizer", "iscoroutinefunction"),
        *("sync_to_async", "async_to_sync", "callable", "wraps", "signature", "raises", "object", "getattr"),
        *("isawaitable", "iscoroutine", "isinstance", "Thread", "Mock", "MagicMock", "AsyncMock", "map", "filter"),
    )
)
"""The last names of callables that are handed a function rather than what it gives."""
_FUNCTION_KEYWORDS = frozenset(
    (
        *("side_effect", "wraps", "spec", "new", "new_callable", "target", "callback", "key", "func", "function"),
        *("factory", "default_factory", "handler", "default", "coro", "fn", "main", "app"),
    )
)


def await_edit(site: Site, written: Written) -> Edit | None:
    """The edit that awaits the call of a member of an expression; None where that is done, or may not be meant."""
    frame = frame_at(site)
    if frame is None or not frame.body.is_async or _is_taken(site.cursor.call):
        return None
    innermost = written.around[-1]
    before = [item for item in innermost.items if item.span.end <= written.span.start]
    if _ends_with_await(before) or _ends_with_await(innermost.before) or _begins_decorator(written.around[0]):
        return None
    if _is_read_on(site, innermost):
        return None
    if any(_has_lambda(group, written.span.start) for group in written.around):
        return None
    if innermost.char in ("[", "{") and not _is_subscript(innermost):
        return None
    return Edit(Span(written.span.start, written.span.start), "await ")


def _is_taken(call: CallSyntax | None) -> bool:
    """Whether an argument is what is meant to be awaited, or called, by someone else."""
    if call is None:
        return False
    last = call.callee.rpartition(".")[2]
    return last in _TAKE_COROUTINES or last in _TAKE_FUNCTIONS or call.keyword in _FUNCTION_KEYWORDS


def _is_read_on(site: Site, group: Group) -> bool:
    """Whether something is read already from the member, or from what its call gives: `await` would await that."""
    text, end = site.source.text, site.cursor.word.end
    after = next((each for each in group.items if isinstance(each, Group) and each.span.start == end), None)
    return text.startswith((".", "["), end if after is None else after.span.end)


def _ends_with_await(items: Sequence[Token | Group]) -> bool:
    last = items[-1] if items else None
    return isinstance(last, Token) and last.text == "await"


def _begins_decorator(line: Group) -> bool:
    first = line.items[0] if line.items else None
    return isinstance(first, Token) and first.text == "@"


def _has_lambda(group: Group, end: int) -> bool:
    return any(isinstance(item, Token) and item.text == "lambda" and item.span.end <= end for item in group.items)


def _is_subscript(group: Group) -> bool:
    last = group.before[-1] if group.before else None
    if group.char != "[" or last is None:
        return False
    return isinstance(last, Group) or (last.kind in ("name", "string") and not iskeyword(last.text))

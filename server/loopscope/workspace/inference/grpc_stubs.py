"""What gRPC's generator writes: stubs whose methods are made by the channel that they get, asynchronous or not."""

import ast

from loopscope.workspace.inference import attributes, calls, instances
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.model import ClassObject, Instance, Type
from loopscope.workspace.queries import Queries

_CHANNELS = (("aio", "_channel.py"), ("aio", "_base_channel.py"))
_MAKERS = frozenset(("unary_unary", "unary_stream", "stream_unary", "stream_stream"))


def is_stub(callee: Type | None, node: ast.Call) -> bool:
    """Whether a call may make a stub: of a class named so, with a channel and nothing else."""
    return isinstance(callee, ClassObject) and callee.id.qualname.endswith("Stub") and len(node.args) == 1


def with_channel(made: Type | None, channel: Type | None) -> Type | None:
    """A stub that knows its channel, where that is one of `grpc.aio`; anything else as it is."""
    aio = isinstance(channel, Instance) and channel.path.parts[-2:] in _CHANNELS
    return made._replace(arguments=(channel,)) if isinstance(made, Instance) and aio else made


def stub_method(q: Queries, owner: Instance, name: str) -> Type | None:
    """What `self.Method = channel.unary_unary(…)` makes with the channel of a stub; None for any other attribute."""
    if not owner.id.qualname.endswith("Stub") or len(owner.arguments) != 1:
        return None
    found = [_maker(frame, statement) for frame, statement, _ in instances.setters(q, owner.path, owner.id, name)]
    if len(found) != 1 or found[0] is None:
        return None
    return calls.call_result(q, attributes.attribute_type(q, owner.arguments[0], found[0]), [])


def _maker(frame: Frame, statement: ast.stmt) -> str | None:
    arguments = frame.body.node.args.args
    match statement:
        case ast.Assign([_], ast.Call(ast.Attribute(ast.Name(channel), maker))) if maker in _MAKERS:
            return maker if len(arguments) > 1 and arguments[1].arg == channel else None
        case _:
            return None

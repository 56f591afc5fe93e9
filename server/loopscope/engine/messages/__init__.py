"""What pytest prints when asynchronous tests go wrong, and what is behind each message: the troubleshooting map."""

from loopscope.engine.messages.awaiting import MESSAGES as AWAITING
from loopscope.engine.messages.fixtures import MESSAGES as FIXTURES
from loopscope.engine.messages.model import Message
from loopscope.engine.messages.project import MESSAGES as PROJECT

__all__ = ["MESSAGES", "Message"]

MESSAGES: tuple[Message, ...] = (*FIXTURES, *AWAITING, *PROJECT)
"""The table. Of several messages that a line matches, the first counts."""

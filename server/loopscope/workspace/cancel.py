"""Stopping work that nobody waits for any more."""

from typing import Protocol


class Cancelled(Exception):  # noqa: N818  a signal to stop, like asyncio.CancelledError no defect
    """The result is no longer wanted; raised by `CancelToken.check` and never reported to users."""


class CancelToken(Protocol):
    """Asked between units of work (a file, a rule); the host decides how cancelling reaches it."""

    def check(self) -> None:
        """Raises `Cancelled` when the work is no longer wanted; returns otherwise."""
        ...


class _Never:
    def check(self) -> None:
        """Returns: this token is never cancelled."""


NEVER: CancelToken = _Never()
"""The token of work that always runs to its end."""

"""Who may look at the page: whoever can read the control secret, by a ticket that works once."""

import secrets
import time
from collections.abc import Callable
from typing import Final

TICKET_SECONDS: Final = 120.0
SESSION_SECONDS: Final = 12 * 3600.0
SESSIONS: Final = 32
"""At most so many at a time; the oldest goes first."""


class Sessions:
    """In memory only: a cookie that outlives the process opens nothing."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tickets: dict[str, float] = {}
        self._sessions: dict[str, float] = {}
        self.place = secrets.token_urlsafe(9)
        """Part of the page's path. Cookies know hosts and paths, not ports: without it, whatever
        else listens on this machine could have a browser send it the cookie."""

    def ticket(self) -> str:
        """A word that opens one session, soon."""
        made = secrets.token_urlsafe(32)
        self._keep(self._tickets, made, TICKET_SECONDS)
        return made

    def redeem(self, ticket: str) -> str | None:
        """The session that a ticket opens, once; None for one that is used, late or made up."""
        if self._tickets.pop(ticket, self._now()) <= self._now():
            return None
        made = secrets.token_urlsafe(32)
        self._keep(self._sessions, made, SESSION_SECONDS)
        return made

    def knows(self, session: str) -> bool:
        return self._sessions.get(session, self._now()) > self._now()

    def _keep(self, kept: dict[str, float], word: str, seconds: float) -> None:
        kept[word] = self._now() + seconds
        while len(kept) > SESSIONS:
            del kept[next(iter(kept))]

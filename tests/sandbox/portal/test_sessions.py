"""Who is let in, and for how long."""

from sandbox.sessions import SESSION_SECONDS, SESSIONS, TICKET_SECONDS, Sessions


class Hours:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def entered(sessions: Sessions) -> str:
    session = sessions.redeem(sessions.ticket())
    assert session is not None
    return session


def test_a_ticket_works_once() -> None:
    sessions = Sessions()
    ticket = sessions.ticket()
    assert sessions.redeem(ticket) is not None
    assert sessions.redeem(ticket) is None


def test_a_late_ticket_opens_nothing() -> None:
    clock = Hours()
    sessions = Sessions(clock)
    ticket = sessions.ticket()
    clock.now += TICKET_SECONDS
    assert sessions.redeem(ticket) is None


def test_a_session_ends() -> None:
    clock = Hours()
    sessions = Sessions(clock)
    session = entered(sessions)
    clock.now += SESSION_SECONDS - 1
    assert sessions.knows(session)
    clock.now += 1
    assert not sessions.knows(session)


def test_what_was_never_given_out_opens_nothing() -> None:
    sessions = Sessions()
    assert sessions.redeem("") is None
    assert not sessions.knows("")
    assert not sessions.knows(sessions.ticket())
    assert sessions.redeem(entered(sessions)) is None


def test_of_too_many_the_oldest_goes() -> None:
    sessions = Sessions()
    first, *others = [entered(sessions) for _ in range(SESSIONS + 1)]
    assert not sessions.knows(first)
    assert all(sessions.knows(each) for each in others)


def test_two_sandboxes_have_two_places() -> None:
    assert Sessions().place != Sessions().place

"""Times as a person reads them."""

from datetime import datetime, timedelta

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def in_words(span: timedelta) -> str:
    """The two largest units of a span: 2 d 3 h, 4 min 10 s, 0 s."""
    left = int(abs(span.total_seconds()))
    for at, (unit, seconds) in enumerate(UNITS):
        if left >= seconds:
            whole, rest = divmod(left, seconds)
            if at + 1 < len(UNITS):
                smaller, size = UNITS[at + 1]
                if rest // size:
                    return f"{whole} {unit} {rest // size} {smaller}"
            return f"{whole} {unit}"
    return "0 s"


def ago(then: datetime, now: datetime) -> str:
    """How long since a moment: 5 min ago. What lies ahead is so by a clock set back."""
    return f"{in_words(now - then)} ago" if now >= then else f"in {in_words(then - now)}"


def offset(now: datetime, wall: datetime) -> str:
    """How far the sandbox's clock is from the machine's; nothing within two seconds."""
    apart = now - wall
    if abs(apart) < timedelta(seconds=2):
        return ""
    return f"{in_words(apart)} {'ahead of' if apart > timedelta() else 'behind'} this machine"

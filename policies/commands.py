"""What findings tell people to type, as `plumb` takes it."""

import re
from typing import Final

NAME: Final = re.compile(r"[a-z][\w-]{0,39}", re.ASCII)


def record(kind: str, stack: str, route: str | None = None) -> str:
    """Records what a person declares, from a file of theirs."""
    of = f" --route {route if route and NAME.fullmatch(route) else 'ROUTE'}"
    about = of if kind in ("demand", "rollback") else ""
    return f"plumb readiness record {kind} --stack {stack}{about} --from FILE"


def approve(role: str, stack: str) -> str:
    """Approves for a role; product also says by what success is known."""
    metrics = " --metrics FILE" if role == "product" else ""
    return f"plumb readiness approve --stack {stack} --role {role} --ticket TICKET{metrics}"

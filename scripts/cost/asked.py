"""What Azure says that a stack's deployments used, and since when they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from scripts.cost import usage
from scripts.cost.budget import Reason
from scripts.cost.price import Sold
from scripts.cost.spent import Stands
from scripts.cost.usage import Day
from scripts.exit import Exit
from scripts.stack_outputs import AccountOutputs, StackOutputs
from scripts.subscription.arm import Arm
from scripts.subscription.facts import Unknown
from scripts.subscription.patience import Patience


@dataclass
class Asked:
    stands: list[Stands] = field(default_factory=list)
    used: list[Day] = field(default_factory=list)
    unknown: list[Reason] = field(default_factory=list)


def ask(outputs: StackOutputs, arm: Arm, patience: Patience, since: date, now: datetime) -> Asked:
    """One account after the other; what is not answered is said."""
    found = Asked()
    for key, account in sorted(outputs.accounts.items()):
        if not account.id:
            found.unknown.append(
                Reason(
                    code=Exit.CANNOT_TELL,
                    text=f"the outputs tell no id of {key}. Fix: pulumi up, which adds it",
                )
            )
            continue
        standing = usage.standing(arm, patience, key, account.id)
        used = usage.ask(arm, patience, key, account.id, since, now)
        for answer in (standing, used):
            if isinstance(answer, Unknown):
                found.unknown.append(Reason(code=answer.code, text=str(answer)))
        if not isinstance(standing, Unknown):
            found.stands += _stands(key, account, standing)
        if not isinstance(used, Unknown):
            found.used += used
    return found


def _stands(key: str, account: AccountOutputs, standing: Sequence[usage.Standing]) -> list[Stands]:
    """The deployments that the stack knows of; what else is in the account is not its bill."""
    return [
        Stands(
            name=f"{key}/{each.deployment}",
            sold=Sold.to(account, account.deployments[each.deployment]),
            capacity=account.deployments[each.deployment].capacity,
            since=each.since,
        )
        for each in standing
        if each.deployment in account.deployments
    ]

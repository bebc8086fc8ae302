"""A deployed stack as a command finds it: what its file declares, what its last update left."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.exit import Exit, leave

if TYPE_CHECKING:
    from components.sections import Settings
    from scripts.stack_outputs import AccountOutputs, DeploymentOutputs, StackOutputs


@dataclass(frozen=True)
class Opened:
    """A stack that can be asked."""

    stack: str
    declared: "Settings"
    outputs: "StackOutputs"

    def target(self, name: str) -> str:
        """`account/deployment` that `DEPLOYMENT`, `ACCOUNT/DEPLOYMENT` or `route NAME` means.

        Raises:
            typer.Exit: none of that name is deployed.
        """
        if name.startswith("route "):
            route = self.outputs.routes.get(name.removeprefix("route "))
            if route is None:
                there = ", ".join(sorted(self.outputs.routes)) or "none"
                raise leave(Exit.WRONG_USE, f"no {name} in this stack. Fix: one of {there}")
            return route.stable
        account, deployment = self.declared.target(name)
        held = self.outputs.accounts.get(account)
        if held is None or deployment not in held.deployments:
            there = ", ".join(
                f"{key}/{each}"
                for key, found in sorted(self.outputs.accounts.items())
                for each in sorted(found.deployments)
            )
            raise leave(Exit.WRONG_USE, f"no {name} in this stack. Fix: one of {there}")
        return f"{account}/{deployment}"

    def held(self, target: str) -> tuple["AccountOutputs", "DeploymentOutputs"]:
        """What the outputs tell of `account/deployment`."""
        account, _, deployment = target.partition("/")
        found = self.outputs.accounts[account]
        return found, found.deployments[deployment]


def open_stack(stack: str) -> Opened:
    """The stack, or the exit that its absence calls for.

    Raises:
        typer.Exit: its file is wrong (2), it is not deployed (3), pulumi does not tell (4).
    """
    # Here, not above: a command's module is imported for every `plumb --help`.
    from components import settings
    from scripts import stack_outputs

    try:
        return Opened(stack, settings.read(stack), stack_outputs.read(stack))
    except settings.WrongStackFile as error:
        raise leave(Exit.WRONG_USE, error) from None
    except stack_outputs.NotDeployed as error:
        raise leave(Exit.CANNOT_TELL, error) from None
    except stack_outputs.NoOutputs as error:
        raise leave(Exit.NOT_REACHED, error) from None

"""The subscription that a command asks, or the exit that its absence calls for."""

from typing import TYPE_CHECKING

from scripts.exit import Exit, leave
from scripts.subscription.facts import Subscription
from scripts.subscription.patience import Patience
from scripts.tokens import no_token

if TYPE_CHECKING:
    from scripts.subscription.arm import Arm


def connect(patience: Patience, *, offline: bool = False) -> tuple[str, Subscription]:
    """Its id, and whom to ask; offline the dated tables, which have none.

    Raises:
        typer.Exit: see `sign_in`.
    """
    if offline:
        from scripts.subscription.dated import Dated

        return "", Dated()
    azure = sign_in()
    from scripts.subscription.live import Live

    return azure.subscription, Live(azure, patience)


def sign_in() -> "Arm":
    """The management endpoint, with a token at hand.

    Raises:
        typer.Exit: the environment names no subscription (2), nobody is signed in (4).
    """
    # Here, not above: it takes half a second, and --offline needs none of it.
    from azure.core.exceptions import AzureError

    from scripts.subscription import arm

    try:
        azure = arm.from_environment()
        azure.credential.get_token(azure.scope)  # once: else each question would wait for a refusal
    except arm.NoSubscription as error:
        raise leave(Exit.WRONG_USE, error) from None
    except AzureError as error:
        raise leave(Exit.NOT_REACHED, no_token(error)) from None
    return azure

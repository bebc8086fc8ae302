"""What Azure's management API tells of an account, and of where its logs are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.rest import HttpRequest
from azure.mgmt.core.exceptions import ARMErrorFormat

from scripts.smoke.facts import Listed, State
from scripts.smoke.plan import AccountPlan
from scripts.subscription.arm import Arm

ACCOUNTS: Final = "2025-06-01"
COMPONENTS: Final = "2020-02-02"
METADATA: Final = "2022-09-01"
"""API versions."""
TIMEOUT_S: Final = 20.0
FORBIDDEN: Final = (401, 403)

Told = TypeVar("Told")


class NotTold(Exception):
    """The API does not answer, or says no; the message is its own."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Control:
    """Reads, and asks for keys that should not be had; nothing is kept of a key."""

    arm: Arm

    def state(self, account: AccountPlan) -> State:
        def told() -> State:
            found = self._ask("GET", account.id, "", ACCOUNTS)["properties"]
            acls = found.get("networkAcls") or {}
            ends = found.get("privateEndpointConnections") or ()
            return State(
                account=account.name,
                local_auth_disabled=bool(found.get("disableLocalAuth")),
                public_network_access=str(found.get("publicNetworkAccess") or ""),
                default_action=str(acls.get("defaultAction") or ""),
                endpoints_approved=sum(map(_is_approved, ends)),
            )

        return _or(told, lambda error: State(account=account.name, error=error))

    def listed(self, account: AccountPlan) -> Listed:
        def told() -> Listed:
            found = self._ask("GET", account.id, "/deployments", ACCOUNTS)["value"]
            return Listed(account=account.name, deployments=[each["name"] for each in found])

        return _or(told, lambda error: Listed(account=account.name, error=error))

    def key(self, account: AccountPlan) -> str:
        """A real key.

        Raises:
            NotTold: none is given out.
        """
        return self._text("POST", account.id, "/listKeys", ACCOUNTS, "key1")

    def connection_string(self, app_insights: str) -> str:
        """Where telemetry goes.

        Raises:
            NotTold: not to whoever runs this.
        """
        return self._text("GET", app_insights, "", COMPONENTS, "properties", "ConnectionString")

    def logs(self) -> str:
        """The endpoint that queries of this cloud go to.

        Raises:
            NotTold: the cloud does not say.
        """
        found = self._text("GET", "/metadata", "/endpoints", METADATA, "logAnalyticsResourceId")
        return found.rstrip("/")

    def _text(self, method: str, id: str, part: str, api_version: str, *keys: str) -> str:
        """What stands under these keys of the answer."""
        found = self._ask(method, id, part, api_version)
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if not isinstance(found, str) or not found:
            raise NotTold(f"an answer without {keys[-1]}. Fix: ask again")
        return found

    def _ask(self, method: str, id: str, part: str, api_version: str) -> Any:
        if not id.startswith("/"):
            raise NotTold("the stack's outputs name no resource. Fix: pulumi up")
        request = HttpRequest(
            method, f"{self.arm.endpoint}{id}{part}", params={"api-version": api_version}
        )
        try:
            answer = self.arm.raw().send_request(
                request, connection_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S
            )
            if answer.status_code != 200:
                raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
            return answer.json()
        except HttpResponseError as error:
            said = error.error.message if error.error else error.message
            raise NotTold(" ".join(str(said).split()), error.status_code) from None
        except (AzureError, ValueError) as error:
            raise NotTold(" ".join(str(error).split())) from None


def _is_approved(connection: Any) -> bool:
    state = (connection.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    return state.get("status") == "Approved"


def _or(told: Callable[[], Told], failed: Callable[[str], Told]) -> Told:
    try:
        return told()
    except NotTold as error:
        return failed(str(error))
    except (AttributeError, KeyError, TypeError) as error:
        return failed(f"an answer that is none of Azure's: {error!r}")

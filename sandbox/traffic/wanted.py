"""What traffic is asked for, and what it would be in figures."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST_MINUTES: Final = 24 * 60
MOST_PER_SECOND: Final = 500

Share = Annotated[float, Field(ge=0, le=1)]


class TrafficWanted(BaseModel):
    """The body of POST /_plumb/traffic. A misspelled key is an error."""

    model_config = ConfigDict(extra="forbid")

    deployment: str | None = Field(default=None, pattern=r"^[^/]+/[^/]+$")
    """account/deployment, by the account's subdomain."""
    route: str | None = Field(default=None, min_length=1)
    """A route's flag, which says for each user who answers."""
    label: str | None = None
    """Of the flag; needed where there are several."""
    rps: float = Field(default=1, gt=0, le=MOST_PER_SECOND, allow_inf_nan=False)
    minutes: float = Field(default=5, gt=0, le=LONGEST_MINUTES, allow_inf_nan=False)
    """Of sandbox time, by which its clock is put forward."""
    prompt_tokens: int = Field(default=400, ge=1, le=1_000_000)
    completion_tokens: int = Field(default=100, ge=0, le=1_000_000)
    users: int = Field(default=200, ge=1, le=1_000_000)
    errors: dict[Literal["server", "request", "filtered"], Share] = {}
    """Shares of the requests that go wrong, by how."""
    arrivals: Literal["poisson", "constant"] = "poisson"
    spans: bool = True
    """Whether the callers' own telemetry is written, as the project's helper would."""
    seed: int = 0
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_target(self) -> "TrafficWanted":
        if (self.deployment is None) == (self.route is None):
            raise ValueError("name a deployment or a route, one of both")
        if sum(self.errors.values()) > 1:
            raise ValueError("errors: the shares are more than 1 together")
        return self

    def figures(self) -> dict[str, Any]:
        """What it comes to, before anything happens."""
        tokens = self.prompt_tokens + self.completion_tokens
        return {
            "requests": round(self.rps * self.minutes * 60),
            "requests_per_minute": round(self.rps * 60, 1),
            "tokens_per_minute": round(self.rps * 60 * tokens),
        }

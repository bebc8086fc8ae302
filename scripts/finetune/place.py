"""Which deployment of a stack file a job is for, and what the file wants of it."""

from dataclasses import dataclass

from components.sections import DeploymentSettings, Settings
from scripts.finetune.facts import Wanted


class NoPlace(Exception):
    """The stack file has no such deployment; the message says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Place:
    account: str
    deployment: str
    like: str
    """The deployment whose settings it has or takes: itself, if it is declared."""
    settings: DeploymentSettings

    @property
    def name(self) -> str:
        return f"{self.account}/{self.deployment}"

    @property
    def is_new(self) -> bool:
        return self.like != self.deployment

    @property
    def base(self) -> str:
        """What is to be tuned, as <model>-<version>."""
        tuned = self.settings.fine_tuned
        return tuned.base if tuned else f"{self.settings.model}-{self.settings.version}"

    @property
    def suffix(self) -> str | None:
        return self.settings.fine_tuned.suffix if self.settings.fine_tuned else None


def find(settings: Settings, job: str, name: str | None, like: str | None) -> Place:
    """The deployment that is named, or the one that can be meant.

    like: the deployment of the same account whose settings a new one takes.

    Raises:
        NoPlace: there is none, or there are several.
    """
    if name is None:
        if like is not None:
            raise NoPlace("--like is for a new deployment. Fix: --deployment NAME with it")
        account, deployment = _meant(settings, job)
    else:
        account, deployment = settings.target(name)
    declared = settings.accounts[account].deployments if account in settings.accounts else {}
    if deployment in declared:
        if like is not None and not _is_of(declared[deployment], job):
            raise NoPlace(f"{account}/{deployment} is declared already. Fix: leave --like out")
        like = deployment
    elif like is None:
        there = ", ".join(f"{key}/{each}" for key, each in _tuned(settings)) or "none"
        raise NoPlace(
            f"no {account}/{deployment} in this stack. Fix: --like DEPLOYMENT to make it with that "
            f"one's settings; or one of its fine-tuned ones: {there}"
        )
    if like not in declared:
        there = ", ".join(sorted(declared)) or "no such account"
        raise NoPlace(f"{account} has no {like}. Fix: --like with one of {there}")
    return Place(account=account, deployment=deployment, like=like, settings=declared[like])


def wanted(
    settings: Settings,
    stack: str,
    place: Place,
    trained_in: tuple[str, str],
    source: str | None,
    suffix: str | None,
) -> Wanted:
    """What a job must have made.

    trained_in: (stack, account). source: the resource id of that account, if it is known.
    suffix: in place of the stack file's.
    """
    same = trained_in == (stack, place.account)
    return Wanted(
        stack=stack,
        profile=settings.profile_of(stack),
        account=place.account,
        deployment=place.deployment,
        base=place.base,
        suffix=suffix or place.suffix,
        sku=place.settings.sku,
        capacity=place.settings.capacity,
        location=settings.accounts[place.account].location,
        trained_in="/".join(trained_in),
        same_account=same,
        source=None if same else source,
    )


def _is_of(deployment: DeploymentSettings, job: str) -> bool:
    return deployment.fine_tuned is not None and deployment.fine_tuned.job == job


def _tuned(settings: Settings) -> list[tuple[str, str]]:
    return [
        (key, name)
        for key, account in settings.accounts.items()
        for name, each in account.deployments.items()
        if each.fine_tuned
    ]


def _meant(settings: Settings, job: str) -> tuple[str, str]:
    tuned = _tuned(settings)
    of_job = [
        (key, name) for key, name in tuned if _is_of(settings.accounts[key].deployments[name], job)
    ]
    for candidates in (of_job, tuned):
        if len(candidates) == 1:
            return candidates[0]
    there = ", ".join("/".join(each) for each in tuned)
    if not tuned:
        raise NoPlace(
            "this stack declares no fine-tuned deployment. Fix: --deployment NAME, with --like "
            "DEPLOYMENT if it is to be a new one"
        )
    raise NoPlace(f"several deployments may be meant. Fix: --deployment, one of {there}")

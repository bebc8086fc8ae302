"""What Azure would refuse in a stack file, found before Azure sees it.

Each check is a generator of complaints: what is wrong, where, and the value that would do.
"""

import ipaddress
from collections.abc import Iterator

from components import catalog
from components.catalog import CONTENT_FILTERS
from components.complaint import Complaint, choices
from components.deployment_rules import of_deployment
from components.naming import Kind, Names, refusal
from components.profiles import is_looser
from components.sections import AccountSettings, Settings
from components.stack_file import Place


def refusals(settings: Settings, stack: str) -> Iterator[Complaint]:
    """Everything that Azure, or the stack itself, would trip over."""
    yield from _profile(settings, stack)
    yield from _names(settings, stack)
    yield from _content_filters(settings)
    for key, account in settings.accounts.items():
        yield from _account(settings, key, account)
        yield from _network(("accounts", key, "network"), account)
        for name in account.deployments:
            yield from of_deployment(settings, key, name)
    yield from _subdomains(settings)
    yield from _routes(settings)
    yield from _access(settings)
    yield from _receivers(settings)


def _profile(settings: Settings, stack: str) -> Iterator[Complaint]:
    own = settings.profile
    if own and is_looser(own, stack):
        yield Complaint(
            place=("profile",),
            message=f"{own!r} is looser than the stack's name. Fix: remove it, or rename the stack",
        )


def _named(place: Place, kind: Kind, name: str) -> Iterator[Complaint]:
    message = refusal(kind, name)
    if message:
        yield Complaint(place=place, message=message)


def _names(settings: Settings, stack: str) -> Iterator[Complaint]:
    names = Names(settings.platform.workload, stack)
    for kind, name in names.stack_wide():
        yield from _named(("platform", "workload"), kind, name)
    for key, account in settings.accounts.items():
        place: Place = ("accounts", key)
        for kind, name in names.of_account(key):
            yield from _named(place, kind, name)
        yield from _named((*place, "subdomain"), "account", account.subdomain)
        for deployment in account.deployments:
            yield from _named((*place, "deployments", deployment), "deployment", deployment)
        for project in account.projects:
            yield from _named((*place, "projects", project), "project", project)
    for content_filter in settings.content_filters:
        yield from _named(("content_filters", content_filter), "content filter", content_filter)
    for blocklist in settings.blocklists:
        yield from _named(("blocklists", blocklist), "blocklist", blocklist)


def _content_filters(settings: Settings) -> Iterator[Complaint]:
    known = {each.name: each for each in CONTENT_FILTERS}
    for key, wanted in settings.content_filters.items():
        place: Place = ("content_filters", key)
        for number, blocklist in enumerate(wanted.blocklists):
            if blocklist not in settings.blocklists:
                yield Complaint(
                    place=(*place, "blocklists", number),
                    message=f"no blocklist {blocklist!r}. "
                    f"{choices(blocklist, settings.blocklists)}",
                    refers_to=("blocklists", blocklist),
                )
        seen = set()
        for number, adjusted in enumerate(wanted.adjust):
            here = (*place, "adjust", number)
            fact = known.get(adjusted.filter)
            if fact is None:
                yield Complaint(
                    place=(*here, "filter"),
                    message=f"Azure has no filter {adjusted.filter!r}. "
                    f"{choices(adjusted.filter, known)}",
                )
                continue
            if adjusted.source not in fact.sources:
                yield Complaint(
                    place=(*here, "source"),
                    message=f"{fact.name} does not look at a {adjusted.source}. "
                    f"Fix: source: {' or '.join(fact.sources)}",
                )
            if adjusted.threshold and not fact.graded:
                yield Complaint(
                    place=(*here, "threshold"),
                    message=f"{fact.name} is on or off. Fix: remove threshold",
                )
            if (adjusted.filter, adjusted.source) in seen:
                yield Complaint(
                    place=here,
                    message=f"{fact.name} on {adjusted.source} stands twice. Fix: keep one",
                )
            seen.add((adjusted.filter, adjusted.source))


def _account(settings: Settings, key: str, account: AccountSettings) -> Iterator[Complaint]:
    place: Place = ("accounts", key)
    residency = settings.platform.residency
    allowed = catalog.regions(residency)
    if account.location not in catalog.regions("global"):
        yield Complaint(
            place=(*place, "location"),
            message=f"no region {account.location!r} is known to serve models. "
            f"{choices(account.location, allowed)}",
        )
    elif account.location not in allowed:
        yield Complaint(
            place=(*place, "location"),
            message=f"{account.location} is outside residency {residency}. "
            f"Fix: one of {', '.join(sorted(allowed))}",
        )
    most = catalog.DEPLOYMENTS_PER_ACCOUNT
    if len(account.deployments) > most:
        yield Complaint(
            place=(*place, "deployments"),
            message=f"{len(account.deployments)} deployments; an account takes {most}. "
            "Fix: another account",
        )
    tuned = sum(each.fine_tuned is not None for each in account.deployments.values())
    if tuned > catalog.FINE_TUNED_DEPLOYMENTS_PER_ACCOUNT:
        yield Complaint(
            place=(*place, "deployments"),
            message=f"{tuned} fine-tuned deployments; an account takes "
            f"{catalog.FINE_TUNED_DEPLOYMENTS_PER_ACCOUNT}. Fix: another account",
        )


def _network(place: Place, account: AccountSettings) -> Iterator[Complaint]:
    network = account.network
    for number, address in enumerate(network.allowed_ips):
        here = (*place, "allowed_ips", number)
        try:
            found = ipaddress.IPv4Network(address, strict=False)
        except ValueError:
            yield Complaint(place=here, message=f"{address!r} is no IPv4 address or range")
            continue
        if found.is_private:
            yield Complaint(
                place=here,
                message=f"{address} is private. Fix: the public address it leaves by",
            )
        if "/" in address and found.prefixlen > 30:
            yield Complaint(
                place=here,
                message=f"Azure takes no range as small as {address}. Fix: each address by itself",
            )
    if network.allowed_ips and not network.public:
        yield Complaint(
            place=(*place, "allowed_ips"),
            message="does nothing while public is false. Fix: public: true, or remove allowed_ips",
        )
    if network.virtual_network and network.private_endpoint_subnet:
        yield Complaint(
            place=place,
            message="virtual_network and private_endpoint_subnet exclude each other. Fix: keep one",
        )
    if network.virtual_network:
        space = network.virtual_network.address_space
        here = (*place, "virtual_network", "address_space")
        try:
            if not 8 <= ipaddress.IPv4Network(space).prefixlen <= 28:
                yield Complaint(place=here, message=f"{space} is not between /8 and /28")
        except ValueError as error:
            yield Complaint(place=here, message=f"no IPv4 range: {error}")


def _subdomains(settings: Settings) -> Iterator[Complaint]:
    first: dict[str, str] = {}
    for key, account in settings.accounts.items():
        owner = first.setdefault(account.subdomain, key)
        if owner != key:
            yield Complaint(
                place=("accounts", key, "subdomain"),
                message=f"{account.subdomain!r} is taken by {owner}. "
                "Fix: another; it is unique in all of Azure",
            )


def _routes(settings: Settings) -> Iterator[Complaint]:
    known = {f"{key}/{name}" for key, a in settings.accounts.items() for name in a.deployments}
    main = f"{settings.main_account()}/"
    short = {name.removeprefix(main) for name in known}
    for key, route in settings.routes.items():
        place: Place = ("routes", key)
        targets: list[tuple[Place, str]] = [((*place, "stable"), route.stable)]
        if route.candidate is not None:
            targets.append(((*place, "candidate"), route.candidate))
        if route.rollback is not None:
            targets.append(((*place, "rollback"), route.rollback))
        targets += [((*place, "fallback", n), name) for n, name in enumerate(route.fallback)]
        for here, name in targets:
            account, deployment = settings.target(name)
            if f"{account}/{deployment}" not in known:
                yield Complaint(
                    place=here,
                    message=f"no deployment {name!r}. {choices(name, short)}",
                    refers_to=("accounts", account, "deployments", deployment),
                )
        if route.candidate and settings.target(route.candidate) == settings.target(route.stable):
            yield Complaint(
                place=(*place, "candidate"), message="is stable already. Fix: remove candidate"
            )
        steps = route.steps_percent
        if not steps or steps != sorted(set(steps)) or steps[-1] != 100:
            yield Complaint(
                place=(*place, "steps_percent"),
                message=f"{steps} does not rise to 100. Fix: [5, 25, 50, 100]",
            )


def _access(settings: Settings) -> Iterator[Complaint]:
    for key, entry in settings.access.items():
        place: Place = ("access", key)
        for number, role in enumerate(entry.roles):
            if role not in catalog.ROLE_SCOPES:
                yield Complaint(
                    place=(*place, "roles", number),
                    message=f"no role {role!r} has a place in a stack. "
                    f"{choices(role, catalog.ROLE_SCOPES)}",
                )
            if role in entry.roles[:number]:
                yield Complaint(
                    place=(*place, "roles", number), message=f"{role} stands twice. Fix: keep one"
                )
        if entry.account is not None and entry.account not in settings.accounts:
            yield Complaint(
                place=(*place, "account"),
                message=f"no account {entry.account!r}. "
                f"{choices(entry.account, settings.accounts)}",
                refers_to=("accounts", entry.account),
            )


def _receivers(settings: Settings) -> Iterator[Complaint]:
    told = settings.observability
    for audience, receivers in (("on_call", told.on_call), ("finance", told.finance)):
        if not receivers.email and not receivers.webhook:
            yield Complaint(
                place=("observability", audience),
                message="nobody would hear. Fix: email: [somebody], or webhook: https://…",
            )

"""Whether an account is reached as it was declared: privately, or by anybody with a role."""

from collections.abc import Sequence
from ipaddress import ip_address

from scripts.smoke.facts import Call, Reach, State
from scripts.smoke.finding import Finding, Level
from scripts.smoke.plan import AccountPlan
from scripts.smoke.trouble import from_the_wrong_side


def finding(
    account: AccountPlan,
    reach: Reach | None,
    state: State | None,
    calls: Sequence[Call],
    *,
    outside: bool,
) -> Finding:
    """`calls` are those to its deployments: what Azure says to them tells which side this is."""

    def found(level: Level, text: str) -> Finding:
        return Finding(check="network", subject=account.name, level=level, text=text)

    if reach is None:
        return found("unknown", "not looked up: no time was left. Fix: a longer --deadline")
    refused = any(from_the_wrong_side(each) for each in calls)
    if outside and not account.public:
        return found(*_from_outside(reach, calls, refused=refused))
    answered = any(each.outcome == "ok" for each in calls)
    if reach.error and answered and account.public:
        return found("warn", f"public; answers, though not directly (a proxy?): {reach.error}")
    if reach.error:
        return found("unreached", f"{reach.host}: {reach.error}. Fix: network, DNS, or sandbox")
    if account.private:
        return found(*_inside(account, reach, state, refused=refused))
    if state and not state.error and account.public != (state.public_network_access != "Disabled"):
        return found(
            "no",
            f"public network access is {state.public_network_access}, declared is "
            f"public: {str(account.public).lower()}. Fix: pulumi up --refresh",
        )
    if not account.public:
        return found("no", "closed, and without a private endpoint: nobody reaches it")
    if account.allowed_ips:
        return found(*_firewalled(account, state, refused=refused))
    return found("ok", f"public: anybody with a role reaches {reach.host} ({reach.tls})")


def _inside(
    account: AccountPlan, reach: Reach, state: State | None, *, refused: bool
) -> tuple[Level, str]:
    public = [each for each in reach.addresses if not ip_address(each).is_private]
    if public:
        return "unreached", (
            f"{reach.host} is {', '.join(public)} here, no private address. Fix: ask from inside "
            "its network, link its private DNS zones to this one, or --outside to prove it closed"
        )
    if refused:
        return "unreached", "its private address was refused as public. Fix: ask from inside"
    if state is None or state.error:
        why = state.error if state else "not asked"
        return "unknown", f"private here; whether it is closed outside is not known: {why}"
    if state.public_network_access != "Disabled" and not account.public:
        return "no", (
            f"private here, and public network access is {state.public_network_access or 'unset'}. "
            "Fix: pulumi up --refresh"
        )
    if not state.endpoints_approved:
        return "no", "no private endpoint is approved. Fix: approve its connection in the portal"
    where = ", ".join(reach.addresses)
    return "ok", f"private: {where} ({reach.tls}); closed outside, says its configuration"


def _from_outside(reach: Reach, calls: Sequence[Call], *, refused: bool) -> tuple[Level, str]:
    """What is private must refuse whoever stands outside, token or not."""
    if answered := [each for each in calls if each.outcome == "ok"]:
        return "no", (
            f"{answered[0].target} answers from outside. "
            "Fix: public network access off, or run this without --outside"
        )
    if refused:
        return "ok", "closed: Azure refuses whoever asks from outside"
    if reach.error:
        return "unknown", f"not reached, which proves nothing: {reach.host}: {reach.error}"
    said = calls[0].said if calls else "nothing was asked"
    return "unknown", f"not refused for where it was asked from: {said}"


def _firewalled(account: AccountPlan, state: State | None, *, refused: bool) -> tuple[Level, str]:
    if state is None or state.error:
        why = state.error if state else "not asked"
        return "unknown", f"whether its firewall denies all others is not known: {why}"
    if state.default_action != "Deny":
        return "no", (
            f"allowed_ips are on paper: its default action is {state.default_action or 'unset'}. "
            "Fix: pulumi up --refresh"
        )
    if refused:
        ranges = ", ".join(account.allowed_ips)
        return "unreached", f"its firewall takes {ranges} only. Fix: ask from there"
    return "ok", f"public for {', '.join(account.allowed_ips)}; all others are denied"

"""Content filters and blocklists of one Azure AI account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import pulumi

from components.azure import cognitiveservices as ai
from components.catalog import CONTENT_FILTERS
from components.sections import BlocklistSettings, ContentFilterSettings
from components.stack import Stack


@dataclass(frozen=True, kw_only=True)
class ContentFiltersArgs:
    stack: Stack
    account_name: pulumi.Input[str]
    content_filters: Mapping[str, ContentFilterSettings]
    blocklists: Mapping[str, BlocklistSettings]
    after: list[pulumi.Resource]
    """The account's writes so far; each write here waits for the one before it."""


class ContentFilters(pulumi.ComponentResource):
    """RAI policies with their blocklists, in Azure's casing and order.

    Azure answers 409 RequestConflict to two writes at once on one account, so all are in one
    chain: blocklists, their items, then the policies that name them.
    """

    writes: list[pulumi.Resource]

    def __init__(
        self, name: str, args: ContentFiltersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plumb:index:ContentFilters", name, None, opts)
        self.writes = list(args.after)
        group, account = args.stack.resource_group_name, args.account_name
        for blocklist in sorted(args.blocklists):
            wanted = args.blocklists[blocklist]
            self.writes.append(
                ai.RaiBlocklist(
                    f"{name}-{blocklist}",
                    resource_group_name=group,
                    account_name=account,
                    rai_blocklist_name=blocklist,
                    properties={"description": wanted.description},
                    opts=self._next(),
                )
            )
            for key, pattern, is_regex in items(wanted):
                self.writes.append(
                    ai.RaiBlocklistItem(
                        f"{name}-{blocklist}-{key}",
                        resource_group_name=group,
                        account_name=account,
                        rai_blocklist_name=blocklist,
                        rai_blocklist_item_name=key,
                        properties={"pattern": pattern, "is_regex": is_regex},
                        opts=self._next(),
                    )
                )
        for policy in sorted(args.content_filters):
            settings = args.content_filters[policy]
            self.writes.append(
                ai.RaiPolicy(
                    f"{name}-{policy}",
                    resource_group_name=group,
                    account_name=account,
                    rai_policy_name=policy,
                    properties={
                        "base_policy_name": "Microsoft.DefaultV2",
                        "mode": "Blocking",
                        "content_filters": [entry.arguments() for entry in entries(settings)],
                        "custom_blocklists": [
                            {"blocklist_name": blocklist, "source": source, "blocking": True}
                            for blocklist in settings.blocklists
                            for source in ("Prompt", "Completion")
                        ],
                    },
                    opts=self._next(),
                )
            )
        self.register_outputs({})

    def _next(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=self.writes[-1:])


@dataclass(frozen=True)
class Entry:
    """One line of a RAI policy."""

    name: str
    source: str
    threshold: str | None
    """Lowest severity acted on; None for filters that are on or off."""
    enabled: bool = True
    blocking: bool = True

    def arguments(self) -> ai.RaiPolicyContentFilterArgsDict:
        own: ai.RaiPolicyContentFilterArgsDict = {
            "name": self.name,
            "source": self.source,
            "enabled": self.enabled,
            "blocking": self.blocking,
        }
        if self.threshold:
            own["severity_threshold"] = self.threshold
        return own


def entries(settings: ContentFilterSettings) -> list[Entry]:
    """A preset with its adjustments, in the order in which Azure answers.

    balanced is Microsoft's default and Indirect Attack; strict acts from Low on and adds
    Profanity; lenient acts on High only.
    """
    threshold = {"strict": "Low", "balanced": "Medium", "lenient": "High"}[settings.preset]
    left_out = {"Indirect Attack Spotlighting"}  # a preview
    if settings.preset != "strict":
        left_out.add("Profanity")
    adjusted = {(each.filter, each.source): each for each in settings.adjust}
    lines = []
    for fact in CONTENT_FILTERS:
        for source in fact.sources:
            own = adjusted.get((fact.name, source))
            graded = threshold if fact.graded else None
            if own:
                graded = (own.threshold or threshold) if fact.graded else None
                lines.append(Entry(fact.name, source, graded, own.enabled, own.blocking))
            elif fact.name not in left_out:
                lines.append(Entry(fact.name, source, graded))
    return lines


def items(blocklist: BlocklistSettings) -> Iterator[tuple[str, str, bool]]:
    """(name, pattern, is a regular expression); the name hangs on the text, not on its place."""
    for is_regex, texts in ((False, blocklist.terms), (True, blocklist.patterns)):
        for text in texts:
            digest = sha256(text.encode()).hexdigest()[:12]
            yield f"{'pattern' if is_regex else 'term'}-{digest}", text, is_regex

"""What one stack deploys, top to bottom."""

import gc
from pathlib import Path

import pulumi

from components import evidence, outputs, settings
from components.access import Access, AccessArgs
from components.account import AiAccount, AiAccountArgs
from components.alerts import Alerts, AlertsArgs
from components.alias_urns import leave_out_alias_urns
from components.azure import authorization, resources
from components.budget import Budget, BudgetArgs
from components.content_filters import ContentFilters, ContentFiltersArgs
from components.delete_lock import DeleteLock, DeleteLockArgs
from components.deployments import ModelDeployments, ModelDeploymentsArgs
from components.known import known
from components.naming import Names
from components.network import Network, NetworkArgs
from components.observability import Observability, ObservabilityArgs
from components.private_dns import PrivateDns
from components.projects import Projects, ProjectsArgs
from components.routing import Routing, RoutingArgs
from components.stack import Stack, tags

gc.disable()  # seconds of life, little to drop: looking took a quarter of a large stack's preview
leave_out_alias_urns()
wanted = settings.load()
name = pulumi.get_stack()
profile = wanted.profile_of(name)
names = Names(wanted.platform.workload, name)
own_tags = tags(wanted, profile)
location = wanted.accounts[wanted.main_account()].location

group = resources.ResourceGroup(
    "group",
    resource_group_name=names.resource_group,
    location=location,
    tags=own_tags,
)
stack = Stack(
    name=name,
    profile=profile,
    names=names,
    location=location,
    tags=own_tags,
    resource_group_name=known(names.resource_group, group),
    subscription_id=authorization.get_client_config_output().subscription_id,
)
protected = pulumi.ResourceOptions(protect=stack.protection.protect)

observability = Observability(
    "observability", ObservabilityArgs(stack=stack, settings=wanted.observability)
)

accounts: dict[str, AiAccount] = {}
projects: dict[str, Projects] = {}
serving: list[pulumi.Resource] = []
private = {key: each for key, each in wanted.accounts.items() if each.network.is_private}
dns = PrivateDns("dns", stack) if private else None

for key, account_wanted in sorted(wanted.accounts.items()):
    account = accounts[key] = AiAccount(
        key,
        AiAccountArgs(
            stack=stack,
            settings=account_wanted,
            workspace_id=observability.workspace.id,
        ),
        protected,
    )
    filters = ContentFilters(
        key,
        ContentFiltersArgs(
            stack=stack,
            account_name=account.name,
            content_filters=wanted.content_filters,
            blocklists=wanted.blocklists,
            after=[account.account],
        ),
    )
    models = ModelDeployments(
        key,
        ModelDeploymentsArgs(
            stack=stack,
            account_name=account.name,
            deployments=account_wanted.deployments,
            after=filters.writes,
        ),
    )
    serving += models.by_name.values()
    own_projects = projects[key] = Projects(
        key,
        ProjectsArgs(
            stack=stack,
            account_name=account.name,
            location=account_wanted.location,
            projects=account_wanted.projects,
            app_insights=observability.app_insights,
            after=models.writes,
        ),
    )
    writes = own_projects.writes
    if dns and key in private:
        reach = Network(
            key,
            NetworkArgs(
                stack=stack, account=account, settings=account_wanted, dns=dns, after=writes
            ),
        )
        writes = reach.writes
    if stack.protection.lock:
        # Protected too: `destroy --skip-preview` takes what it may, and the lock would go first.
        DeleteLock(key, DeleteLockArgs(stack=stack, account=account, after=writes), protected)

routing = Routing("routing", RoutingArgs(stack=stack, settings=wanted, after=serving), protected)
Access(
    "access",
    AccessArgs(
        stack=stack,
        access=wanted.access,
        scopes={
            "account": {key: account.account.id for key, account in accounts.items()},
            "app_insights": {"traces": observability.app_insights.id},
            "workspace": {"logs": observability.workspace.id},
            "resource_group": {"group": group.id},
            "subscription": {
                "subscription": pulumi.Output.concat("/subscriptions/", stack.subscription_id)
            },
        },
    ),
)
Alerts(
    "alerts",
    AlertsArgs(
        stack=stack,
        settings=wanted,
        account_ids={key: account.account.id for key, account in accounts.items()},
        workspace_id=observability.workspace.id,
    ),
)
Budget("budget", BudgetArgs(stack=stack, settings=wanted.budget, scope=group.id))
evidence.register(stack, wanted, Path(__file__).parent)
outputs.export(stack, wanted, accounts, projects, routing, observability)

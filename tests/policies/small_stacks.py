"""A program of a few lines, stacks for it, and the rules that it is held against."""

PROGRAM = """
    import pulumi
    from pulumi_azure_native import cognitiveservices as ai, resources

    config = pulumi.Config("plumbline")
    for key, wanted in config.require_object("accounts").items():
        account = ai.Account(
            key,
            resource_group_name="rg",
            account_name=wanted["subdomain"],
            identity={"type": "SystemAssigned"},
            properties={
                "custom_sub_domain_name": wanted["subdomain"],
                "disable_local_auth": True,
                "public_network_access": "Enabled" if wanted.get("public") else "Disabled",
            },
        )
        for name, deployment in wanted["deployments"].items():
            ai.Deployment(
                f"{key}-{name}",
                resource_group_name="rg",
                account_name=account.name,
                deployment_name=name,
                properties={
                    "model": {"name": deployment["model"], "version": deployment.get("version")},
                    "version_upgrade_option": "NoAutoUpgrade",
                },
            )
"""
STACK = """\
config:
  plumbline:accounts:
    primary:
      subdomain: shop-ai
      deployments:
        embed-v1:
          model: text-embedding-3-large
          version: "1"
"""
FEW = (
    "account-local-auth-disabled",
    "account-managed-identity",
    "account-public-network-restricted",
    "account-custom-subdomain",
    "content-filter-assigned",
    "model-version-pinned",
    "preview-values-known",
)
"""The rules of these tests, so that the program can stay short whatever rules there will be."""
UNPINNED = STACK.replace('          version: "1"\n', "")

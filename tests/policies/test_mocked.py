"""A program run without engine or cloud: what it declares arrives as it would at the engine."""

from datetime import date
from textwrap import dedent

import pulumi
import pytest
from pulumi import resource as sdk_resource
from pulumi.runtime import resource as sdk_registration
from pulumi.runtime import settings

from components import catalog
from policies.values import UNKNOWN
from policies.world import STACK
from scripts.checking import mocked, shortcuts

FLAT = """
    import pulumi
    from pulumi_azure_native import authorization, cognitiveservices as ai, resources

    group = resources.ResourceGroup("group")
    account = ai.Account(
        "account",
        resource_group_name=group.name,
        properties={"custom_sub_domain_name": "shop"},
        opts=pulumi.ResourceOptions(protect=True),
    )
    deployment = ai.Deployment(
        "chat",
        resource_group_name=group.name,
        account_name=account.name,
        deployment_name="chat-v1",
        sku={"name": "Standard", "capacity": 50},
        opts=pulumi.ResourceOptions(parent=account),
    )
    authorization.RoleAssignment(
        "access",
        scope=account.id,
        principal_id=account.identity.apply(lambda identity: identity.principal_id),
        role_definition_id="reader",
    )
    pulumi.export("key", pulumi.Output.secret("hunter2"))
    pulumi.export("stack", pulumi.get_stack())
"""


@pytest.fixture
def run(tmp_path):
    def run(source, stack="dev", config=()):
        program = tmp_path / "__main__.py"
        program.write_text(dedent(source))
        return mocked.run(program, "shop", stack, dict(config))

    return run


def by_name(world):
    return {resource.name: resource for resource in world.resources}


def test_inputs_arrive_as_on_the_wire(run):
    chat = by_name(run(FLAT))["chat"]
    assert chat.type == catalog.DEPLOYMENT
    assert chat.inputs["sku"] == {"name": "Standard", "capacity": 50}
    assert isinstance(chat.inputs["sku"]["capacity"], int)


def test_it_is_known_where_a_value_comes_from_and_who_is_protected(run):
    made = by_name(run(FLAT))
    assert made["chat"].comes_from["accountName"] == {made["account"].urn}
    assert made["chat"].parent == made["account"].urn
    assert made["account"].protected
    assert made["chat"].protected  # as the engine has it: children inherit


def test_ids_have_azures_shape(run):
    scope = by_name(run(FLAT))["access"].inputs["scope"]
    assert scope.endswith(
        "/resourceGroups/group/providers/Microsoft.CognitiveServices/accounts/account"
    )


def test_what_only_azure_can_know_is_unknown(run):
    assert by_name(run(FLAT))["access"].inputs["principalId"] is UNKNOWN


def test_exports_stand_on_the_root_and_secrets_are_noted(run):
    (root,) = run(FLAT).of(STACK)
    assert root.inputs == {"key": "hunter2", "stack": "dev"}
    assert root.secrets == {"hunter2"}


def test_one_stack_leaves_nothing_to_the_next(run):
    first, second = run(FLAT, "dev"), run(FLAT, "prod")
    assert len(first.resources) == len(second.resources) == 5
    assert {resource.urn.split(":")[2] for resource in second.resources} == {"prod"}


def test_a_root_that_another_program_left_is_not_taken_over(run):
    left = settings.ROOT.set(object())
    try:
        (root,) = run(FLAT).of(STACK)
    finally:
        settings.ROOT.reset(left)
    assert root.inputs["stack"] == "dev"


def test_configuration_reaches_the_program_as_the_engine_sends_it(run):
    config = {
        "shop:version": date(2026, 3, 5),
        "shop:map": {"a": [1, date(2026, 3, 5)]},
        "shop:on": True,
    }
    source = """
        import pulumi
        config = pulumi.Config("shop")
        pulumi.export("version", config.require("version"))
        pulumi.export("map", config.require_object("map"))
        pulumi.export("on", config.require_bool("on"))
    """
    (root,) = run(source, config=config).of(STACK)
    assert root.inputs == {
        "version": "2026-03-05 00:00:00 +0000 UTC",
        "map": {"a": [1, "2026-03-05 00:00:00 +0000 UTC"]},
        "on": True,
    }


def test_a_program_that_refuses_is_quoted(run):
    with pytest.raises(pulumi.RunError, match="not like this"):
        run("import pulumi\nraise pulumi.RunError('not like this')")


def test_a_program_that_fails_is_told_where(run):
    with pytest.raises(mocked.ProgramFails, match=r"at __main__\.py:2: KeyError: 'b'"):
        run("a = {}\na['b']")


def test_a_program_that_fails_late_fails(run):
    late = "import pulumi\npulumi.export('x', pulumi.Output.from_input(1).apply(lambda x: x / 0))"
    with pytest.raises(mocked.ProgramFails, match="ZeroDivisionError"):
        run(late)


OPENED = """
    import pulumi
    from pulumi_azure_native import cognitiveservices as ai

    def opened(args):
        if not args.type_.endswith(":Account"):
            return None
        return pulumi.{kind}Result({{**args.props, "properties": {{}}}}, args.opts)

    {before}
    ai.Account("account", resource_group_name="rg", properties={{"disable_local_auth": True}}{opts})
"""
OPTIONS = ", opts=pulumi.ResourceOptions({}=[opened])"


@pytest.mark.parametrize(
    ("kind", "before", "opts"),
    [
        ("ResourceTransform", "", OPTIONS.format("transforms")),
        ("ResourceTransform", "pulumi.runtime.register_resource_transform(opened)", ""),
    ],
)
def test_what_only_the_engine_changes_cannot_be_judged(run, kind, before, opts):
    with pytest.raises(mocked.ProgramFails, match="which only the engine does"):
        run(OPENED.format(kind=kind, before=before, opts=opts))


@pytest.mark.parametrize(
    ("kind", "before", "opts"),
    [
        ("ResourceTransformation", "", OPTIONS.format("transformations")),
        (
            "ResourceTransformation",
            "pulumi.runtime.register_stack_transformation(opened)",
            "",
        ),
    ],
)
def test_what_the_program_itself_changes_is_judged_as_changed(run, kind, before, opts):
    made = by_name(run(OPENED.format(kind=kind, before=before, opts=opts)))
    assert made["account"].inputs["properties"] == {}


def test_two_resources_of_one_name_are_refused_as_the_engine_would(run):
    source = """
        from pulumi_azure_native import resources
        resources.ResourceGroup("group")
        resources.ResourceGroup("group")
    """
    with pytest.raises(mocked.ProgramFails, match=r"ResourceGroup::group twice"):
        run(source)


def test_the_shortcuts_stand_for_names_that_exist_and_are_taken_back():
    def own():
        registration = sdk_registration
        return (
            sdk_resource.collapse_alias_to_urn,
            registration.prepare_aliases,
            registration._get_stack_trace,
        )

    before = own()
    with shortcuts.taken():
        assert not {*before} & {*own()}
    assert own() == before

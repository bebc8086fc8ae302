"""The rules as a CrossGuard pack: the only file that knows pulumi_policy.

The SDK would rebuild every resource once for each rule, and answers an unknown value with advice
only. So requests are read here, once, and handed on to it without their properties.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import grpc
import pulumi_policy as sdk
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi_policy import policy as internals

from components.profiles import KEY, Profile, WrongProfile, resolve
from policies import clock, judge
from policies.arm import normal_type
from policies.configuration import Setting, changes, complaints
from policies.judge import Outcome
from policies.registry import RULES
from policies.rule import Context, Level, ResourceRule, Rule, StackRule
from policies.rules.guard import GUARD
from policies.values import from_struct, texts
from policies.waiver_file import WrongWaivers, read_waivers
from policies.waivers import DESCRIPTION, NAME, Excused, Register, Waiver, in_force
from policies.world import STACK, Finding, Missed, Resource, World

PACK: Final = "plumbline"

LEVELS: Final[dict[int, Level]] = {
    wire.ADVISORY: "advisory",
    wire.MANDATORY: "mandatory",
    wire.REMEDIATE: "mandatory",  # none of ours can remediate
    wire.DISABLED: "disabled",
}


class Gate:
    """What one run of the pack has learned so far. The engine starts it anew for every run."""

    def __init__(self, waivers: Sequence[Waiver] = (), now: datetime | None = None) -> None:
        self.now = now or clock.now()
        """One moment for every rule, however long the update takes."""
        self.profile: Profile = "prod"
        self.levels: dict[str, Level] = {}
        self.waivers = waivers
        self.stack = ""
        self.register: Register | None = None
        self.excused: list[tuple[str, Excused]] = []
        self.notices: list[str] = []
        self.secrets: frozenset[str] = frozenset()
        self.facts: dict[str, Resource] = {}
        """What each resource is asked to be: the engine shows stack rules only outputs."""
        self.missed: list[Missed] = []
        self.world = World(())
        self.policies: list[sdk.Policy] = []
        for rule in RULES.values():
            if isinstance(rule, ResourceRule):
                self.policies.append(self._resource_policy(rule))
            elif isinstance(rule, StackRule):
                self.policies.append(self._stack_policy(rule))
        self.policies.append(self._waiver_policy())
        # `pulumi policy analyze` never says which stack it is; the environment may.
        self.use(resolve(os.environ.get("PULUMI_STACK", "prod"), None))

    def use(self, profile: Profile) -> None:
        """Judge as this environment from now on."""
        self.profile = profile
        for policy in self.policies[:-1]:
            level = RULES[policy.name].levels.at(profile)
            self.levels[policy.name] = level
            policy.enforcement_level = sdk.EnforcementLevel(level)

    def context(self, config: Mapping[str, Any] | None) -> Context:
        return Context(profile=self.profile, now=self.now, config=dict(config or {}))

    def registered(self, urn: str) -> Register:
        """The stack's waivers. Which stack, `policy analyze` tells only in the URNs."""
        if self.register is None:
            stack = self.stack or urn.removeprefix("urn:pulumi:").partition("::")[0]
            self.register = Register(self.waivers, stack, self.now.date())
        return self.register

    def remember(self, request: Any) -> Resource:
        """A resource of an Analyze or AnalyzeStack request."""
        secrets: set[str] = set()
        return Resource(
            urn=request.urn,
            type=normal_type(request.type),
            name=request.name,
            inputs=from_struct(request.properties, secrets),
            protected=request.options.protect,
            parent=request.options.parent,
            secrets=self.secrets | secrets,
        )

    def gather(self, requests: Any) -> World:
        """The whole stack: what was asked for, and what comes from where."""
        resources, unseen = [], []
        for request in requests:
            fact = self.facts.get(request.urn)
            if fact is None or fact.type == STACK:  # the stack's own outputs are its exports
                unseen += [] if fact else [request.urn]
                fact = self.remember(request)
            resources.append(
                replace(
                    fact,
                    parent=request.parent,
                    dependencies=frozenset(request.dependencies),
                    comes_from={
                        key: frozenset(sources.urns)
                        for key, sources in request.propertyDependencies.items()
                    },
                )
            )
        return World(resources, unseen=unseen)

    def _resource_policy(self, rule: ResourceRule) -> sdk.Policy:
        def validate(args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
            resource = self.facts[args.urn]
            if not rule.concerns(resource):
                args.not_applicable("nothing to judge")
            outcome = judge.of_resource(rule, resource, self.context(args.get_config()))
            self._tell(rule, resource, outcome, args, report)

        return sdk.ResourceValidationPolicy(rule.id, rule.description, validate, **_shape(rule))

    def _stack_policy(self, rule: StackRule) -> sdk.Policy:
        def validate(args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
            world = self.world
            if rule is GUARD:
                mandatory = [m for m in self.missed if self.levels[m.rule] == "mandatory"]
                world = World(world.resources, mandatory, world.unseen)
            outcome = judge.of_stack(rule, world, self.context(args.get_config()))
            self._tell(rule, None, outcome, args, report)

        return sdk.StackValidationPolicy(rule.id, rule.description, validate, **_shape(rule))

    def _waiver_policy(self) -> sdk.Policy:
        def validate(args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
            for rule, excused in self.excused:
                subject = excused.finding.resource
                report(in_force(rule, excused), subject.urn if subject else None)
            for resource in self.world.resources[:1]:
                for notice in [*self.notices, *self.registered(resource.urn).notices()]:
                    report(notice, None)

        return sdk.StackValidationPolicy(
            NAME,
            DESCRIPTION,
            validate,
            enforcement_level=sdk.EnforcementLevel.ADVISORY,
            severity=sdk.Severity.LOW,
        )

    def _tell(
        self,
        rule: Rule,
        subject: Resource | None,
        outcome: Outcome,
        args: sdk.ResourceValidationArgs | sdk.StackValidationArgs,
        report: sdk.ReportViolation,
    ) -> None:
        found = [*outcome.findings]
        if outcome.crash:
            found.append(Finding(subject, outcome.crash))
        if found:
            urn = subject.urn if subject else self.world.resources[0].urn
            told = self.registered(urn).sort(rule.id, found)
            for finding in told.findings:
                report(finding.message, finding.resource.urn if finding.resource else None)
            self.excused += [(rule.id, each) for each in told.waived]
        if outcome.missed:
            self.missed.append(outcome.missed)
            # The engine would else count the rule among those that passed.
            args.not_applicable(f"unknown: {outcome.missed.path}")


def _shape(rule: Rule) -> dict[str, Any]:
    return {
        "severity": sdk.Severity(rule.severity.lower()),
        "config_schema": sdk.PolicyConfigSchema({p.name: p.schema for p in rule.params})
        if rule.params
        else None,
        "tags": [rule.category, *rule.controls],
        "remediation_steps": rule.fix,
    }


class Servicer(internals._PolicyAnalyzerServicer):  # private: a test pins it
    """What the engine talks to."""

    def __init__(self, gate: Gate, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate = gate

    @property
    def _sdk(self) -> Any:
        return super()  # Any, since the SDK's own servicer has no types

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        try:
            self._gate.stack = request.stack
            self._gate.use(resolve(request.stack, request.config.get(KEY)))
        except WrongProfile as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        self._gate.secrets = frozenset(
            text for key in request.config_secret_keys for text in _open(request.config.get(key))
        )
        return self._sdk.ConfigureStack(request, context)

    def Configure(self, request: Any, context: Any) -> Any:
        settings = {
            id: Setting(LEVELS[config.enforcementLevel], from_struct(config.properties))
            for id, config in request.policyConfig.items()
            if id != "all"
        }
        wrong = list(complaints(settings, self._gate.profile))
        if wrong:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "; ".join(wrong))
        self._gate.notices = list(changes(settings, self._gate.profile))
        for id in settings.keys() & RULES.keys():
            self._gate.levels[id] = settings[id].level or self._gate.levels[id]
        # Neither silent nor in the way, whatever `all` says.
        request.policyConfig[NAME].enforcementLevel = wire.ADVISORY
        return self._sdk.Configure(request, context)

    def Analyze(self, request: Any, context: Any) -> Any:
        self._gate.facts[request.urn] = self._gate.remember(request)
        bare = wire.AnalyzeRequest(type=request.type, urn=request.urn, name=request.name)
        return self._sdk.Analyze(bare, context)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        self._gate.world = self._gate.gather(request.resources)
        return self._sdk.AnalyzeStack(wire.AnalyzeStackRequest(), context)

    def Remediate(self, request: Any, context: Any) -> Any:
        return wire.RemediateResponse()  # we change nothing behind anybody's back


def _open(value: str | None) -> set[str]:
    """Every text in a configuration value, which is itself text: JSON, if it holds an object."""
    try:
        held = json.loads(value or "")
    except ValueError:
        held = value
    return texts(held) | ({value} if value else set())


def servicer(gate: Gate) -> Servicer:
    """The servicer alone, as PolicyPack would make it."""
    return Servicer(gate, PACK, "0.0.1", gate.policies, sdk.EnforcementLevel.MANDATORY)


def serve() -> None:
    """Answer the engine until it ends this process."""
    try:
        gate = Gate(read_waivers(RULES))
    except WrongWaivers as error:
        raise SystemExit(str(error)) from None
    vars(internals)["_PolicyAnalyzerServicer"] = partial(Servicer, gate)
    sdk.PolicyPack(PACK, gate.policies, sdk.EnforcementLevel.MANDATORY)

"""The provider's RPCs: Pulumi's messages in and out; what is done stands elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.proto.status_pb2 import Status

from sandbox.provider import arm_client, check
from sandbox.provider.arm_client import ArmFailure, Ended
from sandbox.provider.diff import CREATE_BEFORE_DELETE, Difference, differences
from sandbox.provider.metadata import sdk_version
from sandbox.provider.paths import replacing
from sandbox.provider.preview import previewed
from sandbox.provider.resources import Known, Refused, Resources, Unfinished
from sandbox.provider.sessions import Session, Sessions
from sandbox.provider.values import plain, wire

CLIENT_CONFIG = "azure-native:authorization:getClientConfig"
CLIENT_TOKEN = "azure-native:authorization:getClientToken"

FAILED = "the sandbox's provider failed, and not you. The sandbox's log.txt says where."
LOG = logging.getLogger("sandbox.provider")

_MODES: dict[int, check.Mode] = {0: "PROPOSE", 1: "ENFORCE", 2: "DISABLE"}
_RPC_UNKNOWN = 2

Request = TypeVar("Request")
Response = TypeVar("Response")
Rpc = Callable[["Servicer", Request, grpc.ServicerContext], Response]


def _answering(rpc: Rpc[Request, Response]) -> Rpc[Request, Response]:
    """Every refusal reaches the engine as one line."""

    @wraps(rpc)
    def answer(self: Servicer, request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return rpc(self, request, context)
        except (ArmFailure, Ended, LookupError, Refused) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Exception:
            about = getattr(request, "urn", "") or getattr(request, "tok", "")
            LOG.exception("%s %s", rpc.__name__, about)
            context.abort(grpc.StatusCode.INTERNAL, FAILED)

    return answer


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """azure-native, as far as the engine can tell."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.sessions = Sessions()

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=sdk_version())

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        return provider_pb2.DiffResponse()

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        self.sessions.of(context).configure(request.variables)
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self.sessions.end(context)
        return Empty()

    @_answering
    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        known = self._known(request.urn)
        session = self.sessions.of(context)
        named = request.HasField("autonaming")
        with self.sessions.call(context) as call:
            around = check.Around(
                logical_name=request.urn.rpartition("::")[2],
                seed=request.randomSeed,
                location=session.location,
                location_of_group=lambda group: self._location(session, group, call),
                mode=_MODES[request.autonaming.mode] if named else None,
                proposed=request.autonaming.proposed_name,
            )
            inputs = check.completed(
                known.declared, known.place, plain(request.olds), plain(request.news), around
            )
        return provider_pb2.CheckResponse(
            inputs=wire(inputs),
            failures=[
                provider_pb2.CheckFailure(reason=reason)
                for reason in check.complaints(known.declared, known.place, inputs)
            ],
        )

    @_answering
    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        known = self._known(request.urn)
        old, state = plain(request.old_inputs), plain(request.olds)
        if "azureApiVersion" not in old and "azureApiVersion" in state:
            old["azureApiVersion"] = state["azureApiVersion"]  # imported: no input had it
        found = differences(old, plain(request.news), state, replacing(known.place))
        replaces = [each.path for each in found if each.replaces]
        return provider_pb2.DiffResponse(
            changes=(
                provider_pb2.DiffResponse.DIFF_SOME
                if found
                else provider_pb2.DiffResponse.DIFF_NONE
            ),
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and old.get(CREATE_BEFORE_DELETE) is not True,
            diffs=list(dict.fromkeys(each.root for each in found)),
            detailedDiff={each.path: provider_pb2.PropertyDiff(kind=_kind(each)) for each in found},
            hasDetailedDiff=True,
        )

    @_answering
    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        known, inputs = self._known(request.urn), plain(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=wire(previewed(known.declared, inputs)))
        with self.sessions.call(context, request.timeout) as call:
            try:
                subscription = self._subscription(self.sessions.of(context), call)
                id, outputs = self._resources.create(known, inputs, subscription, call)
            except Unfinished as failure:
                _fail_partly(context, failure, request.properties)
                return provider_pb2.CreateResponse()
        return provider_pb2.CreateResponse(id=id, properties=wire(outputs))

    @_answering
    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        known = self._known(request.urn)
        inputs = plain(request.inputs) if request.HasField("inputs") else None
        with self.sessions.call(context) as call:
            found = self._resources.read(
                known, request.id, inputs or None, plain(request.properties), call
            )
        if found is None:
            return provider_pb2.ReadResponse()
        outputs, now = found
        return provider_pb2.ReadResponse(id=request.id, properties=wire(outputs), inputs=wire(now))

    @_answering
    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        known, inputs = self._known(request.urn), plain(request.news)
        if request.preview:
            promised = previewed(known.declared, inputs, plain(request.olds))
            return provider_pb2.UpdateResponse(properties=wire(promised))
        with self.sessions.call(context, request.timeout) as call:
            try:
                subscription = self._subscription(self.sessions.of(context), call)
                outputs = self._resources.update(known, inputs, subscription, call)
            except Unfinished as failure:
                _fail_partly(context, failure, request.news)
                return provider_pb2.UpdateResponse()
        return provider_pb2.UpdateResponse(properties=wire(outputs))

    @_answering
    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        with self.sessions.call(context, request.timeout) as call:
            self._resources.delete(self._known(request.urn), request.id, call)
        return Empty()

    @_answering
    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        with self.sessions.call(context) as call:
            if request.tok == CLIENT_TOKEN:
                returned: dict[str, Any] = {"token": self._resources.token()}
            else:
                subscription = self._subscription(self.sessions.of(context), call)
                if request.tok == CLIENT_CONFIG:
                    returned = self._resources.client() | {"subscriptionId": subscription}
                else:
                    returned = self._resources.invoke(
                        request.tok, plain(request.args), subscription, call
                    )
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(wire(returned))  # a word of Python
        return response

    def Construct(
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        _unimplemented(context, "Construct")

    def Call(
        self, request: provider_pb2.CallRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CallResponse:
        _unimplemented(context, "Call")

    def GetMapping(
        self, request: provider_pb2.GetMappingRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetMappingResponse:
        _unimplemented(context, "GetMapping")

    def GetMappings(
        self, request: provider_pb2.GetMappingsRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetMappingsResponse:
        _unimplemented(context, "GetMappings")

    def Parameterize(
        self, request: provider_pb2.ParameterizeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ParameterizeResponse:
        _unimplemented(context, "Parameterize")

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        _unimplemented(context, "GetSchema")

    def _known(self, urn: str) -> Known:
        types = urn.split("::")[2]
        return self._resources.known(types.rpartition("$")[2])

    def _subscription(self, session: Session, call: arm_client.Call) -> str:
        session.subscription = session.subscription or self._resources.subscription(call)
        return session.subscription

    def _location(self, session: Session, group: str, call: arm_client.Call) -> str:
        if not session.groups.get(group):
            subscription = self._subscription(session, call)
            session.groups[group] = self._resources.location_of_group(group, subscription, call)
        return session.groups[group]


def _kind(each: Difference) -> provider_pb2.PropertyDiff.Kind.ValueType:
    name = f"{each.change}_REPLACE" if each.replaces else each.change
    return provider_pb2.PropertyDiff.Kind.Value(name)


def _fail_partly(context: grpc.ServicerContext, failure: Unfinished, inputs: Any) -> None:
    """Tells the engine that the resource exists, so that it is kept and repaired next time."""
    detail = AnyMessage()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.id,
            properties=wire(failure.outputs),
            reasons=[str(failure)],
            inputs=inputs,
        )
    )
    status = Status(code=_RPC_UNKNOWN, message=str(failure), details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.set_code(grpc.StatusCode.UNKNOWN)
    context.set_details(str(failure))


def _unimplemented(context: grpc.ServicerContext, name: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not yet implemented")

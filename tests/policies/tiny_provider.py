"""A provider that the real engine can attach to: it makes everything, anywhere, at once."""

from concurrent import futures
from contextlib import contextmanager

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from policies.arm import id_of, normal_type
from policies.values import from_struct


class Tiny(provider_pb2_grpc.ResourceProviderServicer):
    """In a preview every output that is not an input is unknown, as azure-native has it."""

    def __init__(self):
        self.created = []

    def Handshake(self, request, context):
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request, context):
        return Empty()

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="3.29.0")

    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        return provider_pb2.DiffResponse()

    def Configure(self, request, context):
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Create(self, request, context):
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self.created.append(request.urn)
        outputs = request.properties
        name = request.urn.rpartition("::")[2]
        outputs.fields["name"].string_value = name
        id = id_of(
            normal_type(request.type),
            from_struct(request.properties),
            subscription="00000000-0000-4000-8000-000000000001",
            otherwise=name,
        )
        return provider_pb2.CreateResponse(id=id or name, properties=outputs)

    def Read(self, request, context):
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties)

    def Delete(self, request, context):
        return Empty()

    def Cancel(self, request, context):
        return Empty()


@contextmanager
def serving():
    """The provider and the port it listens on."""
    tiny = Tiny()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(tiny, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield tiny, port
    finally:
        server.stop(None).wait()

"""An Analyzer service that takes the engine's messages and answers nothing: what any pack in Python costs at least."""

import sys
import threading
from concurrent import futures

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc


class Bare(analyzer_pb2_grpc.AnalyzerServicer):
    def GetAnalyzerInfo(self, request, context):
        return pb.AnalyzerInfo(name="bare")

    def Configure(self, request, context):
        return empty_pb2.Empty()

    def ConfigureStack(self, request, context):
        return pb.AnalyzerStackConfigureResponse()

    def Analyze(self, request, context):
        return pb.AnalyzeResponse()

    def AnalyzeStack(self, request, context):
        return pb.AnalyzeResponse()

    def Remediate(self, request, context):
        return pb.RemediateResponse()


# Threads and sizes are the SDK's.
server = grpc.server(
    futures.ThreadPoolExecutor(max_workers=4), options=[("grpc.max_receive_message_length", 400 << 20)]
)
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Bare(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
sys.stdout.buffer.write(f"{port}\n".encode())
threading.Event().wait()

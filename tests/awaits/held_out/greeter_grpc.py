"""What grpc's generator writes."""

import grpc


class GreeterStub(object):
    """The greeting service."""

    def __init__(self, channel):
        self.SayHello = channel.unary_unary(
            "/helloworld.Greeter/SayHello", request_serializer=bytes, response_deserializer=bytes
        )
        self.Listen = channel.unary_stream("/helloworld.Greeter/Listen")

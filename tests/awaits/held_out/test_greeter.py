import grpc


async def test_unary(greeter):
    reply = greeter.SayHello(b"")  # missing
    assert reply.message == "hello"
    assert greeter.SayHello(b"").message == "hello"  # missing
    assert (await greeter.SayHello(b"")).message == "hello"  # right
    reply = await greeter.SayHello(b"")  # right
    assert reply
    async for each in greeter.Listen(b""):  # right
        assert each
    for each in greeter.Listen(b""):  # missing
        assert each
    call = greeter.SayHello(b"")  # right
    assert await call.code() == grpc.StatusCode.OK  # right
    assert call.code() == grpc.StatusCode.OK  # missing
    assert call.done()  # right

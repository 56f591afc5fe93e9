import grpc


async def test_channel(channel):
    channel.close()  # missing
    channel.channel_ready()  # missing
    channel.get_state()  # right
    call = channel.unary_unary("/a/b")  # right
    call(b"")  # right
    await channel.channel_ready()  # right


async def test_server():
    server = grpc.aio.server()
    server.add_insecure_port("[::]:0")  # right
    server.start()  # missing
    server.stop(None)  # missing
    server.wait_for_termination()  # missing
    await server.start()  # right

async def test_publish(broker):
    broker.publish("a", b"")  # missing
    broker.flush()  # missing
    subscription = await broker.subscribe("a")  # right
    message = subscription.next_msg()  # missing
    assert message.data == b""
    assert broker.is_connected  # right
    stream = broker.jetstream()  # right
    stream.add_stream(name="a", subjects=["a"])  # missing
    await stream.publish("a", b"")  # right
    subscription.unsubscribe()  # missing
    assert broker.request("a", b"").data == b""  # missing

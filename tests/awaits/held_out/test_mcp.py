async def test_tools(mcp_session):
    tools = mcp_session.list_tools()  # missing
    assert tools.tools == []
    assert (await mcp_session.list_tools()).tools == []  # right
    mcp_session.send_ping()  # missing
    result = await mcp_session.call_tool("a", {})  # right
    assert not result.isError
    assert mcp_session.call_tool("a", {}).isError  # missing
    mcp_session.initialize()  # missing

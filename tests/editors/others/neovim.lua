-- nvim --headless --clean -u CONFIGURATION -c 'luafile neovim.lua', in the example project; ends with 0 or 1.

local function until_(what, condition)
  assert(vim.wait(40000, condition, 20), "waited in vain for " .. what)
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

-- Puts the cursor on the last character of the first such text.
local function go_to(text)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search("\\V" .. text, "ceW") > 0, "no such text: " .. text)
end

local function has_code(code)
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == code then
      return one
    end
  end
end

local function play()
  vim.cmd("edit tests/test_orders.py")
  local client
  until_("the server", function()
    for _, one in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
      if one.name == "loopscope" and one.initialized ~= false and vim.lsp.buf_is_attached(0, one.id) then
        client = one
      end
    end
    return client ~= nil
  end)
  assert(client.config.root_dir == vim.fn.getcwd(), "root " .. tostring(client.config.root_dir))

  until_("a diagnostic", function()
    return has_code("assert-on-coroutine")
  end)
  assert(lines()[has_code("assert-on-coroutine").lnum + 1] == "    assert is_empty(database)")

  -- The menu of code actions, in which the first entry is chosen.
  vim.ui.select = function(items, _, on_choice)
    on_choice(items[1], 1)
  end
  go_to("assert is_empty")
  vim.lsp.buf.code_action()
  until_("the code action", function()
    return vim.fn.search("assert await is_empty(database)", "nw") > 0
  end)
  until_("the diagnostic to go", function()
    return not has_code("assert-on-coroutine")
  end)

  go_to("test_first_order(data")
  vim.lsp.buf.definition()
  until_("the definition", function()
    return vim.fn.expand("%:t") == "conftest.py"
  end)
  assert(vim.api.nvim_get_current_line() == "async def database():")
  vim.cmd("buffer test_orders.py")

  go_to("test_first_order(data")
  vim.lsp.buf.rename("storage")
  until_("the renamed use", function()
    return vim.fn.search("async def test_first_order(storage)", "nw") > 0
  end)
  vim.cmd("buffer conftest.py")
  assert(vim.fn.search("async def storage():", "nw") > 0, "the fixture is not renamed")
  vim.cmd("buffer test_orders.py")

  go_to("test_first_order(storage")
  local row = vim.fn.line(".")
  vim.fn.setline(row, "async def test_first_order(storage, cata):")
  local position = { line = row - 1, character = #"async def test_first_order(storage, cata" }
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = position }
  local answer = vim.lsp.buf_request_sync(0, "textDocument/completion", params, 40000)[client.id]
  local labels = vim.tbl_map(function(item)
    return item.label
  end, answer.result.items)
  assert(vim.tbl_contains(labels, "catalogue"), vim.inspect(labels))
end

local ok, problem = xpcall(play, debug.traceback)
if not ok then
  io.stderr:write(problem .. "\n")
  vim.cmd("cquit 1")
end
vim.cmd("qall!")

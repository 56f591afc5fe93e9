-- Neovim 0.7 to 0.10: in init.lua, or in a file that it requires.
local markers = { "pyproject.toml", "pytest.toml", "pytest.ini", "tox.ini", "setup.cfg" }
local started = {}

local function root_of(file)
  for _, marker in ipairs(markers) do
    local found = vim.fn.findfile(marker, vim.fn.fnamemodify(file, ":p:h") .. ";")
    if found ~= "" then
      return vim.fn.fnamemodify(found, ":p:h")
    end
  end
  return vim.fn.fnamemodify(file, ":p:h")
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = "python",
  callback = function(args)
    local root = root_of(args.file)
    local config = {
      name = "loopscope",
      cmd = { "loopscope", "server" },
      root_dir = root,
    }
    if vim.lsp.start then
      vim.lsp.start(config)
    else -- Neovim 0.7 does not reuse clients itself
      started[root] = started[root] or vim.lsp.start_client(config)
      vim.lsp.buf_attach_client(args.buf, started[root])
    end
  end,
})

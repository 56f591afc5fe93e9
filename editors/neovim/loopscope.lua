-- Neovim 0.11 and later: in init.lua, or in a file that it requires.
vim.lsp.config("loopscope", {
  cmd = { "loopscope", "server" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "pytest.toml", "pytest.ini", "tox.ini", "setup.cfg", ".git" },
})
vim.lsp.enable("loopscope")

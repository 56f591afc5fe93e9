" loopscope for ALE: as ~/.vim/ale_linters/python/loopscope.vim
function! s:Root(buffer) abort
  for l:marker in ['pyproject.toml', 'pytest.toml', 'pytest.ini', 'tox.ini', 'setup.cfg']
    let l:found = ale#path#FindNearestFile(a:buffer, l:marker)
    if !empty(l:found)
      return fnamemodify(l:found, ':h')
    endif
  endfor
  return expand('#' . a:buffer . ':p:h')
endfunction

call ale#linter#Define('python', {
\   'name': 'loopscope',
\   'lsp': 'stdio',
\   'executable': 'loopscope',
\   'command': '%e server',
\   'project_root': function('s:Root'),
\})

" vim -Nu ale.vim tests/test_orders.py, in the example project, with $CONFIGURATION and $RESULT; ends with 0 or 1.
set hidden noswapfile nomore
filetype plugin on
let &runtimepath = $CONFIGURATION . ',' . &runtimepath
execute 'source' $CONFIGURATION . '/vimrc'
packadd! ale

function! Fail(what) abort
  call writefile([a:what, 'line: ' . getline('.'), 'messages: ' . execute('messages')], $RESULT)
  cquit
endfunction

function! Until(what, condition) abort
  for l:attempt in range(2000)
    if a:condition()
      return
    endif
    sleep 20m
  endfor
  call Fail('waited in vain for ' . a:what)
endfunction

function! Expect(what, holds) abort
  if !a:holds
    call Fail(a:what)
  endif
endfunction

" Puts the cursor on the last character of the first such text.
function! GoTo(text) abort
  call cursor(1, 1)
  call Expect('no such text: ' . a:text, search('\V' . a:text, 'ceW') > 0)
endfunction

function! Has(text) abort
  return search('\V' . a:text, 'nw') > 0
endfunction

function! Codes() abort
  return map(copy(ale#engine#GetLoclist(bufnr(''))), {_, one -> get(one, 'code', '')})
endfunction

function! Play() abort
  call Until('a diagnostic', {-> index(Codes(), 'assert-on-coroutine') >= 0})
  let l:found = ale#engine#GetLoclist(bufnr(''))[index(Codes(), 'assert-on-coroutine')]
  call Expect('wrong place', getline(l:found.lnum) ==# '    assert is_empty(database)' && l:found.col == 12)

  call GoTo('assert is_empty')
  call feedkeys("1\<CR>", 't') " the answer to ALE's menu
  ALECodeAction
  call Until('the code action', {-> Has('assert await is_empty(database)')})
  ALELint " which a change made by hand would start
  call Until('the diagnostic to go', {-> index(Codes(), 'assert-on-coroutine') < 0})

  call GoTo('test_first_order(data')
  ALEGoToDefinition
  call Until('the definition', {-> expand('%:t') ==# 'conftest.py'})
  call Expect('not at the fixture', getline('.') ==# 'async def database():')
  buffer test_orders.py

  call GoTo('test_first_order(data')
  call feedkeys("\<C-u>storage\<CR>", 't') " the answer to ALE's prompt
  ALERename
  call Until('the renamed use', {-> Has('async def test_first_order(storage)')})
  buffer conftest.py
  call Until('the renamed fixture', {-> Has('async def storage():')})
  buffer test_orders.py

  call GoTo('test_first_order(storage')
  call setline('.', 'async def test_first_order(storage, cat):')
  call cursor('.', len('async def test_first_order(storage, cat') + 1)
  call feedkeys('ia', 't')
endfunction

" Completion comes by itself in insert mode, which the keys bring about once this callback has returned.
function! Run(_timer) abort
  try
    call Play()
  catch
    call Fail(v:exception . ' at ' . v:throwpoint)
  endtry
  let s:end = localtime() + 40
  call timer_start(50, 'Completed', {'repeat': -1})
endfunction

function! Completed(_timer) abort
  let l:offered = map(copy(complete_info(['items']).items), {_, one -> one.word})
  if index(l:offered, 'catalogue') >= 0
    call writefile(['passed'], $RESULT)
    qall!
  elseif localtime() > s:end
    call Fail('waited in vain for completion')
  endif
endfunction

autocmd VimEnter * call timer_start(100, 'Run')

;;; eglot.el --- emacs -Q --batch -l eglot.el CONFIGURATION, in the example project -*- lexical-binding: t -*-

(load (expand-file-name "common.el" (file-name-directory load-file-name)) nil t)
(load (pop command-line-args-left) nil t)
(require 'eglot)
(require 'flymake)
(setq eglot-sync-connect 20 eglot-send-changes-idle-time 0.05
      eglot-confirm-server-edits nil eglot-confirm-server-initiated-edits nil)

(defun loopscope-test-diagnostic (text)
  "The diagnostic of loopscope that says TEXT."
  (flymake-start)
  (cl-find-if (lambda (one) (string-match-p text (flymake-diagnostic-text one))) (flymake-diagnostics)))

(defun loopscope-test-eglot ()
  ;; `eglot-ensure' connects after the next command, which a batch run does not have.
  (run-hooks 'post-command-hook)
  (loopscope-test-until "the server" #'eglot-managed-p)
  (flymake-mode 1)

  (let ((found (loopscope-test-until
                "a diagnostic" (lambda () (loopscope-test-diagnostic "`is_empty` is a coroutine function")))))
    (goto-char (flymake-diagnostic-beg found)))
  (cl-assert (looking-at "is_empty(database)"))

  (cl-letf (((symbol-function 'completing-read) #'loopscope-test-choose-first)
            (last-nonmenu-event ?a)) ; asked for by a key: no menu of a window system
    (eglot-code-actions (point) (1+ (point)) "quickfix" t))
  (loopscope-test-until "the code action" (lambda () (loopscope-test-has "assert await is_empty(database)")))
  (eglot--signal-textDocument/didChange)
  (loopscope-test-until
   "the diagnostic to go" (lambda () (not (loopscope-test-diagnostic "`is_empty` is a coroutine function"))))

  (loopscope-test-go-to "test_first_order(data")
  (let ((tests (current-buffer)))
    (xref-find-definitions (symbol-name (symbol-at-point)))
    (cl-assert (equal "conftest.py" (file-name-nondirectory buffer-file-name)))
    (cl-assert (looking-at "database():"))
    (switch-to-buffer tests))

  (loopscope-test-go-to "test_first_order(data")
  (eglot-rename "storage")
  (cl-assert (loopscope-test-has "async def test_first_order(storage)"))
  (with-current-buffer (find-file-noselect "conftest.py")
    (cl-assert (loopscope-test-has "async def storage():"))
    (set-buffer-modified-p nil))

  (loopscope-test-go-to "test_first_order(storage)")
  (insert ", cata")
  (eglot--signal-textDocument/didChange)
  (let ((offered (all-completions "" (nth 2 (eglot-completion-at-point)))))
    (cl-assert (cl-some (lambda (one) (string-match-p "catalogue" one)) offered) nil "offered: %S" offered)))

(loopscope-test-play #'loopscope-test-eglot)

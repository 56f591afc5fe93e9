;;; lsp-mode.el --- emacs -Q --batch -l lsp-mode.el CONFIGURATION, in the example project -*- lexical-binding: t -*-

(load (expand-file-name "common.el" (file-name-directory load-file-name)) nil t)
(load (pop command-line-args-left) nil t)
(require 'lsp-mode)
(require 'lsp-diagnostics)
(require 'lsp-completion)
(require 'lsp-headerline)
(require 'lsp-modeline)
;; Only what a batch run cannot have: a prompt about the folder, watches, a session kept in the home folder.
(setq lsp-session-file (expand-file-name "session" (make-temp-file "lsp" t)) lsp-auto-guess-root t lsp-enable-file-watchers nil
      lsp-diagnostics-provider :flymake lsp-restart 'ignore)

(defun loopscope-test-codes ()
  "The rules behind the diagnostics of this file."
  (mapcar #'lsp:diagnostic-code? (gethash (lsp--fix-path-casing buffer-file-name) (lsp-diagnostics))))

(defun loopscope-test-lsp-mode ()
  (lsp-workspace-folders-add (expand-file-name ".."))
  (lsp) ; `lsp-deferred' waits for the buffer to be shown in a window
  (loopscope-test-until
   "the server"
   (lambda () (and (lsp-workspaces) (eq 'initialized (lsp--workspace-status (car (lsp-workspaces)))))))
  (cl-assert (eq 'loopscope (lsp--client-server-id (lsp--workspace-client (car (lsp-workspaces))))))

  (loopscope-test-until "a diagnostic" (lambda () (member "assert-on-coroutine" (loopscope-test-codes))))

  (loopscope-test-go-to "assert is_empty")
  (let ((actions (lsp-code-actions-at-point)))
    (lsp-execute-code-action (elt actions 0)))
  (loopscope-test-until "the code action" (lambda () (loopscope-test-has "assert await is_empty(database)")))
  (lsp--flush-delayed-changes)
  (loopscope-test-until
   "the diagnostic to go" (lambda () (not (member "assert-on-coroutine" (loopscope-test-codes)))))

  (loopscope-test-go-to "test_first_order(data")
  (let ((tests (current-buffer)))
    (lsp-find-definition)
    (cl-assert (equal "conftest.py" (file-name-nondirectory buffer-file-name)))
    (cl-assert (looking-at "database():"))
    (switch-to-buffer tests))

  (loopscope-test-go-to "test_first_order(data")
  (lsp-rename "storage")
  (cl-assert (loopscope-test-has "async def test_first_order(storage)"))
  (with-current-buffer (find-file-noselect "conftest.py")
    (cl-assert (loopscope-test-has "async def storage():"))
    (set-buffer-modified-p nil))

  (loopscope-test-go-to "test_first_order(storage)")
  (insert ", cata")
  (lsp--flush-delayed-changes)
  (let ((offered (all-completions "" (nth 2 (lsp-completion-at-point)))))
    (cl-assert (cl-some (lambda (one) (string-match-p "catalogue" one)) offered) nil "offered: %S" offered)))

(loopscope-test-play #'loopscope-test-lsp-mode)

;;; common.el --- what the Emacs tests share -*- lexical-binding: t -*-

(require 'cl-lib)
(setq debug-on-error nil make-backup-files nil)
;; Debian's packages, which -Q leaves out; last, so that an eglot that is part of Emacs wins.
(dolist (folder (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*"))
  (add-to-list 'load-path folder t))

(defun loopscope-test-until (what condition)
  "Wait until CONDITION returns something, and return that; fail naming WHAT."
  (let ((end (+ (float-time) 40)) found)
    (while (and (not (setq found (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or found (error "Waited in vain for %s" what))))

(defun loopscope-test-has (text)
  "Whether the buffer has TEXT."
  (save-excursion (goto-char (point-min)) (search-forward text nil t)))

(defun loopscope-test-go-to (text)
  "Put point on the last character of the first TEXT."
  (goto-char (point-min))
  (search-forward text)
  (backward-char))

(defun loopscope-test-choose-first (_prompt choices &rest _)
  "Answer a prompt with the first of CHOICES."
  (car (all-completions "" choices)))

(defun loopscope-test-play (play)
  "Call PLAY in the test file of the example project; end Emacs with 0 or 1."
  (condition-case problem
      (with-current-buffer (find-file-noselect "tests/test_orders.py")
        (switch-to-buffer (current-buffer))
        (funcall play)
        (set-buffer-modified-p nil)
        (kill-emacs 0))
    (error (message "FAILED: %s" (error-message-string problem)) (kill-emacs 1))))

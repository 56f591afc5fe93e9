;;; loopscope-lsp-mode.el --- loopscope in lsp-mode, beside other servers -*- lexical-binding: t -*-

(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection '("loopscope" "server"))
                    :activation-fn (lsp-activate-on "python")
                    :server-id 'loopscope
                    :add-on? t)))

(add-hook 'python-mode-hook #'lsp-deferred)
(add-hook 'python-ts-mode-hook #'lsp-deferred)

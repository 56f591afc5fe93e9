"""The worker process that runs jedi, and questions to it with a deadline."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import loopscope

DEADLINE = 5.0
"""Seconds after which an answer is given up, and with it the process."""
_START = 60.0
"""Seconds that the process may take to be ready: how busy the computer is says nothing of the question."""


class JediProcess:
    """Started at the first question, and again after one that took too long. May be asked from one thread at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._process: subprocess.Popen[str] | None = None
        self._closed = False
        self._ready = False
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def ask(self, request: Mapping[str, Any]) -> Mapping[str, str] | None:
        """The worker's answer to a request, empty when it knows none; None when there was no answer in time."""
        process = self._running()
        if process is None or process.stdin is None:
            return None
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            if not self._ready:
                self._ready = self._answers.get(timeout=_START) != ""
            line = self._answers.get(timeout=self._deadline) if self._ready else ""
            return json.loads(line) or {}
        except (OSError, ValueError, queue.Empty):
            self.stop()
            return None

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def close(self) -> None:
        """End the process, and start none again: who waits for an answer in another thread gets none."""
        self._closed = True
        self.stop()

    def _running(self) -> "subprocess.Popen[str] | None":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        if self._closed:
            return None
        try:
            process = subprocess.Popen(
                # Without the working directory: what lies in a project must not stand in for jedi.
                [sys.executable, "-P", "-m", "loopscope.semantics.worker"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
                cwd=Path(loopscope.__file__).parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError:
            return None
        self._process, self._ready, self._answers = process, False, queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, self._answers), daemon=True).start()
        return process


def _read(process: "subprocess.Popen[str]", answers: "queue.SimpleQueue[str]") -> None:
    """Hand on what a process writes, and an empty text when it ends."""
    if process.stdout is not None:
        try:
            for line in process.stdout:
                answers.put(line)
        except ValueError:
            pass
    answers.put("")

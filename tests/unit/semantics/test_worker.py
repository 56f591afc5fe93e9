"""The process that asks jedi."""

import json
import os
import subprocess
import sys
from pathlib import Path

ENDLESS = """\
import threading

print("imported", flush=True)


class Project:
    def __init__(self, *args, **named):
        print("asked", flush=True)
        threading.Event().wait()
"""


def test_it_says_when_it_is_ready_and_ends_with_its_input_though_jedi_never_answers(tmp_path: Path) -> None:
    (tmp_path / "jedi.py").write_text(ENDLESS)
    command = [sys.executable, "-P", "-m", "loopscope.semantics.worker"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, encoding="utf-8"
    ) as worker:
        try:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps({"root": ".", "sys_path": []}) + "\n")
            worker.stdin.flush()
            assert [worker.stdout.readline() for _ in range(3)] == ["imported\n", "ready\n", "asked\n"]
            worker.stdin.close()
            assert worker.wait(60) == 0
        finally:
            worker.kill()

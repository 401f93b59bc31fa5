"""`python -m crash.house`: the program, ready to be forked, so that people appear at once.

Reads orders as lines of JSON: `{"do": "prepare", "with": [3]}`. What is done here and now is
answered by a line when it is done; with `"log"` it is done by a process of its own, whose pid is
answered.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import traceback

import django

django.setup()

from django.db import connections  # noqa: E402

from . import agency, people  # noqa: E402

ACTIONS = {"prepare": agency.prepare, "work": people.work, "tidy": people.tidy}


def main() -> None:
    signal.signal(signal.SIGCHLD, lambda *_: reap())
    importlib.import_module("django.urls").get_resolver().url_patterns  # noqa: B018  (loads them)
    for line in sys.stdin:
        order = json.loads(line)
        answer(fork(order) if "log" in order else carry_out(order))


def carry_out(order: dict) -> object:
    """In this process, which keeps no connection that a child could inherit."""
    try:
        return ACTIONS[order["do"]](*order.get("with", []))
    except Exception:  # noqa: BLE001  (the loop must hear of it)
        return {"mistake": traceback.format_exc()}
    finally:
        connections.close_all()


def fork(order: dict) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(stream, number)
    code = 1
    try:
        ACTIONS[order["do"]](*order.get("with", []))
        code = 0
    except BaseException:  # noqa: BLE001  (the auditor reads it)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def answer(value: object) -> None:
    ANSWERS.write(json.dumps(value) + "\n")
    ANSWERS.flush()


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    # What is said in here goes to the log; the answers have their own way out.
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main()

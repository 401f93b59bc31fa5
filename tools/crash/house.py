"""`python -m tools.crash.house`: the program, ready to be forked, so that people appear at once.

Reads orders as lines of JSON: `{"do": "prepare", "with": [3]}`. What is done here and now is
answered by a line when it is done; with `"log"` it is done by a process of its own, whose pid is
answered.
"""

import contextlib
import json
import os
import signal
import sys
import traceback

import django

django.setup()

from django.urls import get_resolver  # noqa: E402

from . import agency, laying, people  # noqa: E402

ACTIONS = {
    "prepare": agency.prepare,
    "work": people.work,
    "tidy": people.tidy,
    "lay": laying.lay,
    "make_known": laying.make_known,
    "occupy": laying.occupy,
    "resume": laying.resume_all,
    "make": laying.make,
}


def main() -> None:
    signal.signal(signal.SIGCHLD, lambda *_: reap())
    get_resolver().url_patterns  # noqa: B018  (loads them)
    for line in sys.stdin:
        order = json.loads(line)
        answer(fork(order) if "log" in order else waited_for(order))


def waited_for(order: dict) -> object:
    """What a child answers: this process itself never has a connection that others inherit."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        begin(os.open(os.devnull, os.O_RDONLY), 2)
        try:
            result = ACTIONS[order["do"]](*order.get("with", []))
        except BaseException:  # noqa: BLE001  (the loop must hear of it)
            result = {"mistake": traceback.format_exc()}
        with os.fdopen(writing, "w") as out:
            json.dump(result, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answered:
        return json.loads(answered.read() or "null")


def fork(order: dict) -> int:
    """Somebody of their own, who writes to a log. Returns the pid."""
    pid = os.fork()
    if pid:
        return pid
    begin(
        os.open(os.devnull, os.O_RDONLY),
        os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
    )
    code = 1
    try:
        ACTIONS[order["do"]](*order.get("with", []))
        code = 0
    except BaseException:  # noqa: BLE001  (the auditor reads it)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def begin(reading: int, writing: int) -> None:
    """In a child: a session of its own, and where it reads and writes."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for stream, number in ((reading, 0), (writing, 1), (writing, 2)):
        os.dup2(stream, number)


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

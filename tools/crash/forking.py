"""`python -m tools.crash.forking`: the program, loaded once, so that forked people start at once.

Reads orders as lines of JSON: `{"do": "prepare", "with": [5, 4]}`. An order without `"log"` is
carried out in a child process, and its result is answered as a line. With `"log"` a new process
carries it out and writes to that file; its pid is answered.
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

from . import agency, cell_data, people  # noqa: E402

ACTIONS = {
    "prepare": agency.prepare,
    "work": people.work,
    "tidy": people.tidy,
    "create_cells": cell_data.create_cells,
    "make_known": cell_data.make_known,
    "occupy": cell_data.occupy,
    "resume": cell_data.resume_all,
    "make": cell_data.make,
}


def main() -> None:
    signal.signal(signal.SIGCHLD, lambda *_: reap())
    get_resolver().url_patterns  # noqa: B018  (loads them)
    for line in sys.stdin:
        order = json.loads(line)
        answer(fork(order) if "log" in order else in_child(order))


def in_child(order: dict) -> object:
    """Return the answer of a child: this process keeps no connection that children inherit."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        begin(os.open(os.devnull, os.O_RDONLY), 2)
        try:
            result = ACTIONS[order["do"]](*order.get("with", []))
        except BaseException:  # noqa: BLE001  (the parent reports it)
            result = {"mistake": traceback.format_exc()}
        with os.fdopen(writing, "w") as out:
            json.dump(result, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answered:
        return json.loads(answered.read() or "null")


def fork(order: dict) -> int:
    """Fork a process that writes to a log. Return the pid."""
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
        with contextlib.suppress(OSError):
            traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):  # its disk may be full
            sys.stdout.flush()
        os._exit(code)


def begin(reading: int, writing: int) -> None:
    """Give a child its own session, input and output."""
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
    # Prints go to the log; answers go to a copy of standard output.
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main()

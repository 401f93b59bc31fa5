"""`python -m sandbox --books DIR`: the sandbox without Django."""

import argparse
import sys

import structlog

from .serving import add_arguments, serve


def write(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# Standard output contains the address only. Without Django, structlog is configured here.
structlog.configure(
    processors=[
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
    wrapper_class=structlog.make_filtering_bound_logger("warning"),
    logger_factory=structlog.WriteLoggerFactory(sys.stderr),
)
parser = argparse.ArgumentParser(prog="eboekhouden_sandbox", description=__doc__)
add_arguments(parser)
options = parser.parse_args()
serve(
    host=options.host,
    port=options.port,
    books=options.books,
    seed=options.seed,
    as_json=options.json,
    has_second=options.second,
    write=write,
)

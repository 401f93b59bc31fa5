"""`python -m sandbox --books DIR`: the sandbox without Django."""

import argparse
import sys

from .serving import add_arguments, serve


def write(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


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

"""`python -m demo.mailbox --folder DIR --port N`: serve the caught mails until stopped."""

import argparse
from pathlib import Path

from .serving import server_on

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--folder", type=Path, required=True)
parser.add_argument("--port", type=int, required=True)
options = parser.parse_args()
with server_on(options.folder, port=options.port) as server:
    server.serve_forever()

"""What a web process loads before its first page: nothing that only some requests need."""

import os
import subprocess
import sys

# What is loaded where it is used, and who needs it.
LATER = {
    "integrations.eboekhouden.soap": "calls of e-Boekhouden",
    "zeep": "calls of e-Boekhouden",
    "pillow_heif": "photos of iPhones",
    "zxcvbn": "somebody who chooses a password",
    "sandbox.sandbox": "development",
}
LOADED = """
import sys
from timechimp_eb import serving
from timechimp_eb.wsgi import application
from django.test import Client
serving.when_ready(None)
assert Client(SERVER_NAME="localhost").get("/livez", secure=True).status_code == 200
print(*sys.modules)
"""


def test_the_first_page_does_not_wait_for_what_few_requests_need():
    command = [sys.executable, "-c", LOADED]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())

    assert {"billing.views.invoices", "integrations.eboekhouden.client"} <= loaded
    assert {name: who for name, who in LATER.items() if name in loaded} == {}

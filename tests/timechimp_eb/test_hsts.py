"""HSTS for subdomains and preload is an option of the system administrator."""

import os
import subprocess
import sys

import pytest

SHOWN = (
    "from timechimp_eb import settings as s;"
    "print(bool(s.SECURE_HSTS_SECONDS), s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
)


@pytest.mark.parametrize(
    ("surroundings", "expected"),
    [
        ({}, "True False False"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "true"}, "True True False"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "true", "HSTS_PRELOAD": "true"}, "True True True"),
        ({"HTTPS": "false", "HSTS_INCLUDE_SUBDOMAINS": "true"}, "False False False"),
    ],
)
def test_subdomains_and_preload_only_when_asked_for(surroundings, expected):
    environment = {**os.environ, "DEBUG": "false", "HTTPS": "true", **surroundings}

    done = subprocess.run(
        [sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == expected

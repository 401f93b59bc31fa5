"""Each mistake that the crash run plants replaces a name that the program still uses."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

# Planting changes the modules of a process, so it has one of its own.
PLANT_ALL = """
import django
django.setup()
from tools.crash.finding_mistakes import MISTAKES
from tools.crash.mistakes import plant
for name in MISTAKES:
    plant(name)
    print(name)
"""


@pytest.mark.once
def test_every_mistake_can_still_be_planted():
    done = subprocess.run(
        [sys.executable, "-c", PLANT_ALL],
        cwd=settings.BASE_DIR,
        check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr

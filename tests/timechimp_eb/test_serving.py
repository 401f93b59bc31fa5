"""How the program is served: web processes that share one load, and a pooler of connections."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OPTION = "--config=python:timechimp_eb.serving"
LOADED = """
import gc, sys
from timechimp_eb import serving
print(gc.isenabled())
from timechimp_eb.wsgi import application
serving.when_ready(None)
print("billing.views.invoices" in sys.modules, gc.get_freeze_count() > 100_000, gc.isenabled())
"""
CURSORS = """
from timechimp_eb.settings import DATABASES
print(DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"])
"""


def output_of(*command: str, **environment: str) -> str:
    everything = {**os.environ, **environment}
    done = subprocess.run(command, env=everything, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["Dockerfile", "docker-compose.yml"])
def test_containers_serve_with_these_settings(name):
    assert OPTION in Path(name).read_text()


def test_gunicorn_accepts_the_settings():
    output_of(sys.executable, "-m", "gunicorn", "timechimp_eb.wsgi", OPTION, "--check-config")


def test_all_pages_are_loaded_before_a_web_process_is_made():
    assert output_of(sys.executable, "-c", LOADED) == "False\nTrue True True"


def test_the_image_has_the_compiled_modules():
    """A container cannot store them, so that every start would compile them all."""
    assert "\nCOPY . .\n" in (text := Path("Dockerfile").read_text())
    assert "python -m compileall -q ." in text.partition("\nCOPY . .\n")[2]


@pytest.mark.parametrize(("given", "found"), [("true", "True"), ("", "False")])
def test_cursors_of_the_server_can_be_left_out_for_a_pooler(given, found):
    chosen = {"DISABLE_SERVER_SIDE_CURSORS": given} if given else {}
    address = "postgres://hours@127.0.0.1:9/hours"

    assert output_of(sys.executable, "-c", CURSORS, DATABASE_URL=address, **chosen) == found

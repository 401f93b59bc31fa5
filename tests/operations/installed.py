"""The settings of the tests, with the folder of one test: for processes that a test starts."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import STORAGES

DATA_DIR = Path(os.environ["INSTALLED_IN"])
STORAGES = {
    **STORAGES,
    "default": {**STORAGES["default"], "OPTIONS": {"location": DATA_DIR / "media"}},
}

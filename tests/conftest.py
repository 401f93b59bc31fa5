"""What every test can ask for."""

pytest_plugins = ["tests.plugins.sandbox", "tests.plugins.services", "tests.plugins.worker"]

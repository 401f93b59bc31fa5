"""What every test can ask for."""

pytest_plugins = [
    "tests.plugins.agency",
    "tests.plugins.emptying",
    "tests.plugins.mailserver",
    "tests.plugins.sandbox",
    "tests.plugins.services",
    "tests.plugins.worker",
]

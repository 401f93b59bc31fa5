"""What every test can ask for."""

from hypothesis import HealthCheck, settings

# On a machine with other work, making examples takes longer than Hypothesis expects.
settings.register_profile("tests", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

pytest_plugins = [
    "tests.plugins.agency",
    "tests.plugins.clamav",
    "tests.plugins.emptying",
    "tests.plugins.left_sessions",
    "tests.plugins.mailserver",
    "tests.plugins.openid",
    "tests.plugins.sandbox",
    "tests.plugins.services",
    "tests.plugins.worker",
]

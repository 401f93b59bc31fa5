"""What the tests need around them: servers, a browser, a worker."""

# Environment variable in which `./run test` tells a phase what the earlier ones came to.
EARLIER = "TEST_EARLIER_PHASES"

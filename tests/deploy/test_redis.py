"""Redis as deploy/ sets it up: nothing without the password, and nothing dangerous with it."""

import pytest
import redis

from .servers import client

pytestmark = [pytest.mark.once, pytest.mark.redis]


@pytest.mark.parametrize("password", [None, "wrong"])
@pytest.mark.parametrize("user", ["default", "hours"])
def test_nobody_gets_in_without_the_password(broker_port, user, password):
    stranger = redis.Redis(port=broker_port, username=user, password=password)
    if password is None:
        stranger = redis.Redis(port=broker_port)

    with pytest.raises(
        (redis.AuthenticationError, redis.exceptions.AuthenticationWrongNumberOfArgsError)
    ):
        stranger.get("x")


@pytest.mark.parametrize(
    "command",
    [
        *("FLUSHALL", "FLUSHDB", "KEYS *", "SHUTDOWN", "SAVE", "BGSAVE", "MONITOR"),
        *("CONFIG GET *", "CONFIG SET dir /tmp", "ACL LIST", "ACL SETUSER x on"),
        *("REPLICAOF 127.0.0.1 1", "MODULE LIST", "CLIENT LIST", "SWAPDB 0 1"),
    ],
)
def test_what_the_program_cannot_do(broker_port, secrets, command):
    with (
        client(broker_port, secrets) as program,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        program.execute_command(*command.split())


def test_tasks_and_counters_are_kept_and_never_thrown_away(broker_port, secrets):
    with client(broker_port, secrets) as program:
        program.lpush("queue", "task")
        assert program.incr("counter") == 1
        memory = program.info("memory")
        assert memory["maxmemory_policy"] == "noeviction"
        assert program.info("persistence")["aof_enabled"] == 1

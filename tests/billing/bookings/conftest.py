"""What tests of deliveries share."""

from collections.abc import Callable, Iterator

import pytest

from integrations.eboekhouden import failpoints


@pytest.fixture
def at_point() -> Iterator[Callable[..., None]]:
    """Carry something out at the first, or the given, passing of a fail point."""

    def arm(name: str, act: Callable[[], object], *, passing: int = 1) -> None:
        passed = []

        def pass_by(point: str) -> None:
            if point == name:
                passed.append(point)
                if len(passed) == passing:
                    act()

        failpoints.ARMED.append(pass_by)

    yield arm
    failpoints.ARMED.clear()

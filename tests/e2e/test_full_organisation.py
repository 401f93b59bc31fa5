"""Every page of an organisation that has everything opens, has no barriers, and fits a phone."""

import pytest
from django.utils import timezone

from accounts.models import Membership
from demo import sample
from demo.home import LOGIN_PASSWORD

from .tour import Tour, names_in_menus
from .visitor import Studio

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def full(live_server, sandbox, settings, tmp_path) -> Studio:
    """The organisation of the demo: three months of work, and bookings in every state."""
    settings.STORAGES["default"]["OPTIONS"]["location"] = tmp_path / "media"
    codes = ("url", "username", "security_code_1", "security_code_2")
    told = {name: getattr(sandbox, name) for name in codes}
    sample.load(now=timezone.now(), today=timezone.localdate(), sandbox=told)
    member = Membership.objects.get(organisation__name="Studio Oost", user__first_name="Sanne")
    return Studio(member.organisation, member, password=LOGIN_PASSWORD)


def test_every_page_of_a_full_organisation(visitor, full):
    visitor.log_in(full)

    tour = Tour(visitor.page).walk()

    assert tour.wrong == []
    assert names_in_menus() <= set(tour.seen)

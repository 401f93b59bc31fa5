"""The same lists by other ways: plain SQL, and the changelist of Django's admin site."""

from collections.abc import Callable

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory

from registrations.models import TimeEntry


def sql(statement: str, **values: object) -> Callable[[], object]:
    """Return a function that runs a statement and reads all its rows."""

    def run() -> object:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    return run


class HoursAdmin(ModelAdmin):
    list_display = ("date", "membership", "project", "task", "description", "minutes", "amount")
    list_select_related = ("membership__user", "project__customer", "task")
    list_per_page = 50


def changelist(**query: str) -> Callable[[], object]:
    """Return a function that reads the rows of a changelist of hours, without its page."""
    admin = HoursAdmin(TimeEntry, AdminSite())
    request = RequestFactory().get("/", query)
    request.user = AnonymousUser()

    def run() -> object:
        found = admin.get_changelist_instance(request)
        return list(found.result_list)

    return run

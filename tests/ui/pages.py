"""A site with the frame, and an empty page under each URL name of the navigation."""

from collections import defaultdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from ui import gallery, navigation


def page(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html", {"attention_count": 3})


def _names() -> dict[str, set[str]]:
    names = defaultdict(set)
    for entry in navigation.all_entries():
        app, name = entry.url_name.split(":")
        names[app].add(name)
    names["billing"].add("invoice-detail")
    names["registrations"] |= {"timer", "timer-start", "timer-stop"}
    names["accounts"] |= {"language-switch", "organisation-logo"}
    return names


urlpatterns = [
    path("", include("ui.urls")),
    path("", page),
    path("account/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("gallery/", gallery.gallery),
    path("ui-gallery/dialog/", gallery.dialog),
    *(
        path("", include(([path(f"{app}/{n}/", page, name=n) for n in sorted(found)], app)))
        for app, found in _names().items()
    ),
]

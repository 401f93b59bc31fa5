"""The addresses of the site; each app has its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("billing.urls")),
    path("", include("accounts.urls")),
    path("", include("integrations.urls")),
    path("", include("customers.urls")),
    path("", include("projects.urls")),
    path("", include("registrations.urls")),
    path("account/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

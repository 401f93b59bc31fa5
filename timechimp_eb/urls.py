"""URLs of the site; each app has its own."""

from django.urls import include, path

from accounts import files
from accounts.views.connections import provider_callback, provider_login
from accounts.views.sessions import own_sessions
from billing.views.first_run import login_or_first_run
from operations.metrics_page import metrics_page

from . import health

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("files/<str:token>/", files.file, name="file"),
    path("metrics", metrics_page),
    path("", include("billing.urls")),
    path("", include("accounts.urls")),
    path("", include("audit.pages.urls")),
    path("", include("integrations.urls")),
    path("", include("customers.urls")),
    path("", include("projects.urls")),
    path("", include("registrations.urls")),
    path("", include("imports.urls")),
    path("", include("privacy.urls")),
    path("", include("operations.urls")),
    path("account/login/", login_or_first_run, name="account_login"),
    path("account/provider/<str:key>/", provider_login, name="provider_login"),
    # The address that is registered at a provider; allauth knows it by this name.
    path(
        "account/provider/<str:provider_id>/callback/",
        provider_callback,
        name="openid_connect_callback",
    ),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", own_sessions, name="usersessions_list"),
    path("account/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("ui.urls")),
]

"""URLs of integrations."""

from django.urls import path

from . import views

app_name = "integrations"
urlpatterns = [
    path("settings/integrations/", views.integration_list, name="integration-list"),
    path("settings/e-boekhouden/", views.eboekhouden, name="eboekhouden"),
    path("settings/e-boekhouden/test/", views.eboekhouden_test, name="eboekhouden-test"),
    path(
        "settings/e-boekhouden/activate/",
        views.eboekhouden_activate,
        name="eboekhouden-activate",
    ),
    path(
        "settings/e-boekhouden/deactivate/",
        views.eboekhouden_deactivate,
        name="eboekhouden-deactivate",
    ),
]

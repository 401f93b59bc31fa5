"""URLs of accounts."""

from django.urls import path
from django.views.generic import RedirectView

from . import contract_views, employee_views, organisation_views, upload_views, user_views, views

app_name = "accounts"

personal_urls = [
    path("profile/", views.profile, name="profile"),
    path("profile/e-mail/", views.email_change, name="email-change"),
    path("profile/e-mail/<str:token>/", views.email_confirm, name="email-confirm"),
    path("profile/language/", views.language_switch, name="language-switch"),
    path("profile/confirmed/", views.confirmed, name="confirmed"),
    path("invitations/<int:pk>/", views.invitation, name="invitation"),
    path("profile/organisation/", views.change_organisation, name="change-organisation"),
    # allauth's own page would accept addresses without confirmation.
    path("account/email/", RedirectView.as_view(pattern_name="accounts:email-change")),
]

employee_urls = [
    path("management/employees/", employee_views.employee_list, name="employee-list"),
    path("management/employees/add/", employee_views.employee_add, name="employee-add"),
    path("management/employees/<int:pk>/", employee_views.employee_edit, name="employee-edit"),
    path(
        "management/employees/<int:pk>/deactivate/",
        employee_views.employee_deactivate,
        name="employee-deactivate",
    ),
    path(
        "management/employees/<int:pk>/activate/",
        employee_views.employee_activate,
        name="employee-activate",
    ),
    path(
        "management/employees/<int:pk>/contracts/",
        contract_views.contract_list,
        name="employee-contracts",
    ),
    path(
        "management/employees/contracts/<int:pk>/",
        contract_views.contract_edit,
        name="contract-edit",
    ),
    path(
        "management/employees/contracts/<int:pk>/delete/",
        contract_views.contract_delete,
        name="contract-delete",
    ),
]

settings_urls = [
    path(
        "settings/organisation/",
        organisation_views.organisation_settings,
        name="organisation-settings",
    ),
    path("settings/organisation/logo/remove/", organisation_views.logo_remove, name="logo-remove"),
    path("uploads/forget/", upload_views.upload_forget, name="upload-forget"),
    path("organisation/logo/", organisation_views.organisation_logo, name="organisation-logo"),
    path("settings/users/", user_views.user_list, name="user-list"),
    path("settings/users/<int:pk>/", user_views.user_edit, name="user-edit"),
    path("settings/users/<int:pk>/invite/", user_views.user_invite, name="user-invite"),
    path("settings/users/<int:pk>/log-out/", user_views.user_log_out, name="user-log-out"),
]

urlpatterns = [*personal_urls, *employee_urls, *settings_urls]

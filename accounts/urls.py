"""URLs of accounts."""

from django.urls import path
from django.views.generic import RedirectView

from .views import connections, contracts, employees, organisation, profile, uploads, users

app_name = "accounts"

personal_urls = [
    path("profile/", profile.profile, name="profile"),
    path("profile/e-mail/", profile.email_change, name="email-change"),
    path("profile/e-mail/<str:token>/", profile.email_confirm, name="email-confirm"),
    path("profile/language/", profile.language_switch, name="language-switch"),
    path("profile/confirmed/", profile.confirmed, name="confirmed"),
    path("profile/accounts/", connections.connections, name="connections"),
    path(
        "profile/accounts/<int:pk>/remove/",
        connections.connection_remove,
        name="connection-remove",
    ),
    path("profile/accounts/<str:key>/add/", connections.connection_add, name="connection-add"),
    path("invitations/<int:pk>/", profile.invitation, name="invitation"),
    path("profile/organisation/", profile.change_organisation, name="change-organisation"),
    # allauth's own page would accept addresses without confirmation.
    path("account/email/", RedirectView.as_view(pattern_name="accounts:email-change")),
]

employee_urls = [
    path("management/employees/", employees.employee_list, name="employee-list"),
    path("management/employees/add/", employees.employee_add, name="employee-add"),
    path("management/employees/<int:pk>/", employees.employee_edit, name="employee-edit"),
    path(
        "management/employees/<int:pk>/deactivate/",
        employees.employee_deactivate,
        name="employee-deactivate",
    ),
    path(
        "management/employees/<int:pk>/activate/",
        employees.employee_activate,
        name="employee-activate",
    ),
    path(
        "management/employees/<int:pk>/contracts/",
        contracts.contract_list,
        name="employee-contracts",
    ),
    path(
        "management/employees/contracts/<int:pk>/",
        contracts.contract_edit,
        name="contract-edit",
    ),
    path(
        "management/employees/contracts/<int:pk>/delete/",
        contracts.contract_delete,
        name="contract-delete",
    ),
]

settings_urls = [
    path(
        "settings/organisation/",
        organisation.organisation_settings,
        name="organisation-settings",
    ),
    path("settings/organisation/logo/remove/", organisation.logo_remove, name="logo-remove"),
    path("uploads/forget/", uploads.upload_forget, name="upload-forget"),
    path("organisation/logo/", organisation.organisation_logo, name="organisation-logo"),
    path("settings/users/", users.user_list, name="user-list"),
    path("settings/users/<int:pk>/", users.user_edit, name="user-edit"),
    path("settings/users/<int:pk>/invite/", users.user_invite, name="user-invite"),
    path(
        "settings/users/<int:pk>/reset-factor/", users.user_reset_factor, name="user-reset-factor"
    ),
    path("settings/users/<int:pk>/log-out/", users.user_log_out, name="user-log-out"),
]

urlpatterns = [*personal_urls, *employee_urls, *settings_urls]

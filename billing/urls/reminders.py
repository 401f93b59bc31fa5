"""URLs of Finance → Reminders and Settings → Reminders."""

from django.urls import path

from ..views import interest_rates, reminder_settings, reminders

LIST = "finance/reminders/"
STEPS = "settings/reminders/steps/"
INTEREST = "settings/reminders/interest/"

urlpatterns_reminders = [
    path(LIST, reminders.reminder_list, name="reminder-list"),
    path(f"{LIST}send/", reminders.reminder_send, name="reminder-send"),
    path(f"{LIST}progress/", reminders.reminder_progress, name="reminder-progress"),
    path(f"{LIST}sent/", reminders.reminder_sent, name="reminder-sent"),
    path(f"{LIST}excluded/", reminders.hold_list, name="reminder-holds"),
    path(f"{LIST}excluded/<int:pk>/remove/", reminders.hold_remove, name="reminder-hold-remove"),
    path(f"{LIST}exclude/<slug:whose>/<int:pk>/", reminders.hold_edit, name="reminder-hold"),
    path(f"{LIST}<int:pk>/letter/", reminders.reminder_letter_preview, name="reminder-letter"),
    path("settings/reminders/", reminder_settings.reminder_settings, name="reminder-settings"),
    path(f"{STEPS}add/", reminder_settings.step_add, name="reminder-settings-step-add"),
    path(f"{STEPS}<int:position>/", reminder_settings.step_edit, name="reminder-settings-step"),
    path(
        f"{STEPS}<int:position>/delete/",
        reminder_settings.step_delete,
        name="reminder-settings-step-delete",
    ),
    path(
        f"{STEPS}<int:position>/text/<slug:language>/",
        reminder_settings.step_preview,
        name="reminder-settings-step-text",
    ),
    path(f"{INTEREST}add/", interest_rates.interest_rates_add, name="interest-rates-add"),
    path(f"{INTEREST}<slug:day>/", interest_rates.interest_rates_edit, name="interest-rates-edit"),
    path(
        f"{INTEREST}<slug:day>/delete/",
        interest_rates.interest_rates_delete,
        name="interest-rates-delete",
    ),
]

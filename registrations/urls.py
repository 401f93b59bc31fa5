"""URLs of registrations: Register and Overview."""

from django.urls import URLPattern, path

from .overview.overviews import OVERVIEWS, Overview
from .register.register_pages import PAGES, RegisterPage
from .views import (
    actions,
    approvals,
    bulk_edit,
    leave,
    month,
    overview,
    rates,
    register,
    repeating,
    repricing,
    saved_views,
    standing,
    submitting,
    timer,
    trips,
    week,
    work,
)

app_name = "registrations"


def _register(page: RegisterPage) -> list[URLPattern]:
    start, url_prefix, options = f"register/{page.key}/", page.url_prefix, {"page": page}
    return [
        path(start, register.register, options, name=page.key),
        path(f"{start}understood/", register.understood, options, name=f"{url_prefix}-understood"),
        path(f"{start}<int:pk>/", register.edit, options, name=f"{url_prefix}-edit"),
        path(f"{start}<int:pk>/copy/", register.copy, options, name=f"{url_prefix}-copy"),
        path(f"{start}<int:pk>/delete/", register.delete, options, name=f"{url_prefix}-delete"),
    ]


def _overview(shown: Overview) -> list[URLPattern]:
    start, name, options = f"overview/{shown.key}/", f"overview-{shown.key}", {"overview": shown}
    return [
        path(start, overview.overview, options, name=name),
        path(f"{start}totals/", overview.overview_totals, options, name=f"{name}-totals"),
        path(f"{start}groups/", overview.overview_groups, options, name=f"{name}-groups"),
        path(f"{start}views/", saved_views.overview_views, options, name=f"{name}-views"),
        path(f"{start}select/", overview.overview_select, options, name=f"{name}-select"),
        path(f"{start}selected/", overview.overview_selected, options, name=f"{name}-selected"),
        path(f"{start}export/", overview.overview_export, options, name=f"{name}-export"),
    ]


urlpatterns = [
    *(pattern for page in PAGES for pattern in _register(page)),
    path("register/hours/<int:pk>/again/", repeating.again, name="hour-again"),
    path("register/hours/copy-day/", repeating.copy_day, name="hours-copy-day"),
    path("register/hours/week/", week.week, name="hours-week"),
    path("register/hours/week/copy/", week.copy_week, name="hours-week-copy"),
    path("register/hours/week/submit/", submitting.submit_week, name="hours-week-submit"),
    path("register/hours/submit/", submitting.submit_day, name="hours-submit"),
    path("register/hours/take-back/", submitting.take_back, name="hours-take-back"),
    path("register/hours/month/", month.month, name="hours-month"),
    path("register/work/star/", work.work_star, name="work-star"),
    path("register/work/about/", work.work_about, name="work-about"),
    path("register/trips/log/", trips.trip_log, name="trip-log"),
    path("register/trips/log/export/", trips.trip_log_export, name="trip-log-export"),
    path("register/trips/<int:pk>/star/", trips.trip_star, name="trip-star"),
    path(
        "register/trips/favourites/<int:pk>/remove/",
        trips.favourite_trip_remove,
        name="favourite-trip-remove",
    ),
    path("register/leave/", leave.leave_page, name="leave"),
    path("register/leave/<int:pk>/delete/", leave.leave_delete, name="leave-delete"),
    path("register/leave/restore/", leave.leave_restore, name="leave-restore"),
    path("management/leave/", leave.leave_team, name="leave-team"),
    path("management/leave/<int:pk>/decide/", leave.leave_decide, name="leave-decide"),
    path("register/timer/", timer.timer, name="timer"),
    path("register/timer/start/", timer.timer_start, name="timer-start"),
    path("register/timer/stop/", timer.timer_stop, name="timer-stop"),
    path("register/timer/discard/", timer.timer_discard, name="timer-discard"),
    path("register/hours/<int:pk>/timer/", timer.timer_resume, name="hour-timer"),
    path("projects/<int:pk>/reprice/", repricing.project_reprice, name="project-reprice"),
    path("management/rounding/", repricing.hours_round, name="hours-round"),
    path("projects/<int:pk>/hours/", standing.project_hours, name="project-hours"),
    path("projects/<int:pk>/rates/", rates.project_rates, name="project-rates"),
    path("management/rates/add/", rates.rate_add, name="rate-add"),
    path("management/rates/<int:pk>/", rates.rate_edit, name="rate-edit"),
    path("management/rates/<int:pk>/remove/", rates.rate_remove, name="rate-remove"),
    path("management/rates/changes/<int:pk>/undo/", rates.rate_undo, name="rate-undo"),
    path("management/rates/of/<slug:name>/<int:pk>/", rates.rates, name="rates"),
    path("register/expenses/<int:pk>/receipt/", register.receipt, name="expense-receipt"),
    *(pattern for shown in OVERVIEWS for pattern in _overview(shown)),
    path(
        "overview/selection/export/",
        actions.overview_export_selection,
        name="overview-export-selection",
    ),
    path("overview/selection/edit/", bulk_edit.overview_edit, name="overview-edit"),
    path("overview/approvals/", approvals.approvals_week, name="approvals"),
    path("overview/approvals/approve/", approvals.approvals_approve, name="approvals-approve"),
    path("overview/approvals/reject/", approvals.approvals_reject, name="approvals-reject"),
    path(
        "overview/approvals/take-back/", approvals.approvals_take_back, name="approvals-take-back"
    ),
    path("overview/approvals/<int:pk>/", approvals.approvals_person, name="approvals-person"),
    path(
        "overview/approvals/<int:pk>/remind/",
        approvals.approvals_remind,
        name="approvals-remind",
    ),
    path("registrations/undo/", actions.undo, name="undo"),
    path("overview/selection/<slug:name>/", actions.overview_change, name="overview-change"),
    path(
        "overview/selection/<slug:name>/confirm/",
        actions.overview_confirm,
        name="overview-confirm",
    ),
]

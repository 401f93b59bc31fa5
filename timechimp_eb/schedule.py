"""The tasks that Celery beat sends, with their times in CELERY_TIMEZONE."""

from celery.schedules import crontab

SCHEDULE = {
    "send-heartbeat": {
        "task": "operations.tasks.send_heartbeat",
        "schedule": 120.0,
        "options": {"expires": 120},
    },
    "watch-installation": {
        "task": "operations.tasks.watch_installation",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "sweep-bookings": {
        "task": "billing.tasks.sweep_bookings",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-invoicing": {
        "task": "billing.tasks.sweep_invoicing",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "start-due-imports": {
        "task": "customers.tasks.start_due_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # After the nightly imports, which begin between 02:15 and 03:45.
    "fetch-payments": {
        "task": "billing.tasks.fetch_all_payments",
        "schedule": crontab(minute=15, hour=4),
        "options": {"expires": 3600},
    },
    "sweep-payments": {
        "task": "billing.tasks.sweep_payments",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "start-nightly-reconciliations": {
        "task": "billing.tasks.start_nightly_reconciliations",
        "schedule": crontab(minute=45, hour=4),
        "options": {"expires": 3600},
    },
    "sweep-reconciliations": {
        "task": "billing.tasks.sweep_reconciliations",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # After the payments are fetched, and before working hours.
    "start-due-reminders": {
        "task": "billing.tasks.start_due_reminders",
        "schedule": crontab(minute=0, hour=8),
        "options": {"expires": 3600},
    },
    "sweep-reminders": {
        "task": "billing.tasks.sweep_reminders",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "complete-archive": {
        "task": "billing.tasks.complete_some_of_the_archive",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "plan-scheduled-amounts": {
        "task": "projects.tasks.plan_scheduled_amounts",
        "schedule": crontab(minute=20, hour=1),
        "options": {"expires": 3600},
    },
    # At the end of the working day; a second round for mails that could not be sent.
    "mail-decisions": {
        "task": "registrations.tasks.mail_decisions",
        "schedule": crontab(minute=30, hour="17,19"),
        "options": {"expires": 3600},
    },
    # Before working hours; a second round for mails that could not be sent.
    "warn-of-budgets": {
        "task": "registrations.tasks.warn_of_budgets",
        "schedule": crontab(minute=30, hour="6,9"),
        "options": {"expires": 3600},
    },
    "send-account-mails": {
        "task": "accounts.tasks.send_account_mails",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "purge-sessions": {
        "task": "accounts.tasks.purge_sessions",
        "schedule": crontab(minute=40, hour=1),
        "options": {"expires": 3600},
    },
    "purge-kept-uploads": {
        "task": "registrations.tasks.purge_kept_uploads",
        "schedule": crontab(minute=40),
        "options": {"expires": 1800},
    },
    "sweep-file-imports": {
        "task": "imports.tasks.sweep_file_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "purge-drafts-of-imports": {
        "task": "imports.tasks.purge_drafts",
        "schedule": crontab(minute=50),
        "options": {"expires": 1800},
    },
    "sweep-exports": {
        "task": "privacy.tasks.sweep_exports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # After the sessions are purged, and before the imports of the night.
    "purge-old-data": {
        "task": "privacy.tasks.purge",
        "schedule": crontab(minute=50, hour=1),
        "options": {"expires": 3600},
    },
}

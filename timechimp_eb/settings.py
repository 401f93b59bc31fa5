"""Settings from the environment; docs/operations.md lists them, checks.py explains errors."""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from accounts.login import provider_settings

from . import logs, product, secret_files
from .schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# Each secret may be a file: SECRET_KEY_FILE and so on.
env.ENVIRON = secret_files.environment(os.environ)
SECRET_FILES = secret_files.files(os.environ)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The name of the program in the bar, on the login page, in e-mails and PDFs.
PRODUCT_NAME = env.str("PRODUCT_NAME", default=product.DEFAULT_NAME).strip()
# Another name of this server for files of people, which serves nothing else: accounts/files.py.
FILES_HOST = env.str("FILES_HOST", default="").strip().lower()
if FILES_HOST:
    ALLOWED_HOSTS.append(FILES_HOST.rpartition(":")[0] or FILES_HOST)
PROGRAM_VERSION = product.VERSION
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))

# The address of e-Boekhouden is set by the system administrator, never by a user.
EBOEKHOUDEN_URL = env.str("EBOEKHOUDEN_URL", default="https://soap.e-boekhouden.nl/soap.asmx")
# Keys for secrets of users: the first one encrypts, all of them decrypt.
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[])
# Seconds in which e-Boekhouden may still process a request whose answer was lost.
BOOKING_SETTLE_SECONDS = env.int("BOOKING_SETTLE_SECONDS", default=600)
# More invoices or registrations than this are made by a worker, after the request.
INVOICES_IN_REQUEST = env.int("INVOICES_IN_REQUEST", default=50)
ROWS_IN_REQUEST = env.int("ROWS_IN_REQUEST", default=1000)
# Whether named points may stop a process: only in the settings of the crash test.
FAILPOINTS_ALLOWED = False

INSTALLED_APPS = [
    "timechimp_eb",
    "ui",
    "audit",
    "accounts",
    "integrations",
    "vat",
    "customers",
    "projects",
    "registrations",
    "imports",
    "billing",
    "privacy",
    "operations",
    "sandbox",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "operations.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "accounts.files.FilesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "timechimp_eb.compression.CompressionMiddleware",
    "timechimp_eb.headers.PrivacyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.OrganisationMiddleware",
    "operations.requests.WhoMiddleware",
    "accounts.middleware.SessionUseMiddleware",
    "audit.pages.middleware.OriginMiddleware",
    "accounts.login.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "privacy.middleware.ClosedOrganisationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.work_limits.WorkLimitMiddleware",
    "ui.parts.PartMiddleware",
    "ui.dialogs.DialogRedirectMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.KnownBrowserMiddleware",
]

ROOT_URLCONF = "timechimp_eb.urls"
WSGI_APPLICATION = "timechimp_eb.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "billing.context_processors.attention",
                "registrations.context_processors.timer",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # SQLite allows one writer at a time; FULL makes a commit survive a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A pooler that gives a connection back after each transaction keeps no cursor for an export.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool(
        "DISABLE_SERVER_SIDE_CURSORS", default=False
    )
# Policies in PostgreSQL show a connection the rows of one organisation: accounts/row_security.py.
ROW_SECURITY = env.bool("ROW_SECURITY", default=False)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and sessions --------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.login.backends.MemberBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.login.passwords.GuessableValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "billing:dashboard"
ACCOUNT_ADAPTER = "accounts.login.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
# Who asks for a link gets the same sentence for every address; unknown ones get no mail.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip,5/h/key"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_ADAPTER = "accounts.login.second_factor.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address is confirmed before it is stored
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.bool("HTTPS", default=not DEBUG)
# Providers to log in through; checks.py says what is missing of one that is set in part.
LOGIN_PROVIDERS = provider_settings.configured(lambda name: env.str(name, default="").strip())
SOCIALACCOUNT_ADAPTER = "accounts.login.providers.ProviderAdapter"
# A session ends this long after the login, and sooner when it is not used.
SESSION_ENGINE = "accounts.login.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=8 * 60)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# --- Behind https ---------------------------------------------------------------------------------

HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
# How many proxies of our own a visitor passes; each adds an entry to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1 if SECURE_PROXY_SSL_HEADER else 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
# HSTS affects more than this program: all subdomains, and preload for months after removal.
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=False)
# Django recommends both options; W006 in checks.py reports a wrong combination.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *([FILES_HOST] if FILES_HOST else [])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "Europe/Amsterdam"
USE_I18N = True
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "static-root")))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "ui.bundles.BundleFinder",
]
# Without collectstatic (demo, tests) files are served from their app folders.
COLLECTED_STATIC = env.bool("COLLECTED_STATIC", default=False)
WHITENOISE_USE_FINDERS = not COLLECTED_STATIC
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "media"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_URL = ""
# Uploads are scanned before they are stored: tcp://host:3310 or unix:/path, empty for none.
CLAMAV = env.str("CLAMAV", default="").strip()
# Whether an upload is refused while the scanner cannot be reached.
CLAMAV_REQUIRED = env.bool("CLAMAV_REQUIRED", default=True)
RECEIPT_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- E-mail ---------------------------------------------------------------------------------------

EMAIL = env.email("EMAIL_URL", default="consolemail://")
# A mail server may refuse some of several addresses: our backend records which.
EMAIL["EMAIL_BACKEND"] = EMAIL["EMAIL_BACKEND"].replace(
    "django.core.mail.backends.smtp", "billing.mailing.smtp"
)
vars().update(EMAIL)
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=str(DATA_DIR / "mail"))
EMAIL_TIMEOUT = 20
# Maximum size in bytes of an e-mail with attachments; many servers accept at most 25 million.
MAIL_MAX_BYTES = env.int("MAIL_MAX_BYTES", default=20_000_000)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="invoices@localhost")

# --- Celery ---------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # A web request must not wait for an unreachable broker, because the sweep finds the work.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
# Counters that all processes share. A test's broker in memory has no Redis to count in.
CACHES = {
    "default": {
        "BACKEND": "timechimp_eb.caching.SharedCache",
        "LOCATION": CELERY_BROKER_URL,
        "KEY_PREFIX": "hours",
    }
    if CELERY_BROKER_URL.startswith(("redis", "unix"))
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 70
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- Operating ------------------------------------------------------------------------------------

# The folder of pg_dump and pg_restore, where those on the PATH do not fit the server.
PG_BIN = env.str("PG_BIN", default="")
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=14)
# A file with the key that encrypts backups; empty: they are not encrypted.
BACKUP_KEY_FILE = env.str("BACKUP_KEY_FILE", default="")
# Who hears by mail when something of the installation goes wrong, separated by commas.
OPERATOR_EMAIL = env.list("OPERATOR_EMAIL", default=[])
# Addresses elsewhere that are asked while all is well: see operations/heartbeats.py.
HEARTBEAT_URL_BEAT = env.str("HEARTBEAT_URL_BEAT", default="")
HEARTBEAT_URL_BACKUP = env.str("HEARTBEAT_URL_BACKUP", default="")

# Who reads /metrics sends it as a bearer token; empty: only this machine reads them.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Where unexpected errors are reported to; empty: nowhere.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
# The collector of OpenTelemetry that gets traces, such as http://collector:4318; empty: none.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")

# --- Logs -----------------------------------------------------------------------------------------

QUIET = ("zeep", "urllib3", "requests", "fontTools", "fido2")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "timechimp_eb.logs.UtcFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {
        "links": {"()": "timechimp_eb.logs.HidesLinks"},
        "one_line": {"()": "timechimp_eb.logs.WithoutTraceback"},
        "context": {"()": "timechimp_eb.logs.AddsContext"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["links", "context"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        **{name: {"level": "WARNING"} for name in QUIET},
        "django.security.DisallowedHost": {"filters": ["one_line"]},
    },
}

logs.configure()

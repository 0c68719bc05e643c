"""What every environment shares. Production behaviour is the rule; dev, test and demo name their exceptions."""

import os
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.database import database_settings
from core import logs

BASE_DIR = Path(__file__).resolve().parent.parent.parent

DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY", "")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1 localhost").split()

INSTALLED_APPS = [
    "core",
    "audit",
    "accounts",
    "citizens",
    "journal",
    "worklist",
    "messaging",
    "programmes",
    "referrals",
    "meetings",
    "attendance",
    "plans",
    "closing_notes",
    "desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_structlog",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.health.HealthMiddleware",
    "core.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.SessionEndMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.pin_sessions.TabletMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.request_log.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.errors.RefusedMiddleware",
    "core.headers.NoStoreMiddleware",
    "audit.middleware.AccessLogMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "desk.navigation.navigation",
            ],
            "builtins": ["core.templatetags.components", "core.templatetags.dates"],
        },
    },
]

# Form fields are written by templates of ours where templates/django/forms/ has one, else by Django's.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": database_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")

# Rate limits of signing in live here, so a lost Redis never keeps people out (T17).
# Django's own room for 300 entries would let a flood of made-up addresses push out what counts against a real one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# A working day at most, and half an hour without doing anything (T7).
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
CITIZEN_IDLE_SECONDS = 15 * 60  # a telephone lent or lost
TABLET_IDLE_SECONDS = 5 * 60  # lying on a bench
TABLET_COOKIE_NAME = "tablet"
SESSION_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = False  # the register's script sends it as a header
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Identity numbers (T10): AES-256-GCM keys by id, the first one encrypts; and the key of the search index.
IDENTITY_KEYS = dict(pair.split(":", 1) for pair in os.environ.get("IDENTITY_KEYS", "").split(",") if pair)
IDENTITY_INDEX_KEY = os.environ.get("IDENTITY_INDEX_KEY", "")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.ChooseNewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
# By address wide enough for a whole centre behind one; by account narrow. A new password opens a locked door (U3).
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "40/m/ip,5/300s/key",
    "reset_password": "20/m/ip,5/m/key",
    "code": "40/m/ip,4/600s/key,20/d/key",  # a hundred guesses a day at most, five a code
    "code_tried": "40/m/ip",
    "pin": "120/m/ip",  # all tablets of a centre; each PIN has five tries of its own
}
CSRF_FAILURE_VIEW = "core.errors.csrf_failed"

LANGUAGE_CODE = "da"
LANGUAGES = [("da", _("Danish")), ("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "core.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT", BASE_DIR / "var" / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static_files.StaticFiles"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds; a mail server that does not answer keeps the outbox waiting no longer
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "Trinvis <trinvis@localhost>")
# The class that hands over text messages, see messaging/gateways.py.
SMS_GATEWAY = os.environ.get("SMS_GATEWAY", "messaging.gateways.NoGateway")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000")

# Text that people type is never longer than this (T21).
MAX_TEXT_LENGTH = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000  # a plan of 20 goals with 10 subgoals each is 2,700
# Uploads (T16): files are cut off where they become too large; UPLOAD_SCANNER names a callable that takes the bytes of
# a file and answers whether they are clean, "clinic.scanning.is_clean"; without one every checked file is handed out.
FILE_UPLOAD_HANDLERS = [
    "core.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOAD_SCANNER = os.environ.get("UPLOAD_SCANNER", "")

# Celery: why each of these, see docs/adr/0005. Redis loses nothing because the database holds what is due.
CELERY_BROKER_URL = REDIS_URL
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 240,
    "unacked_restore_limit": 100,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/Copenhagen"
# How often it is looked whether somebody is missing (A4): outside opening hours one cheap question.
FLAGGING_SECONDS = float(os.environ.get("FLAGGING_SECONDS", "60"))
CELERY_BEAT_SCHEDULE = {
    "flag-missed-attendance": {"task": "attendance.tasks.flag_missed_attendance", "schedule": FLAGGING_SECONDS},
    # Once more when everybody has gone home; twice, because one may fall into an outage.
    "sweep-attendance": {
        "task": "attendance.tasks.sweep_attendance",
        "schedule": crontab(hour="18,21", minute="30"),
    },
    "draft-absence-reports": {"task": "attendance.tasks.draft_absence_reports", "schedule": 1800.0},
    "write-expected-attendance": {"task": "attendance.tasks.write_expected_attendance", "schedule": 3600.0},
    "ask-for-week-reports": {"task": "attendance.tasks.ask_for_week_reports", "schedule": 3600.0},
    "count-attendance-days": {"task": "attendance.tasks.count_days", "schedule": 120.0},
    "look-for-falls-today": {"task": "attendance.tasks.look_for_falls_today", "schedule": 1800.0},
    "look-for-falls": {
        "task": "attendance.tasks.look_for_falls_everywhere",
        "schedule": crontab(hour="3,5", minute="20"),
    },
    "activate-due-programmes": {"task": "programmes.tasks.activate_due_programmes", "schedule": 600.0},
    "ask-who-takes-over": {"task": "programmes.tasks.ask_who_takes_over", "schedule": 3600.0},
    "write-public-holidays": {"task": "programmes.tasks.write_public_holidays", "schedule": 3600.0},
    "requeue-renderings": {"task": "closing_notes.tasks.requeue_renderings", "schedule": 30.0},
    "requeue-plan-documents": {"task": "plans.tasks.requeue_documents", "schedule": 30.0},
    "complete-delivered-programmes": {"task": "closing_notes.tasks.complete_delivered_programmes", "schedule": 3600.0},
    "remind-of-closing-notes": {"task": "closing_notes.tasks.remind_of_closing_notes", "schedule": 3600.0},
    "settle-requirements": {"task": "programmes.tasks.settle_requirements", "schedule": 600.0},
    "ask-for-meetings": {"task": "meetings.tasks.nag", "schedule": 600.0},
    "send-mail": {"task": "messaging.tasks.send_waiting_mail", "schedule": 5.0},
}

LOGGING = logs.LOGGING
logs.configure()

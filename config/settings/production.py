"""Production: secrets and addresses come from the environment, and the demo is refused."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import IDENTITY_INDEX_KEY, IDENTITY_KEYS, INSTALLED_APPS

if "demo" in INSTALLED_APPS:
    raise ImproperlyConfigured("The demo app signs anybody in with one click and must never run in production.")

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split()
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
if not IDENTITY_KEYS or not IDENTITY_INDEX_KEY:
    raise ImproperlyConfigured("IDENTITY_KEYS and IDENTITY_INDEX_KEY must be set.")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
TABLET_COOKIE_NAME = "__Host-tablet"
# How many proxies stand before the web server: without it every sign-in seems to come from the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "1"))
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")

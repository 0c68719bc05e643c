"""`make demo`: production's middleware and headers over plain http on 127.0.0.1, with the demo's own pages."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
EMAIL_BACKEND = "demo.mail.ReadableMailBackend"
SMS_GATEWAY = "demo.mail.ReadableSmsGateway"
DEMO = True

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class DemoConfig(AppConfig):
    name = "demo"

    def ready(self) -> None:
        if not getattr(settings, "DEMO", False):
            raise ImproperlyConfigured("The demo app signs anybody in with one click. It runs with settings.DEMO only.")

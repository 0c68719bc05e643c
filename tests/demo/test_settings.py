"""The demo never runs in production."""

import importlib
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings import base
from demo.apps import DemoConfig


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch):
    """Imports the production settings anew."""
    for name, value in {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "trinvis.example",
        "DATABASE_URL": "postgres://localhost/none",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(base, "IDENTITY_KEYS", {"k1": "key"})
    monkeypatch.setattr(base, "IDENTITY_INDEX_KEY", "key")
    name = "config.settings.production"
    monkeypatch.delitem(sys.modules, name, raising=False)
    yield lambda: importlib.import_module(name)
    sys.modules.pop(name, None)


def test_production_settings_refuse_the_demo_app(production, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "INSTALLED_APPS", [*base.INSTALLED_APPS, "demo"])
    with pytest.raises(ImproperlyConfigured, match="never run in production"):
        production()


def test_production_settings_have_no_demo(production) -> None:
    settings = production()
    assert "demo" not in settings.INSTALLED_APPS
    assert not getattr(settings, "DEMO", False)


def test_the_app_does_not_start_without_the_setting(settings) -> None:
    config = DemoConfig("demo", importlib.import_module("demo"))
    config.ready()
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured):
        config.ready()

"""The demo's settings with one page more: the floor."""

from config.settings.demo import *  # noqa: F403

ROOT_URLCONF = "bench.urls"

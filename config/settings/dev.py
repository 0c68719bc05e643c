"""A developer's machine: the debugger is on, and so are the demo pages."""

from config.settings.demo import *  # noqa: F403

DEBUG = True

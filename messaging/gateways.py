"""How text messages leave: `settings.SMS_GATEWAY` names one of these classes, or one of the installation's own.

A gateway has `send(to, text)`, which returns when the message is handed over and raises when it is not.
"""

import sys
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Gateway(Protocol):
    def send(self, to: str, text: str) -> None: ...


class ConsoleGateway:
    """Writes the message where the worker writes, for a developer's machine."""

    def send(self, to: str, text: str) -> None:
        sys.stdout.write(f"SMS {to}: {text}\n")


class NoGateway:
    """Until an installation has named its gateway: the message stays in the outbox and says why."""

    def send(self, to: str, text: str) -> None:
        raise RuntimeError("No gateway for text messages: set SMS_GATEWAY")


def sms_gateway() -> Gateway:
    return import_string(settings.SMS_GATEWAY)()

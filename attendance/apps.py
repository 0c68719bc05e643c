"""Attendance follows what is agreed: a changed schedule rewrites what is expected (A12)."""

from datetime import date
from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import schedule_changed

if TYPE_CHECKING:
    from programmes.models import Programme


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        schedule_changed.connect(follow_schedule, dispatch_uid="attendance.follow_schedule")


def follow_schedule(sender: object, *, programme: "Programme", from_day: date, **kwargs) -> None:
    """In the same transaction as the change: expect what is agreed now, from `from_day` on."""
    from attendance.expected import rewrite_expected

    rewrite_expected(programme=programme, from_day=from_day)

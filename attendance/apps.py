"""Attendance follows what is agreed: a changed schedule rewrites what is expected (A12)."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import (
    closing_days_changed,
    cover_changed,
    pause_changed,
    programme_ended,
    programme_ending,
    schedule_changed,
    schedules_changed,
)

if TYPE_CHECKING:
    from accounts.models import Organisation
    from audit.acting import Actor
    from programmes.models import Programme


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        from attendance.absence.reports import drop_drafts
        from attendance.expected.ending import clear_up, refuse_for_one_who_came
        from attendance.expected.pausing import clear_paused_days
        from attendance.follow_up.explaining import follow_cover
        from attendance.reported.weeks import settle

        programme_ending.connect(refuse_for_one_who_came, dispatch_uid="attendance.refuse_for_one_who_came")
        programme_ended.connect(clear_up, dispatch_uid="attendance.clear_up")
        programme_ended.connect(drop_drafts, dispatch_uid="attendance.drop_drafts")
        schedule_changed.connect(follow_schedule, dispatch_uid="attendance.follow_schedule")
        schedules_changed.connect(follow_schedules, dispatch_uid="attendance.follow_schedules")
        pause_changed.connect(clear_paused_days, dispatch_uid="attendance.clear_paused_days")
        cover_changed.connect(follow_cover, dispatch_uid="attendance.follow_cover")
        closing_days_changed.connect(follow_closing_days, dispatch_uid="attendance.follow_closing_days")
        # After what they change: weeks that nobody waits for any more leave the lists.
        for signal in (pause_changed, closing_days_changed, programme_ended):
            signal.connect(settle, dispatch_uid="attendance.settle_week_reports")


def follow_schedule(sender: object, *, programme: "Programme", from_day: date, **kwargs) -> None:
    """In the same transaction as the change: expect what is agreed now, from `from_day` on."""
    from attendance.expected.writing import rewrite_expected

    rewrite_expected(programme=programme, from_day=from_day)


def follow_schedules(sender: object, *, programmes: Collection[int], from_day: date, **kwargs) -> None:
    """The same for many programmes at once."""
    from attendance.expected.writing import rewrite_of_all

    rewrite_of_all(programmes=programmes, from_day=from_day)


def follow_closing_days(
    sender: object, *, centre: "Organisation", days: Collection[date], by: "Actor", **kwargs
) -> None:
    """In the same transaction: nobody is expected at a closed centre, and its flags are taken back (A12)."""
    from attendance.expected.writing import rewrite_closing_days

    rewrite_closing_days(centre_id=centre.pk, days=days, by=by)

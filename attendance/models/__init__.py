"""What is expected, what is marked, what was sent ahead, and what follows when somebody is missing."""

from attendance.models.figures import DayFigure, DirtyDay, EarlyWarning
from attendance.models.follow_ups import ContactAttempt, Escalation, MissedAttendance, MissedStatus, Rest
from attendance.models.minutes import MinuteRanges, Sql
from attendance.models.notices import JointDay, LeftOut, Notice
from attendance.models.reports import AbsenceReport
from attendance.models.slots import ExpectedAttendance, Mark, RegisterDay

__all__ = [
    "AbsenceReport",
    "ContactAttempt",
    "DayFigure",
    "DirtyDay",
    "EarlyWarning",
    "Escalation",
    "ExpectedAttendance",
    "JointDay",
    "LeftOut",
    "Mark",
    "MinuteRanges",
    "MissedAttendance",
    "MissedStatus",
    "Notice",
    "RegisterDay",
    "Rest",
    "Sql",
]

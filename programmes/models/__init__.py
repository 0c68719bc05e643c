"""Programme types from the catalogue, programmes, workshops, placements and agreed schedules."""

from programmes.models.activities import Activity, ActivityQuerySet, ChecklistItem, Statement
from programmes.models.course import EndChange, PhaseStart
from programmes.models.offers import Offer, OfferQuerySet, OfferQuota
from programmes.models.periods import DateRange
from programmes.models.placements import Placement, ScheduleSlot
from programmes.models.programmes import Pause, Programme, ProgrammeQuerySet
from programmes.models.team import TeamMember
from programmes.models.types import ProgrammeType
from programmes.models.workshops import ClosingDay, OpeningHours, Workshop, WorkshopQuerySet

__all__ = [
    "Activity",
    "ActivityQuerySet",
    "ChecklistItem",
    "ClosingDay",
    "DateRange",
    "EndChange",
    "Offer",
    "OfferQuerySet",
    "OfferQuota",
    "OpeningHours",
    "Pause",
    "PhaseStart",
    "Placement",
    "Programme",
    "ProgrammeQuerySet",
    "ProgrammeType",
    "ScheduleSlot",
    "Statement",
    "TeamMember",
    "Workshop",
    "WorkshopQuerySet",
]

"""One person who stands in the demo twice: referred anew with a middle name and without a number (K1)."""

from citizens.models import Gender
from demo.seeding.case import Case
from demo.seeding.requests import Request
from programmes.statuses import Status as ProgrammeStatus
from referrals.statuses import Status

MIDDLE_NAMES = {Gender.FEMALE: "Marie", Gender.MALE: "Peter", Gender.OTHER: "Kim"}


def refer_somebody_twice(cases: list[Case], requests: list[Request]) -> None:
    """Let a referral that waits be about somebody whose programme is over, as a new job centre writes it down."""
    known = next(
        case.citizen
        for case in cases
        if case.status == ProgrammeStatus.COMPLETED and case.citizen.identity_number and not case.citizen.is_protected
    )
    anew = next(
        request
        for request in requests
        if request.status == Status.SUBMITTED and not request.citizen.is_protected and request.citizen.identity_number
    )
    citizen, before = anew.citizen, anew.citizen.first_name
    citizen.first_name = f"{known.first_name} {MIDDLE_NAMES[Gender(known.gender)]}"
    citizen.last_name, citizen.gender, citizen.birth_date = known.last_name, known.gender, known.birth_date
    citizen.identity_number = citizen.identity_index = None
    citizen.no_number_reason = "Nummeret var ikke til stede ved samtalen"
    anew.reason = anew.reason.replace(before, known.first_name)
    for goal in anew.goals:
        goal.title = goal.title.replace(before, known.first_name)

"""What programmes does when a centre is opened, changes its country or is about to be closed."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import (
    country_chosen,
    journal_written,
    load_asked,
    pause_changed,
    period_changed,
    place_closing,
    programme_ended,
    referral_accepted,
    schedule_changed,
    sharing_asked,
    user_leaving,
    work_asked,
)

if TYPE_CHECKING:
    from accounts.models import Organisation, Unit, User


class ProgrammesConfig(AppConfig):
    name = "programmes"

    def ready(self) -> None:
        country_chosen.connect(follow_country, dispatch_uid="programmes.follow_country")
        user_leaving.connect(leave_teams, dispatch_uid="programmes.leave_teams")
        from programmes.activities import end_with_period, end_with_programme, hand_over_activities, open_activities
        from programmes.checklist.requirements import settle_case, settle_one
        from programmes.people.handover import hand_over_programmes, loads, open_programmes

        # Before the checklist is worked out, which looks at what is planned.
        period_changed.connect(end_with_period, dispatch_uid="programmes.end_activities_with_period")
        for event in (referral_accepted, schedule_changed, period_changed, pause_changed, programme_ended):
            event.connect(settle_one, dispatch_uid="programmes.settle_one")
        programme_ended.connect(end_with_programme, dispatch_uid="programmes.end_activities")
        work_asked.connect(open_activities, dispatch_uid="programmes.open_activities")
        user_leaving.connect(hand_over_activities, dispatch_uid="programmes.hand_over_activities")
        journal_written.connect(settle_case, dispatch_uid="programmes.settle_case")
        work_asked.connect(open_programmes, dispatch_uid="programmes.open_programmes")
        load_asked.connect(loads, dispatch_uid="programmes.loads")
        user_leaving.connect(hand_over_programmes, dispatch_uid="programmes.hand_over_programmes")
        sharing_asked.connect(say_where_they_are_seen, dispatch_uid="programmes.say_where_they_are_seen")
        place_closing.connect(say_what_is_placed, dispatch_uid="programmes.say_what_is_placed")


def follow_country(sender: object, *, centre: "Organisation", by: "User", **kwargs) -> None:
    """Public holidays of the country, and the catalogue where no type was ever loaded (U1)."""
    from audit.acting import acting
    from programmes.models import ProgrammeType
    from programmes.places.closing_days import follow_country
    from programmes.types.catalogue import load_catalogue

    if not ProgrammeType.objects.exists():
        load_catalogue()
    with acting(by):
        follow_country(centre=centre, by=by)


def say_where_they_are_seen(sender: object, *, organisation: "Organisation", **kwargs) -> set[int]:
    from programmes.access import centres_seen_from

    return centres_seen_from(organisation)


def say_what_is_placed(sender: object, *, place: "Organisation | Unit", **kwargs) -> list[str]:
    from programmes.places.workshops import still_placed

    return still_placed(place)


def leave_teams(
    sender: object,
    *,
    user: "User",
    by: "User",
    taker: "User | None" = None,
    organisation: "Organisation | None" = None,
    stays: bool = False,
    **kwargs,
) -> None:
    """Who leaves is on no team any more (U2); who stays and only hands over work is, but coordinates no longer."""
    from audit.acting import acting
    from programmes.people.coordination import hand_on
    from programmes.people.team import leave_teams

    if not stays:
        leave_teams(user=user, by=by, centre=organisation, taker=taker)
    elif taker:
        with acting(by, why="handed over"):
            hand_on(user=user, taker=taker, by=by, centre=organisation)

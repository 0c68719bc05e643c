import datetime

import factory

from citizens.access import grant
from programmes.access import grant_placement, grant_programme, source_of_member
from programmes.models import (
    ClosingDay,
    Offer,
    OfferQuota,
    OpeningHours,
    Pause,
    Placement,
    Programme,
    ProgrammeType,
    ScheduleSlot,
    TeamMember,
    Workshop,
)
from tests.factories.accounts import CentreFactory, JobCentreFactory, UnitFactory, user_with_role
from tests.factories.base import Factory
from tests.factories.citizens import CitizenFactory

MONDAY = datetime.date(2026, 11, 23)
OPENING = {1: "14:30", 2: "14:30", 3: "14:30", 4: "14:30", 5: "14:00"}


def named(**names: str) -> list[dict]:
    """Parts of a definition with one name for all languages."""
    return [{"key": key, "name": dict.fromkeys(("da", "sv", "en"), name)} for key, name in names.items()]


class ProgrammeTypeFactory(Factory):
    class Meta:
        model = ProgrammeType
        django_get_or_create = ["key", "version"]

    key = "individual_development"
    version = 1
    definition = factory.LazyFunction(
        lambda: {
            "name": {
                "da": "Individuelt udviklingsforløb",
                "sv": "Individuell utvecklingsinsats",
                "en": "Individual development programme",
            },
            "purpose": {"da": "Formål", "sv": "Syfte", "en": "Purpose"},
            "duration": {"default_weeks": 13, "minimum_weeks": None, "maximum_weeks": None},
            "intake": "monday",
            "contexts": named(
                active_offer="Active offer",
                pre_rehabilitation="Pre-rehabilitation",
                job_clarification="Job clarification",
                resource_programme="Resource programme",
            ),
            "legal_basis": {"text": "Lov om aktiv beskæftigelsesindsats § 32, stk. 1, nr 2"},
            "absence_rules": {"grace_minutes": 15},
            "follow_up": {"every_weeks": 4},
            "outcomes": named(
                job="Job",
                wage_subsidy="Job with wage subsidy",
                flexible_job="Flexible job",
                education="Education",
                next_programme="On to the next programme",
                rehab_team="To the rehabilitation team",
                other_support="Other support",
                pension_clarification="Disability-pension clarification",
                maintained="Keeps what he or she can do",
                interrupted="Interrupted",
                unknown="Unknown",
            ),
            "closing_note_sections": [
                part
                | {"when_interrupted": part["key"] in ("content", "recommendation")}
                | {"is_required": part["key"] != "accommodations"}
                for part in named(
                    content="Course and content",
                    attendance="Attendance",
                    goals="Goals and progression",
                    resources="Resources",
                    opportunities="Development opportunities",
                    accommodations="Accommodations",
                    recommendation="Recommendation",
                )
            ],
        }
    )


class WorkshopFactory(Factory):
    """A workshop with ordinary opening hours, Mon-Thu 7.30-14.30 and Fri 7.30-14.00 (P5)."""

    class Meta:
        model = Workshop

    unit = factory.SubFactory(UnitFactory)
    places = 14

    @classmethod
    def after(cls, instance: Workshop) -> None:
        OpeningHours.objects.bulk_create(
            OpeningHours(workshop=instance, weekday=weekday, opens="07:30", closes=closes)
            for weekday, closes in OPENING.items()
        )


class ClosingDayFactory(Factory):
    class Meta:
        model = ClosingDay

    centre = factory.SubFactory(CentreFactory)
    day = MONDAY
    name = "Course for the staff"


class ProgrammeFactory(Factory):
    """An active programme of 13 weeks from Monday 23 November 2026, with everybody's access to the case."""

    class Meta:
        model = Programme

    reference = factory.Sequence(lambda n: f"F-2026-{n:06}")
    citizen = factory.SubFactory(CitizenFactory)
    type = factory.SubFactory(ProgrammeTypeFactory)
    centre = factory.SubFactory(CentreFactory)
    referring_organisation = factory.SubFactory(JobCentreFactory)
    caseworker = factory.LazyAttribute(lambda o: user_with_role("caseworker", o.centre))
    referrer = factory.LazyAttribute(lambda o: user_with_role("referrer", o.referring_organisation))
    status = "active"
    starts_on = MONDAY
    ends_on = factory.LazyAttribute(lambda o: o.starts_on + datetime.timedelta(weeks=13, days=-1))

    @classmethod
    def after(cls, instance: Programme) -> None:
        grant_programme(instance)


class PlacementFactory(Factory):
    """A workshop for the whole programme; `internship` at a joiner's, `on_course` on the type's `pool`."""

    class Meta:
        model = Placement

    class Params:
        internship = factory.Trait(kind="internship", workshop=None, place="Hansen's Joinery")
        on_course = factory.Trait(kind="course", workshop=None, course="pool", place="The baths")

    programme = factory.SubFactory(ProgrammeFactory)
    workshop = factory.LazyAttribute(lambda o: WorkshopFactory(unit__organisation=o.programme.centre))
    starts_on = factory.LazyAttribute(lambda o: o.programme.starts_on)
    ends_on = factory.LazyAttribute(lambda o: o.programme.ends_on)

    @classmethod
    def after(cls, instance: Placement) -> None:
        grant_placement(instance)


class ScheduleSlotFactory(Factory):
    class Meta:
        model = ScheduleSlot

    placement = factory.SubFactory(PlacementFactory)
    weekday = 1
    starts = datetime.time(8)
    ends = datetime.time(12)
    valid_from = factory.LazyAttribute(lambda o: o.placement.starts_on)


class PauseFactory(Factory):
    """A pause from a fortnight before the programme's end on."""

    class Meta:
        model = Pause

    programme = factory.SubFactory(ProgrammeFactory)
    starts_on = factory.LazyAttribute(lambda o: o.programme.ends_on - datetime.timedelta(weeks=2))
    reason = "A long trip"


class TeamMemberFactory(Factory):
    """A psychologist of the centre on the team, with access to the case."""

    class Meta:
        model = TeamMember

    programme = factory.SubFactory(ProgrammeFactory)
    user = factory.LazyAttribute(lambda o: user_with_role("specialist", o.programme.centre))
    function = TeamMember.Function.PSYCHOLOGIST
    starts_on = factory.LazyAttribute(lambda o: o.programme.starts_on)
    added_by = factory.LazyAttribute(lambda o: o.programme.caseworker)

    @classmethod
    def after(cls, instance: TeamMember) -> None:
        grant(
            citizen=instance.programme.citizen,
            centre=instance.programme.centre,
            role="caseworker" if instance.function == TeamMember.Function.DEPUTY else "specialist",
            user=instance.user,
            source=source_of_member(instance.pk),
            starts_on=instance.starts_on,
            ends_on=instance.ends_on,
        )


class OfferFactory(Factory):
    """The centre offers the type, with the type's own numbers."""

    class Meta:
        model = Offer
        django_get_or_create = ["centre", "type_key"]

    centre = factory.SubFactory(CentreFactory)
    type_key = "individual_development"
    since = datetime.date(2026, 1, 1)


class OfferQuotaFactory(Factory):
    class Meta:
        model = OfferQuota

    offer = factory.SubFactory(OfferFactory)
    municipality = "Hagfors"
    places = 17

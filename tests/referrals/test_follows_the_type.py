"""Form and triage ask for what the type uses and for nothing else (R1, R5, P10)."""

import copy
import datetime
import itertools

import pytest
import time_machine
from django.urls import reverse

from audit.acting import System, acting
from citizens.models import Consent
from core.exceptions import Refused
from programmes.models import Placement, Programme
from programmes.placements.schedules import WeekSlot
from programmes.places.quotas import type_places
from programmes.types.catalogue import latest_type, load_catalogue
from referrals import actions
from referrals.granting import First
from referrals.models import Referral
from referrals.permissions import may_take_back
from referrals.starts import closed_at, starts
from referrals.statuses import Status
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.programmes import (
    ClosingDayFactory,
    OfferFactory,
    OfferQuotaFactory,
    PlacementFactory,
    ProgrammeFactory,
    ProgrammeTypeFactory,
    ScheduleSlotFactory,
)
from tests.factories.referrals import DraftFactory, ReferralFactory

pytestmark = pytest.mark.django_db
START = datetime.date(2026, 11, 30)


@pytest.fixture
def catalogue(cast):
    """The seven types, all offered by the centre."""
    load_catalogue()
    for key in ["physiotherapy_training", "individual_conversations", "resource_programme", "rebus",
                "outreach_residential", "integration_partnership"]:  # fmt: skip
        OfferFactory(centre=cast.centre, type_key=key)
    return {key: latest_type(key) for key in ["individual_development", "physiotherapy_training", "rebus",
            "individual_conversations", "resource_programme", "integration_partnership"]}  # fmt: skip


def edit_url(referral):
    return reverse("referrals:edit", args=[referral.reference])


def draft_of(cast, typed):
    return DraftFactory(
        type=cast.type, centre=cast.centre, referring_organisation=cast.job_centre, referrer=cast.referrer, typed=typed
    )


def referral_of(cast, type, **fields):
    fields = {"type": type, "centre": cast.centre, "referring_organisation": cast.job_centre} | fields
    return ReferralFactory(referrer=cast.referrer, **fields)


def right_for(cast, key, **change):
    """What a referral of the type needs, as it is typed."""
    typed = cast.right | {"offer": f"{key}@{cast.centre.pk}", "context": "", "legal_basis": ""}
    for name in ["weekly_hours", "context"]:
        typed.pop(name)
    if key == "rebus":
        typed |= {
            "quota": "Forshaga",
            "party-1-organisation": "Försäkringskassan", "party-1-person": "Åsa Ek", "party-1-phone": "",
            "consent-parties-on": "20.11.26", "consent-parties-how": "writing",
        }  # fmt: skip
    return typed | change


def test_nothing_is_asked_before_the_programme_is_chosen_and_then_what_it_uses(cast, catalogue, signed_in):
    """R1, R5: choosing shows the fields without judging them; a type without workshops asks for no hours."""
    client = signed_in(cast.referrer)
    referral = draft_of(cast, {"identity_number": cast.right["identity_number"], "municipality": "Forshaga kommun"})
    first = client.get(f"{edit_url(referral)}?step=programme").content.decode()
    assert "Which programme?" in first
    assert "an individual programme" in first or "individual programme" in first
    assert 'name="reason"' not in first
    assert 'name="shown" value=""' in first
    step = {"step": "programme", "shown": "", "go": "next", "offer": f"rebus@{cast.centre.pk}"}
    answer = client.post(edit_url(referral), step)
    assert answer.status_code == 302
    rebus = client.get(answer["Location"].split("#")[0]).content.decode()
    assert 'name="party-1-organisation"' in rebus
    assert 'name="consent-parties-on"' in rebus
    assert 'name="weekly_hours"' not in rebus
    assert 'name="workshop_wish"' not in rebus
    assert 'name="pre_programme"' not in rebus
    # Its own municipality is there already, as the quota's name.
    assert '<option value="Forshaga" selected>' in rebus
    client.post(edit_url(referral), {**step, "go": "show", "offer": f"individual_development@{cast.centre.pk}"})
    other = client.get(f"{edit_url(referral)}?step=programme").content.decode()
    assert 'name="weekly_hours"' in other
    assert 'name="pre_programme"' in other
    assert 'name="party-1-organisation"' not in other
    assert 'name="quota"' not in other


def test_a_type_that_no_centre_offers_is_not_in_the_list_and_cannot_be_sent(cast, catalogue, signed_in):
    """R5, U4: also where it ended or has not begun."""
    with acting(System("test")):
        cast.centre.offers.filter(type_key="rebus").update(until=datetime.date(2026, 11, 22))
        cast.centre.offers.filter(type_key="resource_programme").update(since=datetime.date(2026, 11, 24))
    referral = draft_of(cast, right_for(cast, "rebus"))
    client = signed_in(cast.referrer)
    page = client.get(f"{edit_url(referral)}?step=programme").content.decode()
    assert f"rebus@{cast.centre.pk}" not in page
    assert f"resource_programme@{cast.centre.pk}" not in page
    answer = client.post(edit_url(referral), {"step": "send", "go": "submit"})
    assert answer.status_code == 422
    assert "Choose the programme" in answer.content.decode()


WRONG = [
    ({"party-1-organisation": ""}, "Write which other party knows the citizen"),
    ({"party-1-person": " "}, "Write whom to talk to there"),
    ({"party-1-organisation": "x" * 201}, "at most 200 characters"),
    ({"consent-parties-on": ""}, "Write when the citizen gave this consent"),
    ({"consent-parties-on": "24.11.26"}, "The day must lie within the last two years"),
    ({"consent-parties-on": "1.1.0001"}, "Write the date as day.month.year"),
    ({"consent-parties-on": "31.12.9999"}, "Write the date as day.month.year"),
    ({"consent-parties-how": ""}, "Choose how the citizen gave this consent"),
    ({"consent-parties-how": "\x00"}, "Select a valid choice"),
    ({"quota": ""}, "Choose the municipality"),
    ({"quota": "Karlstad"}, "Select a valid choice"),
]


def test_what_the_type_needs_is_told_beside_its_field(cast, catalogue, signed_in):
    client = signed_in(cast.referrer)
    for change, message in WRONG:
        referral = draft_of(cast, right_for(cast, "rebus", **change))
        page = client.post(edit_url(referral), {"step": "send", "go": "submit"})
        assert page.status_code == 422, change
        assert message in page.content.decode(), change
    assert not Consent.objects.exists()


def test_parties_and_consent_are_kept_with_whose_place_is_asked_for(cast, catalogue, signed_in):
    """R1, R9, P10: the consent says for what, between whom, since when and how; the number of weeks is the type's."""
    referral = draft_of(cast, right_for(cast, "rebus"))
    client = signed_in(cast.referrer)
    assert client.post(edit_url(referral), {"step": "send", "go": "submit"}).status_code == 302
    referral.refresh_from_db()
    assert (referral.status, referral.type.key, referral.municipality) == (Status.SUBMITTED, "rebus", "Forshaga")
    assert (referral.weekly_hours, referral.weeks) == (None, 52)
    party = referral.parties.get()
    assert (party.organisation, party.person) == ("Försäkringskassan", "Åsa Ek")
    consent = Consent.objects.get(citizen=referral.citizen)
    assert (consent.key, consent.given_on, consent.given_how) == ("parties", datetime.date(2026, 11, 20), "writing")
    assert consent.parties == "Jobcenter Limfjord, Nordkajen, Försäkringskassan"
    assert consent.recorded_by == cast.referrer
    page = client.get(reverse("referrals:detail", args=[referral.reference])).content.decode()
    for words in ["Försäkringskassan", "Åsa Ek", "Forshaga", "In writing"]:
        assert words in page
    assert "Hours a week" not in page


def test_somebody_outside_the_ages_is_warned_about_and_not_refused(cast, catalogue, signed_in):
    """R1: born in 1989 is inside, born in 1950 is not."""
    client = signed_in(cast.referrer)
    for number, is_warned in [(cast.right["identity_number"], False), ("140350-0005", True)]:
        typed = right_for(cast, "rebus", identity_number=number, gender="m")
        referral = draft_of(cast, typed)
        page = client.get(f"{edit_url(referral)}?step=programme").content.decode()
        assert ("The programme is for people from 18 to 64" in page) == is_warned
        assert client.post(edit_url(referral), {"step": "send", "go": "submit"}).status_code == 302
    triage = reverse("referrals:triage", args=[referral.reference])
    assert "The citizen is 76. The programme is for people" in signed_in(cast.leader).get(triage).content.decode()


def test_a_type_without_workshops_is_accepted_with_start_caseworker_and_weeks(cast, catalogue, signed_in):
    """R5: on any working day, without placement or week; the coordinator where the type has one."""
    referral = referral_of(cast, catalogue["resource_programme"], weeks=104, weekly_hours=None, context="")
    coordinator = user_with_role("caseworker", cast.centre, name="Tove Holder")
    client = signed_in(cast.leader)
    url = reverse("referrals:triage", args=[referral.reference])
    page = client.get(url).content.decode()
    assert 'name="workshop"' not in page
    assert 'name="from_1"' not in page
    assert "Weekly schedule" not in page
    typed = {
        "starts_on": "2.12.26", "weeks": "104", "caseworker": str(cast.caseworker.pk),
        "coordinator": str(coordinator.pk), "go": "accept",
    }  # fmt: skip
    for day, words in [("5.12.26", "The next start is Monday 7 December"), ("", "Write when"), ("x", "Write the date"),
                       ("1.1.0001", "Write the date"), ("1.11.26", "between today and two years")]:  # fmt: skip
        wrong = client.post(url, typed | {"starts_on": day})
        assert wrong.status_code == 422
        assert words in wrong.content.decode()
    wrong = client.post(url, typed | {"weeks": "12"})
    assert "lasts at least 52 weeks" in wrong.content.decode()
    assert client.post(url, typed).status_code == 302
    programme = Programme.objects.get()
    assert programme.starts_on == datetime.date(2026, 12, 2)
    assert not Placement.objects.exists()
    assert programme.team.get(is_coordinator=True).user == coordinator
    assert client.get(reverse("desk:case", args=[programme.reference])).status_code == 200


def test_only_the_dates_of_the_type_are_starts_where_it_names_them(cast, catalogue, signed_in):
    """R5."""
    definition = copy.deepcopy(catalogue["integration_partnership"].definition)
    definition["intake_dates"] = ["2026-11-01", "2027-01-11", "2027-05-03"]
    with acting(System("test")):
        kind = type(catalogue["rebus"]).objects.create(key="integration_partnership", version=99, definition=definition)
    referral = referral_of(cast, kind, weekly_hours=None, weeks=26)
    url = reverse("referrals:triage", args=[referral.reference])
    client = signed_in(cast.leader)
    page = client.get(url).content.decode()
    assert 'value="2027-01-11" selected' in page
    assert "2026-11-01" not in page
    typed = {"weeks": "26", "caseworker": str(cast.caseworker.pk), "go": "accept"}
    assert client.post(url, typed | {"starts_on": "2027-01-18"}).status_code == 422
    assert client.post(url, typed | {"starts_on": "2027-05-03"}).status_code == 302
    with time_machine.travel("2027-06-01T08:00:00+02:00"):
        late = referral_of(cast, kind, weekly_hours=None, weeks=26)
        with pytest.raises(Refused, match="has no more starts"):
            actions.accept(
                referral=late, starts_on=datetime.date(2027, 6, 7), weeks=26, caseworker=cast.caseworker, by=cast.leader
            )
        assert client.get(reverse("referrals:triage", args=[late.reference])).status_code in (200, 302)


def test_an_intake_day_that_moves_into_the_next_week_is_offered_accepted_and_named(cast):
    """R5: the Friday before Easter is taken on the Tuesday after it."""
    tuesday = datetime.date(2027, 3, 30)
    for day in (datetime.date(2027, 3, 25), datetime.date(2027, 3, 26), datetime.date(2027, 3, 29)):
        ClosingDayFactory(centre=cast.centre, day=day, name="Easter")
    plain = ProgrammeTypeFactory.build().definition
    kind = ProgrammeTypeFactory(
        key="fridays", definition={**plain, "key": "fridays", "intake": "friday", "uses_workshops": False}
    )
    referral = referral_of(cast, kind, weekly_hours=None, wished_start=tuesday)
    with time_machine.travel("2027-03-20T08:00:00+01:00"):
        offered = starts(referral, kind, closed_at(cast.centre, datetime.date(2027, 3, 20)))
        assert offered[0].label == "Tuesday 30 March, because Friday 26 March is closed (Easter)"
        with pytest.raises(Refused, match="The next start is Friday 2 April"):
            actions.accept(
                referral=referral, starts_on=tuesday + datetime.timedelta(days=1), weeks=13,
                caseworker=cast.caseworker, by=cast.leader,
            )  # fmt: skip
        programme = actions.accept(
            referral=referral, starts_on=tuesday, weeks=13, caseworker=cast.caseworker, by=cast.leader
        )
    assert programme.starts_on == tuesday


def test_nobody_is_accepted_into_hours_that_are_agreed_in_another_programme(cast):
    """P5, A2: one citizen has one truth per hour, also when the second programme is another one's."""
    referral = referral_of(cast, cast.type)
    there = PlacementFactory(
        programme__citizen=referral.citizen, programme__centre=cast.centre, programme__reference="F-2025-000001",
        programme__type=ProgrammeTypeFactory(key="another"),
    )  # fmt: skip
    ScheduleSlotFactory(placement=there)
    decision = {
        "starts_on": START, "weeks": 13, "caseworker": cast.caseworker, "workshop": cast.workshop, "by": cast.leader,
    }  # fmt: skip
    monday = WeekSlot(1, datetime.time(11), datetime.time(13))
    with pytest.raises(Refused, match="Monday 8:00–12:00 is agreed with"):
        actions.accept(referral=referral, week=[monday], **decision)
    assert Programme.objects.get().reference == "F-2025-000001"
    actions.accept(referral=referral, week=[WeekSlot(1, datetime.time(12), datetime.time(14))], **decision)


def wish_for_training(cast, catalogue, **fields):
    return referral_of(
        cast, catalogue["individual_development"], wished_pre_programme="physiotherapy_training", **fields
    )


def with_training(cast, **change):
    return {
        "pre": "yes", "pre_starts_on": "2026-11-30", "pre_weeks": "4",
        "starts_on": "2026-12-28", "weeks": "13", "caseworker": str(cast.caseworker.pk),
        "workshop": str(cast.workshop.pk), "from_1": "8.00", "until_1": "11.00", "go": "accept",
    } | change  # fmt: skip


def test_a_granted_wish_comes_first_and_the_programme_after_it(cast, catalogue, signed_in):
    """R5, P15: training of four weeks at least from a Monday, then the programme from a Monday after it."""
    referral = wish_for_training(cast, catalogue)
    url = reverse("referrals:triage", args=[referral.reference])
    client = signed_in(cast.leader)
    page = client.get(url).content.decode()
    assert "Physiotherapy training first" in page
    assert "Strength and endurance, usually 8 times" in page
    assert "pre_workshop" not in page
    assert 'value="2026-12-28" selected' in page
    for change, words in [
        ({"pre_weeks": "3"}, "lasts at least 4 weeks"),
        ({"pre_starts_on": "2026-12-01"}, "Select a valid choice"),
        ({"pre_starts_on": ""}, "Choose when it begins"),
        ({"starts_on": "2026-12-21"}, "What comes before it ends on Sunday 27 December"),
        ({"pre": "perhaps"}, "Select a valid choice"),
        ({"pre_activities": "relaxation"}, "Select a valid choice"),
    ]:
        wrong = client.post(url, with_training(cast, **change))
        assert wrong.status_code == 422
        assert words in wrong.content.decode()
    assert not Programme.objects.exists()
    planned = with_training(cast, pre_activities=["strength_training", "trial_hour_in_workshop"])
    shown = client.post(url, planned | {"go": "show"}).content.decode()
    assert shown.count(" checked") == 3  # the wish itself, and both
    assert client.post(url, planned).status_code == 302
    referral.refresh_from_db()
    first, programme = referral.pre_programme, referral.programme
    mondays = [START + datetime.timedelta(weeks=week) for week in range(4)]
    assert list(first.activities.order_by("kind", "day").values_list("kind", "day")) == [
        *(("strength_training", day) for day in mondays), ("trial_hour_in_workshop", START),
    ]  # fmt: skip
    assert (first.type.key, first.starts_on, first.ends_on) == (
        "physiotherapy_training", START, datetime.date(2026, 12, 27),
    )  # fmt: skip
    assert programme.previous == first
    assert (programme.starts_on, programme.type.key) == (datetime.date(2026, 12, 28), "individual_development")
    assert not first.placements.exists()
    for user in (cast.leader, cast.referrer):
        seen = signed_in(user).get(reverse("referrals:detail", args=[referral.reference])).content.decode()
        assert first.reference in seen
        assert programme.reference in seen
    for one in (first, programme):
        for user in (cast.caseworker, cast.referrer):
            for page in ("desk:case", "plans:detail"):
                assert signed_in(user).get(reverse(page, args=[one.reference])).status_code == 200


def test_a_pre_programme_whose_type_uses_workshops_gets_one_on_a_free_place(cast, catalogue, signed_in):
    """R5, P5: with a proposed week of as many hours as are agreed; a full workshop is refused."""
    definition = cast.type.definition | {"pre_programme_of": "individual_development", "uses_workshops": True}
    trial = ProgrammeTypeFactory(key="trial_weeks", definition=definition)
    OfferFactory(centre=cast.centre, type_key=trial.key)
    referral = referral_of(cast, catalogue["individual_development"], wished_pre_programme=trial.key)
    url = reverse("referrals:triage", args=[referral.reference])
    client = signed_in(cast.leader)
    assert 'name="pre_workshop"' in client.get(url).content.decode()
    workshop = {"pre_workshop": str(cast.workshop.pk), "pre_hours": "6"}
    for change, words in [
        ({"pre_workshop": "", "pre_hours": "6"}, "#id_pre_workshop"),
        (workshop | {"pre_hours": ""}, "#id_pre_hours"),
        (workshop | {"pre_hours": "0"}, "Write how many hours a week"),
        (workshop | {"pre_workshop": "999999"}, "Select a valid choice"),
    ]:
        wrong = client.post(url, with_training(cast, **change))
        assert wrong.status_code == 422
        assert words in wrong.content.decode()
    with pytest.raises(Refused, match="Choose a workshop of the centre"):
        actions.accept(
            referral=referral, starts_on=datetime.date(2027, 1, 4), weeks=13, caseworker=cast.caseworker,
            workshop=cast.workshop, week=[WeekSlot(1, datetime.time(8), datetime.time(11))], first=First(START, 4),
            by=cast.leader,
        )  # fmt: skip
    assert not Programme.objects.exists()
    assert client.post(url, with_training(cast, **workshop)).status_code == 302
    referral.refresh_from_db()
    placement = referral.pre_programme.placements.get()
    assert (placement.workshop, placement.starts_on) == (cast.workshop, START)
    minutes = [(one.ends.hour - one.starts.hour) * 60 + one.ends.minute - one.starts.minute for one in
               placement.slots.all()]  # fmt: skip
    assert sum(minutes) == 360


def test_a_wish_that_is_not_granted_begins_with_the_programme(cast, catalogue, signed_in):
    referral = wish_for_training(cast, catalogue)
    url = reverse("referrals:triage", args=[referral.reference])
    answer = signed_in(cast.leader).post(url, with_training(cast, pre="no", starts_on="2026-11-30"))
    assert answer.status_code == 302
    programme = Programme.objects.get()
    assert programme.previous is None
    assert programme.starts_on == START


def test_taking_the_acceptance_back_takes_both_until_the_first_begins(cast, catalogue, signed_in):
    """K4."""
    decision = {
        "starts_on": datetime.date(2027, 1, 4), "weeks": 13, "caseworker": cast.caseworker, "workshop": cast.workshop,
        "week": [], "first": First(START, 4), "by": cast.leader,
    }  # fmt: skip
    decision["week"] = [WeekSlot(1, datetime.time(8), datetime.time(11))]
    referral = wish_for_training(cast, catalogue)
    actions.accept(referral=referral, **decision)
    referral.refresh_from_db()
    for one in (referral.programme, referral.pre_programme):
        case = signed_in(cast.leader).get(reverse("desk:case", args=[one.reference])).content.decode()
        assert reverse("referrals:take_back", args=[referral.reference]) in case
    actions.take_back(referral=referral, why="Moved away", by=cast.leader)
    referral.refresh_from_db()
    assert (referral.status, referral.programme, referral.pre_programme) == (Status.SUBMITTED, None, None)
    assert set(Programme.objects.values_list("status", flat=True)) == {"never_started"}
    actions.accept(referral=referral, **decision)
    with time_machine.travel("2026-11-30T08:00:00+01:00"):
        referral.refresh_from_db()
        assert not may_take_back(cast.leader, referral)
        with pytest.raises(Refused, match="has begun"):
            actions.take_back(referral=referral, why="Too late", by=cast.leader)


def test_nothing_is_granted_that_was_not_wished_for(cast, catalogue):
    referral = referral_of(cast, catalogue["resource_programme"], wished_pre_programme="physiotherapy_training")
    decision = {"starts_on": START, "weeks": 60, "caseworker": cast.caseworker, "by": cast.leader}
    with pytest.raises(Refused, match="No pre-programme is wished for"):
        actions.accept(referral=referral, first=First(START, 4), **decision)
    with pytest.raises(Refused, match="uses no workshops"):
        actions.accept(referral=referral, workshop=cast.workshop, **decision)
    assert not Programme.objects.exists()


NUMBERS = itertools.count(1)


NUMBERS = itertools.count(1)


def fill_quota(cast, kind, municipality, count, **fields):
    """So many programmes of the type on places of the municipality, from September for a year."""
    fields = {"starts_on": datetime.date(2026, 9, 7), "ends_on": datetime.date(2027, 9, 5)} | fields
    fields |= {"type": kind, "centre": cast.centre, "caseworker": cast.caseworker, "municipality": municipality}
    # Another year than today's, so that no new programme gets the same reference.
    return [ProgrammeFactory(reference=f"F-2025-{next(NUMBERS):06}", **fields) for _ in range(count)]


@pytest.fixture
def small(cast, catalogue):
    """REBUS with four places: Hagfors 2, Forshaga 2; Hagfors has none free."""
    offer = cast.centre.offers.get(type_key="rebus")
    with acting(System("test")):
        offer.places = 4
        offer.save()
    OfferQuotaFactory(offer=offer, municipality="Hagfors", places=2)
    OfferQuotaFactory(offer=offer, municipality="Forshaga", places=2)
    fill_quota(cast, catalogue["rebus"], "Hagfors", 2)
    return catalogue["rebus"]


def accepted(cast, referral, **change):
    change.setdefault("lent_from", "own")
    return {"starts_on": "30.11.26", "weeks": "52", "caseworker": str(cast.caseworker.pk), "go": "accept"} | change


def test_a_free_place_is_lent_from_another_municipality_where_it_is_seen(cast, small, signed_in):
    """P10: chosen by the team leader, on the programme, on the page of places, and told on the timeline."""
    referral = referral_of(cast, small, municipality="Hagfors kommun", weekly_hours=None, weeks=52)
    url = reverse("referrals:triage", args=[referral.reference])
    client = signed_in(cast.leader)
    page = client.get(url).content.decode()
    assert "Hagfors has no free place from 30 Nov 2026. Borrow one" in page
    assert "lent from Forshaga (2 free)" in page
    assert "Borrow one" in (wrong := client.post(url, accepted(cast, referral))).content.decode()
    assert wrong.status_code == 422
    assert client.post(url, accepted(cast, referral, lent_from="Munkfors")).status_code == 422
    assert client.post(url, accepted(cast, referral, lent_from="Forshaga")).status_code == 302
    programme = Programme.objects.latest("pk")
    assert (programme.municipality, programme.lent_from) == ("Hagfors kommun", "Forshaga")
    (places,) = type_places(cast.centre, [small], START)
    hagfors, forshaga = places.quota("Hagfors"), places.quota("forshaga  kommun")
    assert (hagfors.free, len(hagfors.borrowed), forshaga.free, len(forshaga.lent)) == (0, 1, 1, 1)
    seen = client.get(reverse("referrals:capacity") + "?on=2026-11-30").content.decode()
    assert "Forshaga lends Hagfors kommun a place" in seen
    assert programme.reference in seen
    assert (
        "Forshaga lends Hagfors kommun a place"
        in client.get(reverse("desk:case", args=[programme.reference])).content.decode()
    )
    # It goes back when the programme ends.
    (after,) = type_places(cast.centre, [small], programme.ends_on + datetime.timedelta(days=1))
    assert after.quota("Forshaga").free == 2
    with acting(System("test")):
        Programme.objects.filter(pk=programme.pk).update(status="interrupted", ended_on=START)
    (ended,) = type_places(cast.centre, [small], START)
    assert (ended.quota("Forshaga").free, ended.loans) == (2, [])


def test_without_lending_or_without_places_the_waiting_list_is_suggested(cast, small, signed_in):
    """P10, R5."""
    referral = referral_of(cast, small, municipality="Hagfors", weekly_hours=None, weeks=52)
    url = reverse("referrals:triage", args=[referral.reference])
    client = signed_in(cast.leader)
    offer = cast.centre.offers.get(type_key="rebus")
    with acting(System("test")):
        offer.can_be_lent = False
        offer.save()
    answer = client.post(url, accepted(cast, referral))
    assert answer.status_code == 422
    assert "Put the referral on the waiting list." in answer.content.decode()
    with pytest.raises(Refused, match="no place to lend"):
        actions.accept(
            referral=referral,
            starts_on=START,
            weeks=52,
            caseworker=cast.caseworker,
            lent_from="Forshaga",
            by=cast.leader,
        )
    fill_quota(cast, small, "Forshaga", 2)
    other = referral_of(cast, small, municipality="Forshaga", weekly_hours=None, weeks=52)
    with pytest.raises(Refused, match="no free place"):
        actions.accept(referral=other, starts_on=START, weeks=52, caseworker=cast.caseworker, by=cast.leader)
    assert Referral.objects.filter(status=Status.SUBMITTED).count() == 2


def test_who_comes_later_has_a_place_already(cast, small):
    """P10: the free places of a start are those of the fullest day until the end."""
    fill_quota(cast, small, "Forshaga", 1)
    with acting(System("test")):
        Programme.objects.filter(municipality="Forshaga").update(starts_on=datetime.date(2027, 3, 1), status="planned")
    fill_quota(cast, small, "Forshaga", 1)
    (today,) = type_places(cast.centre, [small], START)
    assert (today.quota("Forshaga").free, today.quota("Forshaga").coming) == (1, 1)
    referral = referral_of(cast, small, municipality="Forshaga", weekly_hours=None, weeks=52)
    decision = {"referral": referral, "starts_on": START, "caseworker": cast.caseworker, "by": cast.leader}
    with pytest.raises(Refused, match="no free place"):
        actions.accept(weeks=52, **decision)
    actions.accept(weeks=12, **decision)


def test_the_queue_and_the_page_of_places_are_the_leaders_alone(cast, small, signed_in):
    """T1."""
    for user in (cast.referrer, cast.caseworker, cast.contact):
        assert signed_in(user).get(reverse("referrals:capacity")).status_code == 403
    client = signed_in(cast.leader)
    assert client.get(reverse("referrals:capacity") + "?on=1.1.0001").status_code == 422
    assert client.get(reverse("referrals:capacity") + "?on=1.11.26").status_code == 422
    elsewhere = user_with_role("team_leader", CentreFactory())
    fill_quota(cast, small, "Forshaga", 1, lent_from="Hagfors")
    page = signed_in(elsewhere).get(reverse("referrals:capacity")).content.decode()
    assert "Hagfors" not in page


def test_the_queue_is_filtered_by_type_in_the_address(cast, catalogue, signed_in):
    """Experience 11."""
    rebus = referral_of(cast, catalogue["rebus"], weekly_hours=None)
    work = referral_of(cast, catalogue["individual_development"])
    client = signed_in(cast.leader)
    queue = reverse("referrals:queue")
    everything = client.get(queue).content.decode()
    assert rebus.reference in everything
    assert work.reference in everything
    only = client.get(queue + "?type=rebus").content.decode()
    assert rebus.reference in only
    assert work.reference not in only
    assert 'aria-current="true"' in only
    assert client.get(queue + "?type=nonsense").status_code == 200


def test_the_page_of_places_costs_the_same_for_few_and_many(cast, small, signed_in, django_assert_num_queries):
    client = signed_in(cast.leader)
    fill_quota(cast, small, "Hagfors", 1, lent_from="Forshaga")
    client.get(reverse("referrals:capacity"))
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("referrals:capacity"))
    fill_quota(cast, small, "Hagfors", 6, lent_from="Forshaga")
    for _ in range(5):
        referral_of(cast, small, status=Status.WAITING_LIST)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("referrals:capacity"))


PAGE_QUERIES = 17

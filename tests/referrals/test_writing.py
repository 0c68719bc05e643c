import uuid

import pytest
from django.urls import reverse

from accounts.models import Organisation
from audit.acting import System, acting
from audit.models import Access, Event
from citizens.models import Citizen
from messaging.models import OutgoingMail
from referrals.drafts import typed_in
from referrals.models import Move, Referral
from referrals.statuses import Status
from tests.factories.accounts import JobCentreFactory, user_with_role
from tests.factories.programmes import OfferFactory
from tests.factories.referrals import DraftFactory, ReferralFactory
from tests.referrals.cast import NUMBER

pytestmark = pytest.mark.django_db


def draft_of(cast, typed=None, **fields):
    return DraftFactory(
        type=cast.type, centre=cast.centre, referring_organisation=cast.job_centre, referrer=cast.referrer,
        typed=cast.right if typed is None else typed, **fields,
    )  # fmt: skip


def edit_url(referral):
    return reverse("referrals:edit", args=[referral.reference])


def send(client, referral, **extra):
    return client.post(edit_url(referral), {"step": "send", "go": "submit", **extra})


def test_the_first_save_of_a_new_form_begins_one_draft_with_a_reference(cast, signed_in):
    """R3, T12: the same empty form sent twice begins one draft."""
    client = signed_in(cast.referrer)
    assert client.get(reverse("referrals:new")).status_code == 200
    form = {"step": "citizen", "go": "next", "id": str(uuid.uuid4()), "first_name": "Åse"}
    for _ in range(2):
        client.post(reverse("referrals:new"), form)
    referral = Referral.objects.get()
    assert referral.reference == "H-2026-000001"
    assert referral.status == Status.DRAFT
    assert typed_in(referral)["first_name"] == "Åse"


def test_a_get_writes_no_draft(cast, signed_in):
    signed_in(cast.referrer).get(reverse("referrals:new"))
    assert not Referral.objects.exists()


def test_before_sending_the_draft_says_what_is_missing(cast, signed_in):
    """Experience 25."""
    referral = draft_of(cast, {"first_name": "Åse"})
    html = signed_in(cast.referrer).get(f"{edit_url(referral)}?step=send").content.decode()
    assert "<dd>Missing</dd>" in html
    assert "Nothing is stated." in html


def test_every_step_opens_with_what_was_typed_and_says_it_is_saved(cast, signed_in):
    client, referral = signed_in(cast.referrer), draft_of(cast)
    for step in ["citizen", "programme", "goals", "accommodations", "send", "all"]:
        page = client.get(f"{edit_url(referral)}?step={step}")
        assert page.status_code == 200
        assert "Saved 8:12" in page.content.decode()
    assert "Arbejde 12 timer" in client.get(f"{edit_url(referral)}?step=send").content.decode()


def test_a_wrong_field_is_kept_and_judged_only_when_going_on(cast, signed_in):
    """R3: saving never judges; going on tells, with 422 and the title `Error:`, and has saved all the same."""
    client, referral = signed_in(cast.referrer), draft_of(cast, typed={})
    typed = {"step": "citizen", "identity_number": "1234", "first_name": "Bo", "municipality": "Aalborg"}
    assert client.post(edit_url(referral), typed | {"go": "save"}).status_code == 302
    page = client.post(edit_url(referral), typed | {"go": "next"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "<title>Error: " in text
    assert "That does not look like a CPR number. A replacement number is also allowed" in text
    assert 'value="1234"' in text
    referral.refresh_from_db()
    assert typed_in(referral)["identity_number"] == "1234"
    assert client.post(edit_url(referral), typed | {"go": "step:goals"}).status_code == 302


def test_goals_and_subgoals_are_added_and_removed_without_javascript(cast, signed_in):
    client, referral = signed_in(cast.referrer), draft_of(cast, typed={})
    form = {"step": "goals", "goal-0-title": "First", "goal-0-sub-0-title": "One"}
    client.post(edit_url(referral), form | {"go": "add-goal"})
    form |= {"goal-1-title": "Second", "goal-1-sub-0-title": "Two"}
    client.post(edit_url(referral), form | {"go": "add-subgoal-1"})
    page = client.get(f"{edit_url(referral)}?step=goals").content.decode()
    assert 'name="goal-1-sub-1-title"' in page
    form |= {"goal-1-sub-1-title": "Three"}
    client.post(edit_url(referral), form | {"go": "remove-subgoal-1-0"})
    referral.refresh_from_db()
    assert typed_in(referral)["goal-1-sub-0-title"] == "Three"
    assert "goal-1-sub-1-title" not in typed_in(referral)
    client.post(edit_url(referral), {"step": "goals", **typed_in(referral), "go": "remove-goal-0"})
    referral.refresh_from_db()
    assert typed_in(referral) == {"goal-0-title": "Second", "goal-0-sub-0-title": "Three"}


def test_the_draft_saves_itself_in_the_background(cast, signed_in):
    client, referral = signed_in(cast.referrer), draft_of(cast, typed={})
    url = reverse("referrals:autosave", args=[referral.reference])
    form = {"step": "citizen", "first_name": "Bo", "version": "1", "page": "a"}
    answer = client.post(url, form, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["text"] == "Saved 8:12"
    assert answer.json()["version"] == 2
    referral.refresh_from_db()
    assert typed_in(referral) == {"first_name": "Bo"}
    assert client.get(url).status_code == 405


def test_a_second_page_does_not_overwrite_silently(cast, signed_in):
    """T13: the second editor sees both versions; saving again is a choice."""
    client, referral = signed_in(cast.referrer), draft_of(cast, typed={})
    form = {"step": "citizen", "version": "1"}
    client.post(edit_url(referral), form | {"page": "a", "first_name": "Mine", "go": "save"})
    page = client.post(edit_url(referral), form | {"page": "b", "first_name": "Yours", "go": "save"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Mine" in text
    assert 'value="Yours"' in text
    referral.refresh_from_db()
    assert typed_in(referral)["first_name"] == "Mine"
    again = client.post(edit_url(referral), form | {"version": "2", "page": "b", "first_name": "Yours", "go": "save"})
    assert again.status_code == 302


def test_a_pages_own_background_save_is_not_in_its_way_but_a_late_one_gives_way(cast, signed_in):
    client, referral = signed_in(cast.referrer), draft_of(cast, typed={})
    background = {"Accept": "application/json"}
    url = reverse("referrals:autosave", args=[referral.reference])
    form = {"step": "citizen", "version": "1", "page": "a"}
    client.post(url, form | {"first_name": "B"}, headers=background)
    assert client.post(edit_url(referral), form | {"first_name": "Bo", "go": "next"}).status_code == 422
    assert client.post(url, form | {"first_name": "B"}, headers=background).status_code == 409
    referral.refresh_from_db()
    assert typed_in(referral)["first_name"] == "Bo"


def test_submitting_makes_a_referral_with_all_that_was_typed(cast, signed_in):
    """R1, R2."""
    client, referral = signed_in(cast.referrer), draft_of(cast)
    page = client.post(edit_url(referral), {"step": "send", "go": "submit"}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("referrals:detail", args=[referral.reference])
    assert f"The referral has been received. Reference {referral.reference}" in page.content.decode()
    referral.refresh_from_db()
    assert referral.status == Status.SUBMITTED
    assert (referral.weeks, str(referral.weekly_hours)) == (13, "7.50")
    assert referral.wished_start.isoformat() == "2026-11-30"
    assert referral.citizen.name == "Øjvind Ærtebjerg"
    assert (referral.citizen.gender, referral.citizen.birth_date.isoformat()) == ("m", "1989-03-14")
    goal = referral.goals.get()
    assert (goal.title, goal.subgoals.get().target) == ("Arbejde 12 timer om ugen på et lager", "90 %")
    assert Move.objects.filter(referral=referral, status=Status.SUBMITTED, by=cast.referrer).count() == 1
    assert Event.objects.filter(verb="referral_submitted", subject=referral.reference).exists()
    assert Referral.objects.visible_to(cast.leader).get() == referral


def test_the_centre_is_told_by_a_mail_without_name_and_number(cast, signed_in):
    """R2, T10."""
    send(signed_in(cast.referrer), draft_of(cast))
    mail = OutgoingMail.objects.get(to=cast.leader.email)
    assert "New referral H-2026-" in mail.subject
    for secret in [NUMBER, NUMBER.replace("-", ""), "Øjvind", "Ærtebjerg"]:
        assert secret not in mail.subject + mail.body


def test_everything_wrong_is_told_at_once_and_everything_typed_stays(cast, signed_in):
    """Experience 17 and the four mistakes of the issue: goals, end before start, a too long text, a wrong number."""
    typed = cast.right | {
        "identity_number": "320189-0001", "reason": "æ" * 20_001, "wished_end": "1.11.26", "offer_id": "x\x00y",
        "goal-0-title": "", "goal-0-sub-0-title": "", "goal-0-own_words": "", "goal-0-sub-0-baseline": "",
        "goal-0-sub-0-target": "",
    }  # fmt: skip
    client, referral = signed_in(cast.referrer), draft_of(cast, typed=typed)
    page = send(client, referral)
    assert page.status_code == 422
    text = page.content.decode()
    for message in [
        "That does not look like a CPR number. A replacement number is also allowed",
        "The text is 20001 characters long; there is room for 20000",
        "The end must be after the start",
        "Write at least one goal",
        "Write at least one subgoal to the goal",
        "Null characters are not allowed",
    ]:
        assert text.count(message) >= 2, message
    assert 'href="#id_goal-0-title"' in text
    assert "autofocus" in text
    assert "æ" * 20_001 in text
    assert 'value="320189-0001"' in text
    referral.refresh_from_db()
    assert referral.status == Status.DRAFT
    assert typed_in(referral) == typed
    assert not Citizen.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wished_start": "1.1.0001"}, "Write the date as day.month.year"),
        ({"wished_start": "31.12.9999"}, "Write the date as day.month.year"),
        ({"wished_start": "30.2.27"}, "Write the date as day.month.year"),
        ({"wished_start": "1.11.26"}, "The start must lie between today and two years from now"),
        ({"wished_start": ""}, "Write when the programme should start"),
        ({"wished_end": "30.11.26"}, "The end must be after the start"),
        ({"weeks": "4", "wished_end": "31.1.27"}, "Duration and end disagree"),
        ({"weeks": "0"}, "Write a number from 1 to 260"),
        ({"weeks": "1e5"}, "Write a whole number"),
        ({"weeks": "٣"}, "Write a whole number"),
        ({"weekly_hours": "40"}, "Write the hours of one week, from 1 to 37"),
        ({"weekly_hours": "NaN"}, "Write the hours as 7,5 or 7:30"),
        ({"identity_number": ""}, "Write the number, or why there is none"),
        ({"identity_number": "", "no_number_reason": "Asylum"}, "Write the date of birth"),
        ({"birth_date": "1.1.1990"}, "The number says another date of birth"),
        ({"context": "temporary_support_107"}, "Select a valid choice"),
        ({"offer": "ended@1"}, "Choose the programme"),
        ({"reason": "  "}, "Write the reason for the referral"),
        ({"first_name": "x" * 101}, "at most 100 characters"),
        ({"goal-0-life_area": "\x00"}, "Select a valid choice"),
        ({"goal-1-title": "Second goal"}, "Write at least one subgoal to the goal"),
    ],
)
def test_a_wrong_value_is_a_clear_error(cast, signed_in, change, message):
    page = send(signed_in(cast.referrer), draft_of(cast, typed=cast.right | change))
    assert page.status_code == 422
    assert message in page.content.decode()
    assert not Citizen.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"identity_number": "740389 0002"},
        {"identity_number": "", "no_number_reason": "Asylum", "birth_date": "14.3.45", "gender": "f"},
        {"wished_start": "2026-11-30", "wished_end": "28/2-2027"},
        {"goal-1-title": "", "goal-1-life_area": "health", "goal-1-sub-0-title": ""},
        {"goal-0-sub-1-title": "", "goal-0-sub-1-indicator": "steps"},
        {"weeks": "26"},
    ],
)
def test_these_are_right(cast, signed_in, change):
    """R1: a replacement number, a reason instead of a number, an end instead of weeks, rows that stayed empty."""
    referral = draft_of(cast, typed=cast.right | change)
    assert send(signed_in(cast.referrer), referral).status_code == 302
    referral.refresh_from_db()
    assert referral.status == Status.SUBMITTED
    assert referral.goals.count() == 1
    assert referral.goals.get().subgoals.count() == 1


def test_a_swedish_centre_takes_a_samordningsnummer_that_tells_no_gender(cast, signed_in):
    with acting(System("test")):
        Organisation.objects.filter(pk=cast.centre.pk).update(country="SE")
    typed = cast.right | {"identity_number": "19900662-0000", "gender": ""}
    client = signed_in(cast.referrer)
    referral = draft_of(cast, typed=typed)
    page = send(client, referral)
    assert page.status_code == 422
    assert "Choose the gender" in page.content.decode()
    client.post(edit_url(referral), {"step": "citizen", **typed, "gender": "f", "go": "save"})
    assert send(client, referral).status_code == 302
    assert Citizen.objects.get().gender == "f"


def test_the_same_submission_sent_twice_is_one_referral(cast, signed_in):
    """R4, T12: a double click gives the same page."""
    client, referral = signed_in(cast.referrer), draft_of(cast)
    pages = [send(client, referral), send(client, referral)]
    assert {page.headers["Location"] for page in pages} == {reverse("referrals:detail", args=[referral.reference])}
    assert Move.objects.filter(referral=referral).count() == 1
    assert Citizen.objects.count() == 1


def test_what_is_typed_after_submission_is_not_saved_and_it_says_so(cast, signed_in):
    client, referral = signed_in(cast.referrer), draft_of(cast)
    send(client, referral)
    page = client.post(edit_url(referral), {"step": "citizen", "first_name": "X", "go": "save"}, follow=True)
    assert "This referral has already been submitted. What you wrote now was not saved" in page.content.decode()
    referral.refresh_from_db()
    assert typed_in(referral)["first_name"] == "Øjvind"


def test_a_second_referral_of_the_same_type_is_shown_at_once_with_its_reference(cast, signed_in):
    """R4: their own organisation's may be named; the draft stays."""
    client, first, second = signed_in(cast.referrer), draft_of(cast), draft_of(cast)
    send(client, first)
    shown = client.get(edit_url(second)).content.decode()
    assert f"The citizen already has an open referral of this type: {first.reference}" in shown
    page = send(client, second)
    assert page.status_code == 422
    assert first.reference in page.content.decode()
    second.refresh_from_db()
    assert second.status == Status.DRAFT


def test_another_organisation_learns_that_there_is_one_and_no_more(cast, signed_in):
    """R4, T1."""
    first = draft_of(cast)
    send(signed_in(cast.referrer), first)
    other = user_with_role("referrer", JobCentreFactory())
    second = DraftFactory(
        type=cast.type, centre=cast.centre, referrer=other, typed=cast.right,
        referring_organisation_id=other.memberships.get().organisation_id,
    )  # fmt: skip
    page = send(signed_in(other), second)
    assert page.status_code == 422
    text = page.content.decode()
    assert "The citizen already has an open referral of this type" in text
    citizen = Citizen.objects.get(identity_index__isnull=False)
    assert Access.objects.filter(user_id=other.pk, kind=Access.Kind.SEARCH, citizen_id=citizen.pk).exists()
    assert first.reference not in text
    assert not Citizen.objects.visible_to(other).exists()


def test_another_organisations_facts_about_a_citizen_are_not_overwritten(cast, signed_in):
    """U1: blanks are filled in, the rest stays; the centre sees what the referral says differently."""
    first = draft_of(cast, typed=cast.right | {"interpreter": "", "phone": "11 11 11 11"})
    send(signed_in(cast.referrer), first)
    other = user_with_role("referrer", JobCentreFactory())
    second_typed = cast.right | {"phone": "22 22 22 22", "interpreter": "Arabic, always"}
    second = DraftFactory(
        type=ReferralFactory(type__key="other", centre=cast.centre).type, centre=cast.centre, referrer=other,
        typed=second_typed, referring_organisation_id=other.memberships.get().organisation_id,
    )  # fmt: skip
    OfferFactory(centre=cast.centre, type_key="other")
    second_typed |= {"offer": f"other@{cast.centre.pk}"}
    client = signed_in(other)
    for step in ["citizen", "programme"]:
        client.post(edit_url(second), {"step": step, **second_typed, "go": "save"})
    assert send(client, second).status_code == 302
    citizen = Citizen.objects.get(identity_index__isnull=False)
    assert (citizen.phone, citizen.interpreter) == ("11 11 11 11", "Arabic, always")
    seen = signed_in(cast.leader).get(reverse("referrals:detail", args=[second.reference])).content.decode()
    assert "The referral says something else" in seen
    assert "22 22 22 22" in seen
    theirs = client.get(reverse("referrals:detail", args=[second.reference])).content.decode()
    assert "22 22 22 22" in theirs
    assert "11 11 11 11" not in theirs


def test_a_draft_can_be_thrown_away_by_a_colleague_and_by_nobody_else(cast, signed_in):
    """R7."""
    referral = draft_of(cast)
    url = reverse("referrals:throw_away", args=[referral.reference])
    for stranger in [cast.leader, cast.contact, user_with_role("referrer", JobCentreFactory())]:
        assert signed_in(stranger).post(url).status_code == 404
    assert signed_in(user_with_role("referrer", cast.job_centre)).post(url).status_code == 302
    assert not Referral.objects.exists()


def test_a_submitted_referral_cannot_be_thrown_away(cast, signed_in):
    client, referral = signed_in(cast.referrer), draft_of(cast)
    send(client, referral)
    page = client.post(reverse("referrals:throw_away", args=[referral.reference]), follow=True)
    assert "Only a draft can be thrown away" in page.content.decode()
    assert Referral.objects.exists()


@pytest.mark.parametrize("who", ["leader", "caseworker", "contact"])
def test_nobody_but_a_referrer_begins_a_referral(cast, signed_in, who):
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("referrals:new")).status_code == 403
    assert client.post(reverse("referrals:new"), {"step": "citizen"}).status_code == 403


def test_a_foreign_draft_does_not_exist_on_any_route(cast, signed_in):
    """T1."""
    referral = draft_of(cast)
    for user in [cast.leader, cast.caseworker, cast.contact, user_with_role("referrer", JobCentreFactory())]:
        client = signed_in(user)
        for name in ["edit", "detail", "triage", "answer", "withdraw", "reject", "ask", "waiting_list"]:
            assert client.get(reverse(f"referrals:{name}", args=[referral.reference])).status_code == 404, name
        for name in ["edit", "autosave", "throw_away", "health", "answer"]:
            assert client.post(reverse(f"referrals:{name}", args=[referral.reference])).status_code == 404, name


def test_another_form_cannot_take_over_somebody_elses_draft_by_its_id(cast, signed_in):
    referral = draft_of(cast)
    stranger = user_with_role("referrer", JobCentreFactory())
    page = signed_in(stranger).post(
        reverse("referrals:new"), {"step": "citizen", "id": str(referral.pk), "first_name": "X"}
    )
    assert page.status_code == 403
    referral.refresh_from_db()
    assert typed_in(referral) == cast.right


def test_the_number_is_in_no_address_title_or_log(cast, signed_in, caplog):
    """T10."""
    client, referral = signed_in(cast.referrer), draft_of(cast)
    pages = [client.get(f"{edit_url(referral)}?step=citizen")]
    pages.append(client.post(edit_url(referral), {"step": "citizen", **cast.right, "go": "next"}))
    pages.append(send(client, referral))
    pages.append(client.get(reverse("referrals:detail", args=[referral.reference])))
    for page in pages:
        title = page.content.decode().partition("<title>")[2].partition("</title>")[0]
        for number in [NUMBER, NUMBER.replace("-", "")]:
            assert number not in title + page.headers.get("Location", "")
            assert number not in caplog.text
    assert not Access.objects.filter(what__contains="140389").exists()
    assert not Event.objects.filter(detail__icontains="140389").exists()

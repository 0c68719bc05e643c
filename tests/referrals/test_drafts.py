import uuid

import pytest
from cryptography.exceptions import InvalidTag
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Change
from referrals import goals
from referrals.drafts import opened, sealed, typed_in
from referrals.models import Referral
from referrals.sections import SECTIONS, merged
from tests.factories.referrals import DraftFactory

pytestmark = pytest.mark.django_db
NAMES = ["identity_number", "first_name", "interpreter", "reason", "wished_start", "accommodations_why",
         "goal-0-title", "goal-3-own_words", "goal-0-sub-2-target"]  # fmt: skip


def draft_of(cast, **fields):
    ours = {"type": cast.type, "centre": cast.centre, "referring_organisation": cast.job_centre}
    return DraftFactory(referrer=cast.referrer, **ours, **fields)


anything_typed = st.dictionaries(st.sampled_from(NAMES), st.text() | st.just("👩‍🏭🧰\u0000\r\n<b>'\"&"))


@given(typed=anything_typed)
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_comes_back_exactly(typed):
    """R3."""
    referral = Referral()
    referral.draft = sealed(referral.pk, typed, page="p")
    assert opened(referral) == (typed, "p")


@given(typed=anything_typed)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_by_a_page_comes_back_exactly(cast, signed_in, typed):
    """R3, through the form and the database."""
    referral = DraftFactory(
        referrer=cast.referrer, referring_organisation=cast.job_centre, centre=cast.centre, type=cast.type
    )
    url = reverse("referrals:edit", args=[referral.reference])
    client = signed_in(cast.referrer)
    assert client.post(url, {"step": "all", "go": "save", **typed}).status_code == 302
    referral.refresh_from_db()
    assert typed_in(referral) == typed
    for step in ["all", "send"]:
        assert client.get(f"{url}?step={step}").status_code == 200
    assert client.post(url, {"step": "send", "go": "submit"}).status_code == 422


def test_a_page_replaces_its_own_sections_and_leaves_the_others():
    posted = QueryDict("first_name=B&reason=not+from+here&is_protected=on&csrfmiddlewaretoken=x&go=next&unknown=1")
    typed = merged({"first_name": "A", "phone": "1", "reason": "kept"}, posted, ["citizen"])
    assert typed == {"first_name": "B", "is_protected": "on", "reason": "kept"}


def test_names_of_another_shape_are_no_part_of_the_form():
    for name in ["goal-100-title", "goal-0-sub-0-x", "goal--1-title", "goal-٣-title", "goal-0-title-x"]:
        assert merged({}, QueryDict(f"{name}=1"), SECTIONS) == {}, name


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
@settings(max_examples=50, deadline=None)
def test_removing_a_row_keeps_all_the_others_in_order(rows, data):
    typed = {f"goal-{goal}-sub-{row}-title": f"{goal}.{row}" for goal, count in enumerate(rows) for row in range(count)}
    goal = data.draw(st.integers(0, len(rows) - 1))
    row = data.draw(st.integers(0, rows[goal] - 1))
    kept = [value for value in typed.values() if value != f"{goal}.{row}"]
    assert list(goals.without(typed, goal, row).values()) == kept
    kept = [value for value in typed.values() if not value.startswith(f"{goal}.")]
    assert list(goals.without(typed, goal).values()) == kept


def test_a_draft_is_encrypted_and_bound_to_its_row(cast):
    """T10."""
    referral = DraftFactory(
        referrer=cast.referrer, referring_organisation=cast.job_centre, typed={"first_name": "Secretname"}
    )
    referral.refresh_from_db()
    assert b"Secretname" not in bytes(referral.draft)
    assert not Change.objects.filter(after__icontains="Secretname").exists()
    other = Referral(draft=referral.draft)
    with pytest.raises(InvalidTag):
        typed_in(other)


def test_saving_a_draft_again_and_again_makes_no_history(cast, signed_in):
    referral = DraftFactory(
        referrer=cast.referrer, referring_organisation=cast.job_centre, centre=cast.centre, type=cast.type
    )
    client = signed_in(cast.referrer)
    for name in ["A", "B", "C"]:
        client.post(reverse("referrals:edit", args=[referral.reference]), {"step": "citizen", "first_name": name})
    assert Change.objects.filter(table="referrals_referral").count() == 1


def test_the_empty_form_sent_again_leaves_what_later_steps_wrote(cast, signed_in):
    """R3, T13: back in the browser to the first page of all, and save."""
    client = signed_in(cast.referrer)
    first = {"id": str(uuid.uuid4()), "first_name": "Øjvind", "go": "next"}
    client.post(reverse("referrals:new"), first)
    referral = Referral.objects.get()
    client.post(reverse("referrals:edit", args=[referral.reference]), {"step": "programme", "reason": "Ryggen"})
    client.post(reverse("referrals:new"), first | {"first_name": "Øjvind Emil"})
    referral.refresh_from_db()
    typed = typed_in(referral)
    assert (typed["first_name"], typed["reason"]) == ("Øjvind Emil", "Ryggen")

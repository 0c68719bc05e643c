import pytest
from django.urls import reverse

from referrals.statuses import Status
from tests.factories.accounts import JobCentreFactory, user_with_role
from tests.factories.referrals import DraftFactory, ReferralFactory

pytestmark = pytest.mark.django_db
URL = "referrals:list"
QUERIES = 8


def ours(cast):
    where = {"centre": cast.centre, "referring_organisation": cast.job_centre}
    return {"type": cast.type, "referrer": cast.referrer, **where}


def several(cast, count, **fields):
    return [ReferralFactory(**ours(cast), **fields) for _ in range(count)]


def test_the_list_shows_own_organisations_referrals_and_what_waits_first(cast, signed_in):
    several(cast, 1)
    asked = several(cast, 1, status=Status.INFORMATION_REQUESTED)[0]
    DraftFactory(**ours(cast), typed={"first_name": "Draft", "last_name": "Person"})
    foreign = ReferralFactory(centre=cast.centre, type=cast.type)
    page = signed_in(user_with_role("referrer", cast.job_centre)).get(reverse(URL)).content.decode()
    assert page.index("Waits for you") < page.index("Draft Person") < page.index("At Nordkajen, 0 days")
    assert asked.reference in page
    assert foreign.reference not in page


def test_the_status_filter_lives_in_the_url_and_survives_nonsense(cast, signed_in):
    client = signed_in(cast.referrer)
    submitted = several(cast, 1)[0]
    rejected = several(cast, 1, status=Status.REJECTED, decision_reason="x")[0]
    assert rejected.reference in client.get(reverse(URL), {"status": "decided"}).content.decode()
    assert submitted.reference not in client.get(reverse(URL), {"status": "decided"}).content.decode()
    assert submitted.reference not in client.get(reverse(URL), {"status": "rejected"}).content.decode()
    for nonsense in ["x", "9" * 500, "draft'--"]:
        assert client.get(reverse(URL), {"status": nonsense, "page": "x"}).status_code == 200


def test_the_list_costs_the_same_for_two_and_for_twenty(cast, signed_in, django_assert_num_queries):
    client = signed_in(cast.referrer)
    several(cast, 2)
    client.get(reverse(URL))
    with django_assert_num_queries(QUERIES):
        client.get(reverse(URL))
    several(cast, 18)
    with django_assert_num_queries(QUERIES):
        client.get(reverse(URL))


def test_an_empty_list_offers_the_next_step(signed_in, cast):
    page = signed_in(user_with_role("referrer", JobCentreFactory())).get(reverse(URL)).content.decode()
    assert "No referrals yet" in page
    assert reverse("referrals:new") in page


def test_a_single_state_in_the_address_is_marked_with_a_chip_of_its_own(cast, signed_in):
    """Experience 11: what is filtered is seen."""
    client = signed_in(cast.referrer)
    chosen = client.get("/referrals/?status=waiting_list").context["views"]
    assert [url for _word, url, is_current in chosen if is_current] == ["?status=waiting_list"]
    for address in ("/referrals/", "/referrals/?status=nonsense"):
        views = client.get(address).context["views"]
        assert [url for _word, url, is_current in views if is_current] == ["?"]

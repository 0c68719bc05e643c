"""The pages of programme types: read by leaders and administrators, changed by administrators (issue 4)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Event
from programmes.models import ProgrammeType
from programmes.types import catalogue
from tests.factories.accounts import CentreFactory, JobCentreFactory, user_with_role
from tests.factories.programmes import ProgrammeFactory
from tests.factories.referrals import ReferralFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False)]
UPLOAD = "/setup/types/upload/"


@pytest.fixture
def types():
    return {one.key: one for one in catalogue.load_catalogue()}


@pytest.fixture
def administrator():
    return user_with_role(Role.ADMINISTRATOR, CentreFactory(name="Skovbo"), name="Ada Holm")


def text(response) -> str:
    return response.content.decode()


def test_the_list_and_a_page_say_what_a_type_is_in_words(
    types, administrator, signed_in, django_assert_max_num_queries
):
    ProgrammeFactory(type=types["rebus"], centre=CentreFactory(name="Hagfors"))
    client = signed_in(administrator)
    client.get("/setup/types/")
    with django_assert_max_num_queries(12):
        listed = text(client.get("/setup/types/"))
    assert "Individual development programme" in listed
    assert "Version 1 since 23 Nov 2026" in listed
    assert "1 programme" in listed
    page = text(client.get("/setup/types/rebus/", follow=True))
    for words in [
        "18 to 64 years",
        "Any working day",
        "40 places",
        "Hagfors",
        "A free place may be lent to another municipality",
        "Every 8 weeks",
        "Mapping has taken place, at the latest 42 days after the start",
        "Without workshops",
        "Handing over to the right party",
        "Less than 50% of the hours in 8 weeks",
    ]:
        assert words in page, words


def test_what_tells_about_health_is_said_to_whoever_reads_the_type(types, administrator, signed_in):
    """J2"""
    page = text(signed_in(administrator).get("/setup/types/individual_development/1/"))
    assert "tells about health: an appointment to the workshop" in page


def test_what_was_begun_under_a_type_is_counted_and_not_multiplied(types, administrator, signed_in):
    """Programmes and referrals of a type side by side would be as many rows as the one number times the other."""
    centre = CentreFactory()
    for _time in range(3):
        ProgrammeFactory(type=types["rebus"], centre=centre)
    ReferralFactory(type=types["rebus"], centre=centre)
    client = signed_in(administrator)
    upload = {"text": catalogue.as_file(types["rebus"]).replace("grace_minutes: 30", "grace_minutes: 20")}
    with CaptureQueriesContext(connection) as queries:
        pages = [client.get("/setup/types/"), client.get("/setup/types/rebus/1/"), client.post(UPLOAD, upload)]
    assert all("3 programmes" in text(page) and "1 referral" in text(page) for page in pages)
    for query in queries.captured_queries:
        outer = query["sql"].partition("(SELECT")[0]
        assert not ('JOIN "programmes_programme"' in outer and 'JOIN "referrals_referral"' in outer)
        assert "DISTINCT" not in outer or "COUNT" not in outer


def test_every_type_reads_well_in_every_language(types, administrator, signed_in):
    """No part of any of the seven files makes a page fall over."""
    client = signed_in(administrator)
    for language in ("da", "sv", "en"):
        client.post(reverse("set_language"), {"language": language})
        for one in types.values():
            page = client.get(f"/setup/types/{one.key}/1/")
            assert page.status_code == 200
            assert getattr(one.settings.name, language) in text(page)
            assert ">individual_development<" not in text(page).replace(" ", "")


def test_a_file_that_was_downloaded_says_the_same_when_it_is_read_again(types, administrator, signed_in):
    client = signed_in(administrator)
    for one in types.values():
        answer = client.get(f"/setup/types/{one.key}/1/file/")
        assert answer["Content-Disposition"] == f'attachment; filename="{one.key}.yaml"'
        again = text(client.post(UPLOAD, {"text": text(answer)}))
        assert "which is in use." in again
        assert "Take into use" not in again
    refused = client.post(UPLOAD, {"text": text(answer), "take": "1", "seen": "1"})
    assert (refused.status_code, ProgrammeType.objects.count()) == (409, 7)


def test_a_changed_file_is_shown_then_taken_into_use_and_what_began_keeps_its_version(types, administrator, signed_in):
    running = ProgrammeFactory(type=types["rebus"], centre=CentreFactory(name="Hagfors"))
    client = signed_in(administrator)
    changed = catalogue.as_file(types["rebus"]).replace("grace_minutes: 30", "grace_minutes: 20")
    shown = text(client.post(UPLOAD, {"file": SimpleUploadedFile("my.yaml", changed.encode())}))
    assert "This becomes version 2." in shown
    assert "grace_minutes" in shown
    assert "1 programme keeps the version under which it began." in shown
    assert ProgrammeType.objects.count() == 7, "looking changes nothing"
    answer = client.post(UPLOAD, {"text": changed, "take": "1", "seen": "1"})
    assert answer.url == "/setup/types/rebus/2/"
    newest = catalogue.latest_type("rebus")
    assert (newest.version, newest.settings.absence_rules.grace_minutes, newest.taken_by) == (2, 20, "Ada Holm")
    running.refresh_from_db()
    assert running.type.settings.absence_rules.grace_minutes == 30
    event = Event.objects.filter(verb="programme_type_version").latest("pk")
    assert (event.actor_name, event.detail) == ("Ada Holm", {"type": "rebus", "version": 2})
    page = text(client.get("/setup/types/rebus/2/"))
    assert "Changed since the version before" in page
    earlier = text(client.get("/setup/types/rebus/1/"))
    assert "This is an earlier version. New referrals use version 2." in earlier
    # The file of the installation is not put back over what was changed on the page.
    assert {one.version for one in catalogue.load_catalogue()} == {1, 2}
    assert ProgrammeType.objects.count() == 8


def test_what_is_wrong_stands_beside_the_text_with_line_and_key_and_changes_nothing(types, administrator, signed_in):
    client = signed_in(administrator)
    broken = (
        catalogue.as_file(types["rebus"]).replace("intake: any", "intake: sunday").replace("places: 40", "places: 41")
    )
    lines = broken.splitlines()
    answer = client.post(UPLOAD, {"file": SimpleUploadedFile("my.yaml", broken.encode())})
    page = text(answer)
    assert answer.status_code == 422
    assert "<title>Error: " in page
    line = lines.index("intake: sunday") + 1
    assert f"Line {line} · intake: “sunday” cannot stand here." in page
    assert "key: rebus" in page, "the text stands in the field"
    mended = text(client.post(UPLOAD, {"text": broken.replace("sunday", "any")}))
    assert "The quotas make 40 places, but there are 41" in mended
    for wrong in [{}, {"text": " "}, {"text": "a\x00b"}, {"text": "x" * 500_000}, {"text": "key: x", "seen": "-1"},
                  {"file": SimpleUploadedFile("x.yaml", b"\xff\xfe\x00")}, {"file": SimpleUploadedFile("x.yaml", b"")},
                  {"file": SimpleUploadedFile("x.yaml", b"#" * 400_001)}]:  # fmt: skip
        assert client.post(UPLOAD, wrong).status_code == 422, wrong
    assert ProgrammeType.objects.count() == 7


def test_an_eighth_type_needs_no_developer(types, administrator, signed_in):
    client = signed_in(administrator)
    eighth = (
        catalogue.as_file(types["individual_conversations"])
        .replace("key: individual_conversations", "key: garden_talks", 1)
        .replace("Individual conversations", "Garden talks", 1)
    )
    assert "A new type." in text(client.post(UPLOAD, {"text": eighth}))
    answer = client.post(UPLOAD, {"text": eighth, "take": "1", "seen": "0"}, follow=True)
    assert "Version 1 of Garden talks is in use" in text(answer)


def test_a_version_that_somebody_else_took_meanwhile_is_shown_again(types, administrator, signed_in):
    """T13"""
    client = signed_in(administrator)
    mine = catalogue.as_file(types["rebus"]).replace("grace_minutes: 30", "grace_minutes: 20")
    with acting(System("test")):
        ProgrammeType.objects.create(
            key="rebus", version=2, definition={**types["rebus"].definition, "parties_needed": 3}
        )
    answer = client.post(UPLOAD, {"text": mine, "take": "1", "seen": "1"}, follow=True)
    assert answer.status_code == 409
    assert "Somebody else has taken a version of this type into use" in text(answer)
    assert "This becomes version 3." in text(answer)
    assert ProgrammeType.objects.filter(key="rebus").count() == 2


def test_only_administrators_of_a_centre_change_what_all_centres_share(types, signed_in):
    """A team leader works by the types and reads them; a job centre's own administrator keeps its users only."""
    leader = user_with_role(Role.TEAM_LEADER, CentreFactory())
    elsewhere = user_with_role(Role.ADMINISTRATOR, JobCentreFactory())
    body = {"text": catalogue.as_file(types["rebus"]).replace("grace_minutes: 30", "grace_minutes: 20"), "take": "1"}
    for user in (leader, elsewhere):
        client = signed_in(user)
        page = text(client.get("/setup/types/rebus/1/"))
        assert "Download the file" in page
        assert "Change the type" not in page
        assert client.post(UPLOAD, {**body, "seen": "1"}).status_code == 403
    assert signed_in(user_with_role(Role.CASEWORKER, CentreFactory())).get("/setup/types/").status_code == 403
    assert ProgrammeType.objects.count() == 7

"""Who says yes to a version and how; what was said yes to never changes (L2)."""

import base64
import datetime
import io
import struct
import zlib

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.roles import Role
from audit.acting import acting
from audit.models import Access, Event
from core.exceptions import NotAllowed, Refused
from journal.models import Document, Entry
from plans import actions
from plans.agreement import confirming
from plans.agreement.forms import signature_of
from plans.content import fingerprint, of_version
from plans.models import Abandonment, Confirmation, Exemption, Goal, Subgoal, Summary, Version
from plans.paper import documents
from plans.permissions import reading
from plans.statuses import Means, Party, Status
from tests.factories.accounts import user_with_role
from tests.factories.plans import confirmed_plan, draft_plan, followed_up, goals, subgoals_of
from tests.factories.programmes import ProgrammeTypeFactory
from tests.plans.test_pages import TODAY, in_case, url
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
EVERYBODY = ["citizen", "caseworker", "referrer"]
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def drawn(size=(600, 200), *, ink=True, form="PNG") -> str:
    """A signature as the page's script sends it."""
    picture = Image.new("RGB", size, "white")
    if ink:
        ImageDraw.Draw(picture).line([(20, 150), (120, 40), (220, 160), (400, 60)], fill="black", width=3)
    kept = io.BytesIO()
    picture.save(kept, form)
    return "data:image/png;base64," + base64.b64encode(kept.getvalue()).decode()


def unreadable() -> str:
    """A picture whose checksums fit and whose points cannot be unpacked."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 600, 200, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", bytes(50)) + part(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(data).decode()


def asking(parties=EVERYBODY, **more):
    """A type that asks these for their yes."""
    definition = ProgrammeTypeFactory.build().definition | {"plan_confirmed_by": parties}
    return {"programme__type": ProgrammeTypeFactory(key=f"asks_{len(parties)}", definition=definition)} | more


def sent(**more):
    return {"agreed_on": "14.12.26", "revision": 1} | more


def open_kinds(plan):
    return set(Task.objects.open().filter(source=f"plans.plan:{plan.pk}").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("ways", "means", "has_proof"),
    [
        ({"means": "signature", "signature": drawn()}, Means.SIGNATURE, True),
        ({"means": "typed", "typed": "Torben S."}, Means.TYPED, False),
        ({"means": "paper", "scan": SimpleUploadedFile("plan.pdf", PDF)}, Means.PAPER, True),
        ({"means": "later"}, None, False),
    ],
)
def test_the_plan_is_confirmed_at_the_meeting_in_each_way_and_what_is_missing_is_due(signed_in, ways, means, has_proof):
    """L2: the caseworker's yes locks the plan; whoever has not said yes is due, and nothing waits for it."""
    plan = draft_plan(**asking())
    programme, client = plan.programme, signed_in(plan.programme.caseworker)
    assert client.post(url("confirm", plan), sent(**ways)).url == url("detail", plan)
    version = plan.versions.get()
    assert version.status == Status.CONFIRMED
    rows = {row.party: row for row in version.confirmations.all()}
    assert rows.keys() == ({"caseworker", "citizen"} if means else {"caseworker"})
    assert {row.content_hash for row in rows.values()} == {fingerprint(version, of_version(version))}
    assert open_kinds(plan) == {"plan_follow_up", "confirm_plan_referrer"} | (
        set() if means else {"confirm_plan_citizen"}
    )
    assert Task.objects.open().get(kind="confirm_plan_referrer").for_user == programme.referrer
    if means:
        assert (rows["citizen"].means, rows["citizen"].by) == (means, programme.caseworker)
    if has_proof:
        document = Document.objects.get(carrier=str(rows["citizen"]))
        assert (document.sha256, document.citizen_id) == (rows["citizen"].proof_hash, programme.citizen_id)
    assert client.get(url("follow_up", plan)).status_code == 200
    shown = client.get(url("detail", plan)).text
    assert ("Fetch the sign" in shown) == has_proof
    assert "not confirmed yet" in shown


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "means"),
        ({"means": "magic"}, "means"),
        ({"means": "signature"}, "means"),
        ({"means": "signature", "signature": drawn(ink=False)}, "means"),
        ({"means": "signature", "signature": "data:image/png;base64,%%%"}, "means"),
        ({"means": "signature", "signature": "data:image/png;base64,AAAA"}, "means"),
        ({"means": "signature", "signature": drawn(form="JPEG")}, "means"),
        ({"means": "signature", "signature": drawn((4000, 3000))}, "means"),
        ({"means": "signature", "signature": unreadable()}, "means"),
        ({"means": "signature", "signature": "x" * 400_000}, "means"),
        ({"means": "typed", "typed": " "}, "typed"),
        ({"means": "typed", "typed": "a\x00b"}, "typed"),
        ({"means": "typed", "typed": "x" * 151}, "typed"),
        ({"means": "paper"}, "scan"),
        ({"means": "paper", "scan": ("a.pdf", b"no pdf")}, "scan"),
        ({"means": "paper", "scan": ("a.txt", b"Hello")}, "scan"),
        ({"means": "paper", "scan": ("a.exe", b"MZ")}, "scan"),
    ],
)
def test_a_yes_that_is_none_is_told_beside_its_field_and_nothing_changes(signed_in, monkeypatch, wrong, field):
    """T16, experience: bad input."""
    # As in a web process, which never loads the engine of documents: that one reads half pictures too.
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", False)
    plan = draft_plan()
    wrong = {name: SimpleUploadedFile(*value) if isinstance(value, tuple) else value for name, value in wrong.items()}
    page = signed_in(plan.programme.caseworker).post(url("confirm", plan), sent(**wrong))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "<title>Error:" in page.text
    assert plan.versions.get().status == Status.DRAFT
    assert not Confirmation.objects.exists()
    assert not Document.objects.exists()


def test_citizen_and_referrer_say_yes_themselves_once_and_what_was_due_is_done(signed_in):
    """L2"""
    plan = draft_plan(**asking())
    actions.ask_to_confirm(plan, due_on=TODAY)
    confirming.confirm(version=plan.versions.get(), agreed_on=TODAY, by=plan.programme.caseworker)
    assert open_kinds(plan) >= {"confirm_plan_citizen", "confirm_plan_referrer"}
    citizen, referrer = in_case(plan, Role.CITIZEN), plan.programme.referrer
    client = signed_in(citizen)
    assert url("agree", plan) in client.get("/my/plan/").text
    for user, means, back in ((citizen, "own_page", "/my/plan/"), (referrer, "system", url("detail", plan))):
        client = signed_in(user)
        page = client.get(url("agree", plan))
        assert "Subgoal 1.1" in page.text
        for wrong in ({"version": "9"}, {"version": "x"}, {}):  # nobody says yes to what they have not read (T13)
            assert client.post(url("agree", plan), wrong).url == url("agree", plan)
        assert client.post(url("agree", plan), {"version": "1"}).url == back
        assert client.post(url("agree", plan), {"version": "1"}).url == back
        assert plan.versions.get().confirmations.get(by=user).means == means
    assert open_kinds(plan) == {"plan_follow_up"}
    assert set(Entry.objects.values_list("kind", flat=True)) >= {"plan_confirmed_citizen", "plan_confirmed_referrer"}
    assert Event.objects.filter(verb="plan_agreed").count() == 2


def test_after_the_end_nobody_is_asked_for_a_yes_any_more(signed_in):
    """K4: a page that asks and then refuses helps nobody."""
    plan = confirmed_plan(**asking(programme__status="completed", programme__ended_on=datetime.date(2026, 12, 11)))
    for user, page in [
        (in_case(plan, Role.CITIZEN), "agree"), (in_case(plan, Role.REFERRER), "agree"),
        (plan.programme.caseworker, "sign"),
    ]:  # fmt: skip
        assert signed_in(user).get(url(page, plan)).status_code == 302


def test_a_signature_that_comes_later_is_kept_with_the_version_in_force(signed_in):
    plan = confirmed_plan(**asking())
    client = signed_in(plan.programme.caseworker)
    assert client.get(url("sign", plan)).status_code == 200
    for wrong in ({"given_on": "15.12.26"}, {"given_on": "22.11.26"}, {"given_on": ""}, {"means": "later"}):
        data = {"given_on": "14.12.26", "version": 1, "means": "typed", "typed": "Torben"} | wrong
        assert client.post(url("sign", plan), data).status_code == 422
    data = {"given_on": "14.12.26", "version": 1, "means": "signature", "signature": drawn()}
    assert client.post(url("sign", plan), data).url == url("detail", plan)
    row = plan.versions.get().confirmations.get()
    proof = f"/plans/{plan.programme.reference}/confirmations/{row.pk}/"
    answer = client.get(proof)
    assert answer["Content-Type"] == "image/png"
    assert "attachment" in answer["Content-Disposition"]
    assert Access.objects.filter(kind="export").count() == 1
    assert signed_in(in_case(plan, Role.CITIZEN)).get(proof).status_code == 200
    for role in (Role.REFERRER, Role.CONTACT_PERSON, Role.SPECIALIST):
        assert signed_in(in_case(plan, role)).get(proof).status_code == 403
    other = confirmed_plan()
    assert signed_in(other.programme.caseworker).get(proof).status_code == 404
    foreign = proof.replace(plan.programme.reference, other.programme.reference)
    assert signed_in(other.programme.caseworker).get(foreign).status_code == 404


def test_the_name_that_a_citizen_gave_is_masked_like_the_citizens_own(signed_in):
    """T10, experience 27: also one that was written down before the name was protected, on the page and on paper."""
    plan = draft_plan(**asking())
    programme = plan.programme
    given = confirming.Given(Means.TYPED, "Quirinus Zyxwerlund")
    confirming.confirm(version=plan.versions.get(), agreed_on=TODAY, by=programme.caseworker, citizen=given)
    paper = {"language": "da", "reading": reading({Role.REFERRER}), "made_at": timezone.now()}
    assert "Zyxwerlund" in signed_in(programme.referrer).get(url("detail", plan)).text
    assert "Zyxwerlund" in (html := documents.html_of(documents.view_of(plan, **paper)))
    assert "født" in html
    with acting(programme.caseworker):
        programme.citizen.is_protected = True
        programme.citizen.save()
    for user in (programme.caseworker, programme.referrer, in_case(plan, Role.CONTACT_PERSON)):
        assert "Zyxwerlund" not in signed_in(user).get(url("detail", plan)).text
    html = documents.html_of(documents.view_of(plan, **paper))
    assert "Zyxwerlund" not in html
    assert programme.citizen.last_name not in html
    assert "født" not in html
    assert programme.caseworker.name in html


def test_long_names_are_cut_and_stop_nobody(signed_in):
    """T21: names of citizens and colleagues may be longer than a confirmation keeps."""
    plan = draft_plan(**asking())
    caseworker, citizen = plan.programme.caseworker, plan.programme.citizen
    with acting(caseworker):
        citizen.first_name = citizen.last_name = "N" * 100
        citizen.save()
        caseworker.name = "C" * 200
        caseworker.save()
    signed = sent(means="signature", signature=drawn())
    assert signed_in(caseworker).post(url("confirm", plan), signed).url == url("detail", plan)
    assert {len(row.name) for row in Confirmation.objects.all()} == {150}


def test_nobody_says_yes_for_somebody_else():
    """L2, with the wrong person."""
    plan = confirmed_plan(**asking())
    version, other = plan.versions.get(), confirmed_plan()
    programme = plan.programme
    strangers = [other.programme.caseworker, other.programme.referrer, user_with_role(Role.CITIZEN, programme.centre)]
    strangers += [user_with_role(Role.ADMINISTRATOR, programme.centre), in_case(plan, Role.CONTACT_PERSON)]
    for party in Party.values:
        for by in [*strangers, programme.caseworker, in_case(plan, Role.TEAM_LEADER)]:
            with pytest.raises(NotAllowed):
                confirming.agree(version=version, party=party, by=by)
    with pytest.raises(NotAllowed):
        confirming.agree(version=version, party=Party.CITIZEN, by=programme.referrer)
    given = confirming.Given(Means.TYPED, "Torben")
    for by in [*strangers, programme.referrer, in_case(plan, Role.CITIZEN)]:
        with pytest.raises(NotAllowed):
            confirming.record_citizen(version=version, given=given, given_on=TODAY, by=by)
    assert not Confirmation.objects.exists()


def test_a_type_that_does_not_ask_gets_no_yes_and_an_old_version_neither():
    plan = confirmed_plan(**asking(["caseworker"]))
    first, by = plan.versions.get(), plan.programme.caseworker
    with pytest.raises(Refused):
        confirming.agree(version=first, party=Party.REFERRER, by=plan.programme.referrer)
    plan = confirmed_plan(**asking())
    first, by = plan.versions.get(), plan.programme.caseworker
    second = actions.new_version(plan=plan, by=by, why="More")
    confirming.confirm(version=second, agreed_on=TODAY, by=by)
    with pytest.raises(Refused):
        confirming.agree(version=first, party=Party.REFERRER, by=plan.programme.referrer)


def test_the_fingerprint_tells_one_sign_more():
    plan = draft_plan(goals(2, 2))
    version = plan.versions.get()
    content = of_version(version)
    before = fingerprint(version, content)
    assert before == fingerprint(version, of_version(version))
    content[1].subgoals[0].steps[2] += "."
    assert fingerprint(version, content) != before


def test_nothing_of_a_confirmed_version_changes_by_raw_sql_as_the_web_role():
    """L2: every table of the version, what was signed included; saying who acts helps nobody."""
    plan = draft_plan(**asking())
    by = plan.programme.caseworker
    given = confirming.Given(Means.SIGNATURE, "Torben", upload=signature_of(drawn()))
    version = confirming.confirm(version=plan.versions.get(), agreed_on=TODAY, by=by, citizen=given)
    subgoal = subgoals_of(plan)[0]
    follow_up = followed_up(plan, {subgoal: 2})
    with acting(by):
        follow_up.steps.update(own_step=4, own_comment="It is better")
        Exemption.objects.create(plan=plan, until=TODAY, reason="Ill", by=by)
        Summary.objects.create(follow_up=follow_up, text="Facts", by=by)
        Abandonment.objects.create(plan=plan, subgoal=subgoal, key=subgoal.key, reason="Moved", by=by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("trinvis_web",)
    attacks = [
        "UPDATE plans_version SET citizen_agreed_on = '2020-01-01'",
        "DELETE FROM plans_version",
        "UPDATE plans_goal SET own_words = 'x'",
        "DELETE FROM plans_goal",
        f"INSERT INTO plans_goal (version_id, position, life_area, title, own_words)"
        f" VALUES ({version.pk}, 9, 'work', 'x', '')",
        "UPDATE plans_subgoal SET steps = '[]'",
        "DELETE FROM plans_subgoal",
        f"INSERT INTO plans_subgoal (goal_id, key, position, title, indicator, baseline, target, responsible, steps,"
        f" baseline_step) VALUES ({Goal.objects.get().pk}, gen_random_uuid(), 9, 'x', 'done', '', '', '', '[]', 1)",
        "UPDATE plans_confirmation SET name = 'Somebody else'",
        "UPDATE plans_confirmation SET content_hash = ''",
        "DELETE FROM plans_confirmation",
        "UPDATE journal_document SET sha256 = 'x'",
        "UPDATE journal_document SET carrier = 'journal.note:1'",
        "DELETE FROM journal_document",
        "UPDATE journal_documentcontent SET data = 'x'",
        "DELETE FROM journal_documentcontent",
        "UPDATE plans_steprecord SET own_step = 1",
        "UPDATE plans_steprecord SET own_comment = 'It is worse'",
        "DELETE FROM plans_steprecord",
        "UPDATE plans_exemption SET until = '2030-01-01'",
        "DELETE FROM plans_exemption",
        "UPDATE plans_summary SET text = 'x'",
        "DELETE FROM plans_summary",
        "UPDATE plans_abandonment SET reason = 'x'",
        "DELETE FROM plans_abandonment",
        "TRUNCATE plans_version CASCADE",
        "ALTER TABLE plans_version DISABLE TRIGGER ALL",
    ]
    for attack in attacks:
        with pytest.raises(DatabaseError), transaction.atomic(), acting(by), connection.cursor() as cursor:
            cursor.execute(attack)
    assert (Version.objects.get().citizen_agreed_on, Subgoal.objects.count()) == (TODAY, 1)


def test_what_was_asked_of_one_version_is_asked_anew_of_the_next():
    plan = draft_plan(**asking())
    by, given = plan.programme.caseworker, confirming.Given(Means.TYPED, "Torben")
    confirming.confirm(version=plan.versions.get(), agreed_on=TODAY, by=by)
    assert open_kinds(plan) == {"plan_follow_up", "confirm_plan_citizen", "confirm_plan_referrer"}
    with time_machine.travel("2026-12-15T09:00:00+01:00", tick=False):
        version = actions.new_version(plan=plan, by=by, why="More")
        confirming.confirm(version=version, agreed_on=TODAY, by=by, citizen=given)
    assert open_kinds(plan) == {"plan_follow_up", "confirm_plan_referrer"}
    assert Task.objects.open().get(kind="confirm_plan_referrer").due_on.isoformat() == "2026-12-29"

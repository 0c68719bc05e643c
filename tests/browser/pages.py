"""Every page of every role in a fresh demo, and what must hold of each, whatever its size, colours and language."""

import json
import re
from functools import cache
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from devstack.paths import ROOT
from tests.browser.stack import Stack, violations

SEEDED = "2026-11-23T10:40"
TODAY, NEXT_WEEK, CLOSED = "2026-11-23", "2026-11-30", "2026-12-25"

OWN_CASE = """
    SELECT p.reference FROM programmes_programme p JOIN accounts_user u ON u.id = p.caseworker_id
    {join} WHERE u.email = 'caseworker@demo.trinvis.test' AND {where} ORDER BY p.id LIMIT 1
"""
NEWEST = (
    "NOT EXISTS (SELECT FROM closing_notes_closingnote l WHERE l.programme_id = n.programme_id AND l.number > n.number)"
)
WITHOUT_NOTE = (
    "p.status = 'active' AND NOT EXISTS (SELECT FROM closing_notes_closingnote n WHERE n.programme_id = p.id)"
)
FLAGGED = """
    SELECT m.id FROM attendance_missedattendance m JOIN attendance_expectedattendance s ON s.id = m.slot_id
    JOIN programmes_workshop w ON w.id = s.workshop_id
    WHERE m.status = %s AND s.workshop_id = %s AND EXISTS (
        SELECT FROM citizens_caseaccess a
        WHERE a.citizen_id = s.citizen_id AND a.unit_id = w.unit_id AND (a.ends_on IS NULL OR a.ends_on >= %s))
    ORDER BY (m.followed_up_at IS NULL) = %s DESC, m.id DESC LIMIT 1
"""
STANDING = """
    SELECT n.id FROM attendance_notice n JOIN programmes_placement p ON p.programme_id = n.programme_id
    WHERE n.taken_back_at IS NULL AND p.workshop_id = %s ORDER BY n.id
"""
OTHER_WORKSHOP = """
    SELECT w.id FROM programmes_workshop w JOIN accounts_unit u ON u.id = w.unit_id
    WHERE w.id <> %s AND u.organisation_id = (
        SELECT u.organisation_id FROM programmes_workshop w JOIN accounts_unit u ON u.id = w.unit_id WHERE w.id = %s
    )
    ORDER BY w.id LIMIT 1
"""
REPORTED = """
    SELECT r.id FROM attendance_absencereport r JOIN programmes_programme p ON p.id = r.programme_id
    JOIN accounts_user u ON u.id = p.caseworker_id
    WHERE r.status = %s AND u.email = 'caseworker@demo.trinvis.test' ORDER BY r.id
"""
CLEARED = "SELECT id FROM attendance_missedattendance WHERE status = 'cleared' ORDER BY id DESC"
HELD = """
    SELECT p.reference FROM citizens_caseaccess a JOIN accounts_user u ON u.id = a.user_id
    JOIN programmes_programme p ON p.citizen_id = a.citizen_id WHERE u.email = %s AND a.ends_on IS NULL ORDER BY 1
"""
CENTRE = """
    SELECT m.organisation_id FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
    WHERE u.email = 'teamleader@demo.trinvis.test' AND m.role = 'team_leader'
"""
OWN_NOTE = """
    SELECT {what} FROM journal_note n JOIN journal_entry e ON e.id = n.entry_id
    JOIN accounts_user u ON u.id = e.author_id
    WHERE u.email = 'caseworker@demo.trinvis.test' AND {where} ORDER BY e.id LIMIT 1
"""


class Addresses:
    """Finds the references in the database; a state that the demo does not show fails the test."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.workshop = self.one(
            "SELECT w.id FROM programmes_workshop w JOIN accounts_membership m ON m.unit_id = w.unit_id"
            " JOIN accounts_user u ON u.id = m.user_id WHERE u.email = 'contact@demo.trinvis.test'"
        )

    def one(self, statement: str, *values: Any) -> Any:
        rows = self.stack.query(statement, *values)
        assert rows, f"the demo shows none: {statement} {values}"
        return next(iter(rows[0].values()))

    def row(self, statement: str, *values: Any) -> list[Any]:
        """The columns of the first row."""
        rows = self.stack.query(statement, *values)
        assert rows, f"the demo shows none: {statement} {values}"
        return list(rows[0].values())

    def referral(self, status: str) -> str:
        """Of the demo's referrer."""
        return self.one(
            "SELECT r.reference FROM referrals_referral r JOIN accounts_user u ON u.id = r.referrer_id"
            " WHERE u.email = 'referrer@demo.trinvis.test' AND r.status = %s ORDER BY r.id",
            status,
        )

    def waiting(self, status: str) -> str:
        """Of any referrer, at the demo's centre."""
        return self.one(
            f"SELECT reference FROM referrals_referral WHERE status = %s AND centre_id = ({CENTRE}) ORDER BY id", status
        )

    def case(self, where: str, join: str = "") -> str:
        """A programme of the demo's caseworker."""
        return self.one(OWN_CASE.format(where=where, join=join))

    def in_state(self, status: str) -> str:
        """A programme of any caseworker of the demo's centre."""
        return self.one(
            f"SELECT reference FROM programmes_programme WHERE status = %s AND centre_id = ({CENTRE}) ORDER BY id",
            status,
        )

    def plan(self, status: str) -> str:
        """A running one whose plan's newest version has this status."""
        return self.case(
            "p.status IN ('active', 'closing', 'planned') AND v.status = '" + status + "' AND NOT EXISTS"
            " (SELECT FROM plans_version l WHERE l.plan_id = v.plan_id AND l.number > v.number)",
            "JOIN plans_plan l ON l.programme_id = p.id JOIN plans_version v ON v.plan_id = l.id",
        )

    def note(self, status: str) -> str:
        """Of any caseworker of the demo's centre; team leaders write and deliver them too."""
        return self.one(
            "SELECT p.reference FROM closing_notes_closingnote n JOIN programmes_programme p ON p.id = n.programme_id"
            f" WHERE n.status = %s AND {NEWEST} AND p.centre_id = ({CENTRE}) ORDER BY n.id",
            status,
        )

    def delivered(self) -> str:
        """To the demo's referrer."""
        return self.one(
            "SELECT p.reference FROM closing_notes_closingnote n JOIN programmes_programme p ON p.id = n.programme_id"
            " JOIN accounts_membership m ON m.organisation_id = p.referring_organisation_id"
            " JOIN accounts_user u ON u.id = m.user_id"
            " WHERE n.status = 'delivered' AND u.email = 'referrer@demo.trinvis.test' ORDER BY n.id"
        )

    def wrote(self, where: str) -> tuple[str, str]:
        """A note of the demo's caseworker: its id and the number of its line in the timeline."""
        note = self.one(OWN_NOTE.format(what="n.id::text", where=where))
        return note, self.one(OWN_NOTE.format(what="e.id", where=where))

    def missed(self, status: str, *, is_open: bool) -> str:
        return f"/attendance/missed/{self.one(FLAGGED, status, self.workshop, TODAY, is_open)}/"

    def plan_in_versions(self) -> str:
        return self.one(
            "SELECT p.reference FROM programmes_programme p JOIN plans_plan l ON l.programme_id = p.id"
            f" JOIN plans_version v ON v.plan_id = l.id WHERE v.number = 2 AND p.centre_id = ({CENTRE}) ORDER BY p.id"
        )

    def meeting(self, where: str) -> int:
        """A meeting that the demo's caseworker calls."""
        return self.one(
            "SELECT m.id FROM meetings_meeting m JOIN accounts_user u ON u.id = m.organiser_id"
            f" WHERE u.email = 'caseworker@demo.trinvis.test' AND {where} ORDER BY m.id LIMIT 1"
        )

    def citizen_of(self, reference: str) -> str:
        return self.one("SELECT citizen_id::text FROM programmes_programme WHERE reference = %s", reference)

    def held(self, role: str) -> str:
        """A case that somebody was given in person."""
        return self.one(HELD, f"{role}@demo.trinvis.test")


def meetings(of: Addresses) -> list[str]:
    """Of the caseworker: the week, a case's list, every form, one that was held and one that nags."""
    over = of.meeting(f"m.status = 'planned' AND m.ends_at < '{TODAY}'")
    ahead = of.meeting(f"m.status = 'planned' AND m.starts_at > '{NEXT_WEEK}'")
    held = of.meeting("m.status = 'held'")
    promise = of.one("SELECT id FROM meetings_meetingtask WHERE meeting_id = %s", held)
    case = of.one(
        "SELECT p.reference FROM meetings_meeting m JOIN programmes_programme p ON p.id = m.programme_id"
        " WHERE m.id = %s",
        ahead,
    )
    return [
        "/meetings/",
        f"/meetings/case/{case}/",
        f"/meetings/case/{case}/new/?kind=closing",
        *(f"/meetings/{over}/{page}" for page in ["", "minutes/", "not-held/"]),
        *(f"/meetings/{ahead}/{page}" for page in ["", "edit/", "move/", "cancel/"]),
        f"/meetings/{held}/",
        f"/meetings/task/{promise}/",
    ]


PUT_OFF = """
    SELECT t.id FROM worklist_task t JOIN accounts_user u ON u.id = t.for_user_id
    WHERE u.email = 'caseworker@demo.trinvis.test' AND t.done_at IS NULL AND t.snoozed_until IS NOT NULL ORDER BY t.id
"""
OWN_TASK = """
    SELECT t.id FROM worklist_task t JOIN accounts_user u ON u.id = t.for_user_id
    WHERE u.email = 'caseworker@demo.trinvis.test' AND t.done_at IS NULL AND t.kind = 'own' ORDER BY t.id
"""


def tasks(of: Addresses) -> list[str]:
    """The list behind each of its chips, a task that was put off and one's own, and what is done with them."""
    put_off, own_task = of.one(PUT_OFF), of.one(OWN_TASK)
    return [
        "/tasks/?whose=handed",
        "/tasks/?whose=done",
        "/tasks/?kind=plan_follow_up&sort=citizen",
        f"/tasks/{put_off}/",
        f"/tasks/{own_task}/",
        f"/tasks/{own_task}/edit/",
        "/tasks/new/",
        f"/tasks/put-off/?task={put_off}&task={own_task}",
        f"/tasks/hand-over/?task={put_off}&task={own_task}",
    ]


def nobody(of: Addresses) -> list[str]:
    login = "/accounts/login/"
    invited = of.one(
        "SELECT substring(body from '/users/welcome/[A-Za-z0-9_-]+/') FROM (SELECT body FROM demo_mail UNION ALL"
        " SELECT body FROM messaging_outgoingmail) mail WHERE body LIKE '%%/users/welcome/%%'"
    )
    pages = [
        login,
        "/accounts/code/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/demo/mail/",
        "/accounts/logout/",
    ]
    return [*pages, invited, "/users/welcome/used/"]


def own(of: Addresses) -> list[str]:
    return ["/", "/tasks/"]


def referrer(of: Addresses) -> list[str]:
    draft, asked = of.referral("draft"), of.referral("information_requested")
    steps = [f"/referrals/{draft}/edit/?step={step}" for step in ["citizen", "programme", "goals", "accommodations"]]
    case = of.delivered()
    return [
        *own(of),
        "/search/?q=an",
        "/referrals/",
        "/referrals/?status=decided",
        "/referrals/new/",
        *steps,
        f"/referrals/{draft}/edit/?step=send",
        f"/referrals/{draft}/edit/?step=all",
        f"/referrals/{asked}/",
        f"/referrals/{asked}/answer/",
        f"/referrals/{asked}/withdraw/",
        "/cases/",
        f"/cases/{case}/",
        f"/plans/{case}/",
        f"/attendance/case/{case}/",
        "/closing-notes/",
        f"/closing-notes/{case}/review/",
    ]


def teamleader(of: Addresses) -> list[str]:
    submitted = of.waiting("submitted")
    approved = of.note("approved")
    health, _line = of.wrote("e.audience = 'health'")
    return [
        "/tasks/?whose=centre",
        "/tasks/?whose=centre",
        *own(of),
        *set_up(of, "teamleader", "team_leader"),
        *users(of),
        "/journal/phrases/",
        "/journal/phrases/new/",
        f"/journal/notes/{health}/",
        "/search/?q=an",
        "/referrals/queue/",
        "/referrals/capacity/",
        "/referrals/",
        "/referrals/?status=waiting_list",
        *(f"/referrals/{submitted}/{page}" for page in ["", "triage/", "ask/", "reject/", "waiting-list/"]),
        f"/referrals/{of.waiting('rejected')}/",
        f"/referrals/{of.waiting('accepted')}/",
        "/cases/",
        f"/cases/{of.in_state('interrupted')}/",
        f"/plans/{of.plan_in_versions()}/versions/",
        "/figures/steps/",
        "/figures/steps/?counted=running&type=individual_development",
        "/figures/attendance/",
        "/attendance/",
        f"/attendance/{of.workshop}/substitutes/",
        "/accounts/tablet/shared/",
        f"/attendance/{of.workshop}/{TODAY}/",
        f"/attendance/{of.workshop}/{TODAY}/history/",
        f"/attendance/{of.workshop}/{TODAY}/print/",
        "/attendance/arrivals/",
        "/attendance/missed/",
        f"/attendance/missed/{of.one(CLEARED)}/",
        "/closing-notes/",
        "/closing-notes/?status=in_review",
        f"/closing-notes/{of.note('draft')}/",
        f"/closing-notes/{of.note('in_review')}/review/",
        f"/closing-notes/{approved}/review/",
        f"/closing-notes/{approved}/progress/",
        "/activities/",
        *corrections(of),
    ]


def corrections(of: Addresses) -> list[str]:
    """A team leader's: two records that are one person, and an acceptance that can still be taken back (K1, K4)."""
    twins = "citizens_citizen a JOIN citizens_citizen b ON a.birth_date = b.birth_date AND a.last_name = b.last_name"
    apart = "a.identity_number IS NOT NULL AND b.identity_number IS NULL"
    one = of.one(f"SELECT a.id::text FROM {twins} WHERE {apart} ORDER BY a.id, b.id")
    other = of.one(f"SELECT b.id::text FROM {twins} WHERE {apart} ORDER BY a.id, b.id")
    planned = of.one(
        "SELECT r.reference FROM referrals_referral r JOIN programmes_programme p ON p.id = r.programme_id"
        " WHERE p.status = 'planned' AND p.starts_on > %s ORDER BY p.id",
        TODAY,
    )
    return [
        "/citizens/duplicates/",
        f"/citizens/{one}/",
        f"/citizens/{one}/merge/",
        f"/citizens/{one}/merge/{other}/",
        f"/referrals/{planned}/take-back/",
    ]


def caseworker(of: Addresses) -> list[str]:
    confirmed, drafted = of.plan("confirmed"), of.plan("draft")
    bare = of.case(WITHOUT_NOTE)
    planned, completed = of.case("p.status = 'planned'"), of.case("p.status = 'completed'")
    return [
        *tasks(of),
        *tasks(of),
        *own(of),
        "/cases/",
        "/cases/?q=an",
        f"/cases/{confirmed}/",
        f"/cases/{confirmed}/?show=attendance&show=plan&filters=1",
        f"/cases/{confirmed}/print/",
        f"/cases/{confirmed}/course/",
        "/search/?q=sejresen",
        "/search/?in=texts&q=talte",
        f"/cases/{planned}/",
        f"/cases/{completed}/",
        *(f"/plans/{confirmed}/{page}" for page in ["", "edit/", "follow-up/", "observations/"]),
        *(f"/plans/{confirmed}/{page}" for page in ["steps/", "whole/", "together/", "tablet/", "document/"]),
        *plans_changed(of, confirmed),
        f"/attendance/reports/{of.one(REPORTED, 'drafted')}/",
        f"/attendance/reports/{of.one(REPORTED, 'received')}/",
        *(f"/plans/{drafted}/{page}" for page in ["", "edit/", "confirm/"]),
        f"/attendance/case/{confirmed}/",
        "/attendance/missed/",
        "/closing-notes/",
        f"/closing-notes/{bare}/",
        *notes(of),
        *activities(of),
        *meetings(of),
        *people(of),
        *weeks(of),
    ]


def activities(of: Addresses) -> list[str]:
    """Of the demo's caseworker: of a case, one of them, planning, a line of the checklist said by hand, groups (P8)."""
    running = "p.status IN ('active', 'closing') AND"
    join = "JOIN programmes_activity a ON a.programme_id = p.id"
    case = of.case(f"{running} a.status = 'attended'", join)
    one = of.one(
        "SELECT a.id FROM programmes_activity a JOIN programmes_programme p ON p.id = a.programme_id"
        " WHERE p.reference = %s AND a.status = 'attended' ORDER BY a.id",
        case,
    )
    key = of.one(
        "SELECT x.item ->> 'key' FROM programmes_programme p JOIN programmes_programmetype t ON t.id = p.type_id,"
        " jsonb_array_elements(t.definition -> 'required') x (item)"
        " WHERE p.reference = %s AND x.item ->> 'met_by' LIKE 'activity:%%'",
        case,
    )
    return [
        *(f"/cases/{case}/activities/{page}" for page in ["", "new/", f"{one}/"]),
        f"/cases/{case}/checklist/{key}/",
        "/cases/?overdue=yes",
        "/activities/groups/",
        "/activities/groups/new/",
    ]


def notes(of: Addresses) -> list[str]:
    """Of the demo's caseworker: writing, reading, correcting and striking out (J2, K3)."""
    corrected, _line = of.wrote("n.number > 1")
    attached, line = of.wrote("e.params ? 'files'")
    draft = of.one("SELECT id::text FROM journal_draft")
    return [
        f"/cases/{of.plan('confirmed')}/notes/new/",
        "/journal/drafts/",
        f"/journal/drafts/{draft}/",
        f"/journal/drafts/{draft}/share/",
        f"/journal/notes/{corrected}/",
        f"/journal/notes/{attached}/",
        f"/journal/notes/{corrected}/correct/",
        f"/journal/entries/{line}/strike/",
    ]


def contact(of: Addresses) -> list[str]:
    yesterday = of.one(
        "SELECT day::text FROM attendance_registerday WHERE workshop_id = %s AND day < %s ORDER BY day DESC",
        of.workshop,
        TODAY,
    )
    case = of.one(
        "SELECT p.reference FROM attendance_expectedattendance s JOIN programmes_programme p ON p.id = s.programme_id"
        " WHERE s.workshop_id = %s AND s.day = %s ORDER BY s.id",
        of.workshop,
        TODAY,
    )
    slot = of.one(
        "SELECT id FROM attendance_expectedattendance WHERE workshop_id = %s AND day = %s ORDER BY id",
        of.workshop,
        TODAY,
    )
    register = f"/attendance/{of.workshop}/{TODAY}/"
    return [
        *own(of),
        "/attendance/",
        f"/attendance/{of.one(OTHER_WORKSHOP, of.workshop, of.workshop)}/step-in/",
        register,
        *(f"{register}?slot={slot}&ask={what}" for what in ["late", "left_early", "more"]),
        f"{register}history/",
        *(f"/attendance/{of.workshop}/{day}/" for day in [yesterday, NEXT_WEEK, CLOSED]),
        f"/attendance/{of.workshop}/joint-days/",
        f"/attendance/case/{case}/notice/",
        f"/attendance/notices/{of.one(STANDING, of.workshop)}/",
        "/attendance/missed/",
        of.missed("raised", is_open=True),
        of.missed("raised", is_open=False),
        "/cases/",
        f"/cases/{case}/",
        f"/plans/{case}/",
        f"/attendance/case/{case}/",
    ]


def plans_changed(of: Addresses, case: str) -> list[str]:
    """Giving up a subgoal, putting the follow-up off, telling the referrer, and a signature that is still missing."""
    key = of.one(
        "SELECT s.key::text FROM plans_subgoal s JOIN plans_goal g ON g.id = s.goal_id JOIN plans_version v ON"
        " v.id = g.version_id JOIN plans_plan l ON l.id = v.plan_id JOIN programmes_programme p ON p.id ="
        " l.programme_id WHERE p.reference = %s ORDER BY v.number DESC, s.id",
        case,
    )
    told, talk = of.row(
        "SELECT p.reference, f.id FROM plans_followup f JOIN plans_plan l ON l.id = f.plan_id"
        " JOIN programmes_programme p ON p.id = l.programme_id JOIN accounts_user u ON u.id = p.caseworker_id"
        " WHERE u.email = 'caseworker@demo.trinvis.test' AND p.status = 'active'"
        " AND NOT EXISTS (SELECT FROM plans_summary s WHERE s.follow_up_id = f.id) ORDER BY f.id"
    )
    unsigned = of.stack.query(
        "SELECT url FROM worklist_task t JOIN accounts_user u ON u.id = t.for_user_id WHERE t.done_at IS NULL"
        " AND t.kind = 'confirm_plan_citizen' AND u.email = 'caseworker@demo.trinvis.test' ORDER BY t.id LIMIT 1"
    )
    return [
        f"/plans/{case}/abandon/{key}/",
        f"/plans/{case}/follow-up/put-off/",
        f"/plans/{told}/follow-up/{talk}/summary/",
        *(row["url"] for row in unsigned),
    ]


def people(of: Addresses) -> list[str]:
    """Around a case with a team, and around one whose citizen's name is protected."""
    case, member = of.row(
        "SELECT p.reference, t.id FROM programmes_teammember t JOIN programmes_programme p ON p.id = t.programme_id"
        " JOIN accounts_user u ON u.id = p.caseworker_id WHERE u.email = 'caseworker@demo.trinvis.test' ORDER BY t.id"
    )
    protected = of.case("c.is_protected", "JOIN citizens_citizen c ON c.id = p.citizen_id")
    page = f"/cases/{case}/people/"
    more = [f"/cases/{case}/consents/", f"/cases/{protected}/people/", f"/cases/{protected}/"]
    return [page, f"{page}{member}/end/", f"{page}protect/", *more]


def weeks(of: Addresses) -> list[str]:
    """The agreed week of a case with a coming step of hours, with its forms."""
    case, placement, workshop = of.row(
        "SELECT p.reference, l.id, l.workshop_id FROM programmes_scheduleslot s"
        " JOIN programmes_placement l ON l.id = s.placement_id JOIN programmes_programme p ON p.id = l.programme_id"
        " JOIN accounts_user u ON u.id = p.caseworker_id WHERE u.email = 'caseworker@demo.trinvis.test'"
        " AND p.status = 'active' AND l.workshop_id IS NOT NULL"
        f" ORDER BY s.valid_from > '{TODAY}' AND l.starts_on < s.valid_from DESC, s.id LIMIT 1"
    )
    page = f"/cases/{case}/week/"
    forms = [f"{page}new/", f"{page}new/{workshop}/", f"{page}{placement}/", f"{page}{placement}/end/"]
    return [page, *forms, f"{page}new/internship/", f"{page}new/course/", *reported(of)]


def reported(of: Addresses) -> list[str]:
    """The week of an internship that is due, one that is reported, and the case's pages around them (A11)."""
    (due,) = of.row(
        "SELECT t.url FROM worklist_task t JOIN accounts_user u ON u.id = t.for_user_id"
        " WHERE t.kind = 'report_week' AND u.email = 'caseworker@demo.trinvis.test' ORDER BY t.id"
    )
    case = due.split("/")[3]
    (placement,) = of.row(
        "SELECT l.id FROM programmes_placement l JOIN programmes_programme p ON p.id = l.programme_id"
        f" WHERE p.reference = '{case}' AND l.workshop_id IS NULL ORDER BY l.id"
    )
    week = f"/cases/{case}/week/"
    return [due, due.replace("-W47", "-W46"), f"/attendance/case/{case}/", week, f"{week}{placement}/contact/"]


def specialist(of: Addresses) -> list[str]:
    case = of.held("specialist")
    return [
        *own(of),
        "/cases/",
        *(f"/cases/{case}/{page}" for page in ["", "people/"]),
        f"/plans/{case}/",
        f"/attendance/case/{case}/",
    ]


def citizen(of: Addresses) -> list[str]:
    case = of.held("citizen")
    mine = ["/my/plan/", "/my/plan/?goal=2", "/my/attendance/", "/my/meetings/", "/my/shared/"]
    return [*own(of), *mine, f"/cases/{case}/", f"/plans/{case}/", f"/attendance/case/{case}/"]


def administrator(of: Addresses) -> list[str]:
    return [*own(of), *set_up(of, "admin", "administrator"), *users(of)]


def users(of: Addresses) -> list[str]:
    """The list, inviting, and what is done about the demo's caseworker."""
    role, pk, centre = of.row(
        "SELECT m.id, m.user_id, m.organisation_id FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id"
        " WHERE u.email = 'caseworker@demo.trinvis.test'"
    )
    person = f"/users/{pk}/"
    pages = ["/users/", "/users/?status=all&role=caseworker", "/users/invite/", person, f"/users/roles/{role}/"]
    return [*pages, f"{person}role/", f"{person}deactivate/", f"{person}hand-over/{centre}/"]


def set_up(of: Addresses, name: str, role: str) -> list[str]:
    """Of the centre at which the demo's user has the role."""
    centre = of.one(
        "SELECT m.organisation_id FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id"
        " WHERE u.email = %s AND m.role = %s",
        f"{name}@demo.trinvis.test",
        role,
    )
    parts = ["workshops", "workshops/new", "closing-days", "offers", "offers/individual_development"]
    pages = [f"/setup/organisations/{centre}/{page}/" for page in parts]
    pages += ["/setup/", f"/setup/workshops/{of.workshop}/", "/setup/types/", "/setup/types/rebus/1/"]
    if role == "administrator":
        pages += ["/setup/organisations/", "/setup/organisations/new/", f"/setup/organisations/{centre}/"]
        pages += [f"/setup/organisations/{centre}/teams/new/", "/setup/types/upload/?type=rebus"]
    return pages


def steering(of: Addresses) -> list[str]:
    return ["/", "/?quarter=2026-3", "/accounts/profile/", "/accounts/password/change/"]


ROLES = {
    "nobody": nobody,
    "referrer": referrer,
    "teamleader": teamleader,
    "caseworker": caseworker,
    "contact": contact,
    "specialist": specialist,
    "citizen": citizen,
    "steering": steering,
    "admin": administrator,
}
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.body.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest(".visually-hidden"))
        .map((one) => `${one.tagName} .${one.className} “${one.textContent.trim().slice(0, 40)}”`).slice(0, 5);
}"""
# Text nodes and what is read aloud, except in parts that say which language they speak and in what people typed.
WORDS = """() => {
    const found = new Set();
    const ours = (node) => !node.closest("script, style, template, textarea, body [lang]");
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { parentElement, textContent } = walker.currentNode;
        if (parentElement && ours(parentElement)) found.add(textContent.replace(/\\s+/g, " ").trim());
    }
    for (const name of ["aria-label", "title", "alt", "placeholder"])
        for (const one of document.querySelectorAll(`[${name}]`))
            if (ours(one)) found.add(one.getAttribute(name).replace(/\\s+/g, " ").trim());
    found.delete("");
    return [...found];
}"""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@cache
def english(language: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """Message ids that this language says otherwise: whole ones, and those with gaps as patterns."""
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open(encoding="utf-8") as file:
        catalogue = read_po(file, locale=language)
    whole: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    said = {text for message in catalogue for text in strings(message.string)}
    for message in catalogue:
        for text in strings(message.id):
            if text in said or not text:
                continue
            parts = PLACEHOLDER.split(text)
            if len(parts) == 1:
                whole.add(" ".join(text.split()))
            elif sum(len(part.strip()) for part in parts) >= 12:
                patterns.append(re.compile(".+?".join(map(re.escape, parts))))
    # Each language is offered under its own name.
    return whole - {"English"}, patterns


def strings(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def leaks(page: Page, language: str) -> list[str]:
    """Whole texts on the page that are English although they should not be."""
    if language == "en":
        return []
    whole, patterns = english(language)
    return [
        text
        for text in page.evaluate(WORDS)
        if text in whole or (len(text) >= 12 and any(pattern.fullmatch(text) for pattern in patterns))
    ]


def problems(page: Page, language: str, *, with_words: bool = True) -> list[str]:
    """What is wrong with the page as it is shown now."""
    found = [f"axe {violation}" for violation in violations(page)]
    if wide := page.evaluate(TOO_WIDE):
        found.append(f"wider than the screen: {json.dumps(wide, ensure_ascii=False)}")
    if with_words:
        if (spoken := page.locator("html").get_attribute("lang")) != language:
            found.append(f"lang is {spoken}")
        found += [f"English: {text!r}" for text in leaks(page, language)]
    return found

"""What each kind of task asks for. `params` of the task fill the words."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from accounts.roles import Role

WRITES_THE_CASE: tuple[str, ...] = (Role.CASEWORKER, Role.TEAM_LEADER)
WORKS_WITH_CITIZENS: tuple[str, ...] = (*WRITES_THE_CASE, Role.CONTACT_PERSON, Role.SPECIALIST)


@dataclass(frozen=True)
class Wording:
    """`roles` are those that can do it and may be handed it; what cannot wait is never put off."""

    icon: str
    text: str
    action: str
    roles: tuple[str, ...] = (*WORKS_WITH_CITIZENS, Role.REFERRER)
    can_wait: bool = True


WORDING = {
    # What somebody wrote down is told in their own words.
    "own": Wording("pencil", "%(text)s", _("Open the task")),
    "contact_absent_citizen": Wording(
        "telephone",
        _("Has not come and not sent word. Contact the citizen and ask for the reason"),
        _("Write what happened"),
        roles=(*WRITES_THE_CASE, Role.CONTACT_PERSON),
        can_wait=False,
    ),
    "overdue_follow_up": Wording(
        "exclamation-octagon",
        _("Nobody has tried to reach the citizen after the absence"),
        _("Follow up"),
        roles=(Role.TEAM_LEADER,),
        can_wait=False,
    ),
    "missing_register": Wording(
        "clipboard-check",
        _("The register of %(workshop)s is missing. Nobody is marked yet"),
        _("Open the register"),
        roles=(*WRITES_THE_CASE, Role.CONTACT_PERSON),
        can_wait=False,
    ),
    "missing_register_leader": Wording(
        "clipboard-check",
        _("The register of %(workshop)s is still missing. Nobody is marked yet"),
        _("Open the register"),
        roles=(Role.TEAM_LEADER,),
        can_wait=False,
    ),
    "not_registered": Wording(
        "clipboard-check",
        _("%(workshop)s, %(day)s: not registered (%(count)s). Correct it while somebody remembers"),
        _("Open the register"),
        roles=(Role.TEAM_LEADER,),
    ),
    "absence_report": Wording(
        "file-earmark-text",
        _("What was agreed is not kept. Read the drafted report to the referrer, send it or discard it"),
        _("Read the draft"),
        roles=WRITES_THE_CASE,
    ),
    "read_absence_report": Wording(
        "file-earmark-text",
        _("The centre reports absence. Read it and say that you have received it"),
        _("Read the report"),
        roles=(Role.REFERRER,),
    ),
    "early_warning": Wording(
        "arrow-down-right",
        _("Attendance falls. %(what)s"),
        _("See the attendance"),
        roles=(*WRITES_THE_CASE, Role.CONTACT_PERSON),
    ),
    "confirm_plan": Wording(
        "clipboard-check", _("Agree on the plan and confirm it"), _("Open the plan"), roles=WRITES_THE_CASE
    ),
    "confirm_plan_citizen": Wording(
        "pencil",
        _("The citizen has not confirmed the plan yet"),
        _("Get the confirmation"),
        roles=WRITES_THE_CASE,
    ),
    "confirm_plan_referrer": Wording(
        "flag", _("Read the plan and confirm it"), _("Open the plan"), roles=(Role.REFERRER,)
    ),
    "plan_follow_up": Wording("clipboard-check", _("Follow up on the plan"), _("Follow up"), roles=WRITES_THE_CASE),
    "answer_question": Wording(
        "question-circle", _("The centre asks about the referral"), _("Answer"), roles=(Role.REFERRER,)
    ),
    "write_closing_note": Wording(
        "file-earmark-text",
        _("The programme ends soon. Write the closing note"),
        _("Write the note"),
        roles=WRITES_THE_CASE,
    ),
    "choose_caseworker": Wording(
        "person-check",
        _("The role of %(name)s has run out. Choose who takes over the running programmes"),
        _("Choose"),
        roles=(Role.TEAM_LEADER,),
    ),
    "approve_closing_note": Wording(
        "file-earmark-text", _("A closing note waits for approval"), _("Read and approve"), roles=(Role.TEAM_LEADER,)
    ),
    "deliver_closing_note": Wording(
        "send",
        _("The closing note is approved. Deliver it to the job centre"),
        _("Deliver the note"),
        roles=WRITES_THE_CASE,
    ),
    "revise_closing_note": Wording(
        "pencil", _("The closing note came back with remarks"), _("Open the note"), roles=WRITES_THE_CASE
    ),
    "book_start_meeting": Wording("calendar-event", _("Book the start meeting"), _("Book"), roles=WRITES_THE_CASE),
    "agree_closing_meeting": Wording(
        "calendar-event", _("Agree the date of the closing meeting"), _("Book"), roles=WRITES_THE_CASE
    ),
    "move_closing_meeting": Wording(
        "calendar-event",
        _("The programme's end was moved. Move the closing meeting too"),
        _("Move the meeting"),
        roles=WRITES_THE_CASE,
    ),
    "move_meeting": Wording(
        "calendar-event",
        _("The meeting lies after the programme's new end. Move it or call it off"),
        _("Move the meeting"),
        roles=WRITES_THE_CASE,
    ),
    "consent_withdrawn": Wording(
        "dash-circle",
        _("The citizen has withdrawn a consent. Agree how it goes on without it"),
        _("See the consents"),
        roles=WRITES_THE_CASE,
    ),
    "requirement": Wording("check-circle", _("Must be in place: %(what)s"), _("Open"), roles=WRITES_THE_CASE),
    "record_meeting": Wording(
        "calendar-event",
        _("A meeting is over. Say what became of it"),
        _("Write what happened"),
        roles=WRITES_THE_CASE,
    ),
    "meeting_task": Wording("check-circle", _("From a meeting: %(what)s"), _("Open the task")),
    "report_week": Wording(
        "clipboard-check",
        _("Week %(week)s of internship or course is not reported yet"),
        _("Report the week"),
        roles=WRITES_THE_CASE,
    ),
    "week_outside": Wording(
        "clock",
        _("%(workshop)s has new opening hours. The agreed week lies outside them"),
        _("Agree on a new week"),
        roles=WRITES_THE_CASE,
    ),
    "week_shortened": Wording(
        "clock",
        _("%(workshop)s has new opening hours. Tell the citizen about the shorter week"),
        _("See the agreed week"),
        roles=WRITES_THE_CASE,
    ),
}

"""How each kind of timeline entry is told: icon, colour and words. `params` of the entry fill the words."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from accounts.roles import Role


@dataclass(frozen=True)
class Wording:
    icon: str
    colour: str  # ok, due, late, info, calm or acc, as in static/css/trinvis.css
    group: str  # referral, plan, attendance or note: the filter of the timeline
    text: str
    link: str = ""  # the words of the link, where those of the group do not fit
    opened_by: tuple[str, ...] = ()  # who may follow it, where not everybody may who reads the line


WEEK = _("See the agreed week")
REPORT = _("Read the report")
WRITES_AND_REFERS: tuple[str, ...] = (Role.CASEWORKER, Role.TEAM_LEADER, Role.REFERRER)
ACTIVITIES = _("See the activities")
WORDING = {
    "referral_submitted": Wording("inbox", "calm", "referral", _("Referral received from %(organisation)s")),
    "pre_programme_granted": Wording("check-circle", "ok", "referral", _("Pre-programme granted, start on %(start)s")),
    "place_lent": Wording("people", "info", "referral", _("%(lender)s lends %(borrower)s a place")),
    "referral_accepted": Wording("check-circle", "ok", "referral", _("Referral accepted, start on %(start)s")),
    "referral_rejected": Wording("dash-circle", "calm", "referral", _("Referral rejected")),
    "referral_withdrawn": Wording("dash-circle", "calm", "referral", _("Referral withdrawn")),
    "information_requested": Wording("question-circle", "info", "referral", _("Question to %(organisation)s")),
    "information_given": Wording("chat-left-text", "info", "referral", _("Answer from %(organisation)s")),
    "waiting_list": Wording("hourglass-split", "info", "referral", _("The referral is on the waiting list")),
    "programme_started": Wording("play-circle", "acc", "referral", _("The programme has started")),
    "acceptance_taken_back": Wording("arrow-counterclockwise", "due", "referral", _("The acceptance is taken back")),
    "programme_never_started": Wording("dash-circle", "calm", "referral", _("The programme never began")),
    "programme_interrupted": Wording("dash-circle", "due", "referral", _("The programme was interrupted on %(day)s")),
    "identity_number_corrected": Wording("pencil", "info", "referral", _("The identity number was corrected")),
    "citizens_merged": Wording("people", "info", "referral", _("Two records of the citizen became one")),
    "merge_undone": Wording("people", "due", "referral", _("Two records that had become one are two again")),
    "new_caseworker": Wording(
        "person-check", "info", "referral", _("%(name)s is the caseworker now, after %(before)s")
    ),
    "programme_pause": Wording("pause-circle", "calm", "referral", _("A pause is agreed from %(day)s")),
    "programme_pause_until": Wording(
        "pause-circle", "calm", "referral", _("A pause is agreed from %(day)s until %(until)s")
    ),
    "programme_pause_called_off": Wording("play-circle", "acc", "referral", _("The pause from %(day)s is called off")),
    "programme_resumed": Wording("play-circle", "acc", "referral", _("The pause ends, first day back %(day)s")),
    "programme_rests": Wording("pause-circle", "calm", "referral", _("The pause has begun")),
    "programme_goes_on": Wording("play-circle", "acc", "referral", _("The pause is over")),
    "programme_extended": Wording(
        "arrow-right", "info", "referral", _("Extended from %(before)s to %(day)s, agreed with %(agreed_with)s")
    ),
    "programme_shortened": Wording(
        "flag", "info", "referral", _("Shortened from %(before)s to %(day)s, agreed with %(agreed_with)s")
    ),
    "consent_given": Wording("check-circle", "info", "referral", _("Consent given: %(purpose)s")),
    "consent_withdrawn": Wording("dash-circle", "due", "referral", _("Consent withdrawn: %(purpose)s")),
    "phase_begun": Wording("bar-chart", "acc", "referral", _("%(phase)s begun on %(day)s")),
    "coordinator_changed": Wording("person-check", "info", "referral", _("%(name)s is the coordinator now")),
    "programme_ended": Wording("flag", "calm", "referral", _("The programme has ended: %(outcome)s")),
    "plan_confirmed": Wording("flag", "acc", "plan", _("Plan confirmed, version %(number)s")),
    "plan_confirmed_citizen": Wording(
        "flag", "ok", "plan", _("The citizen has confirmed version %(number)s of the plan")
    ),
    "plan_confirmed_referrer": Wording(
        "flag", "ok", "plan", _("The referrer has confirmed version %(number)s of the plan")
    ),
    "subgoal_abandoned": Wording("dash-circle", "calm", "plan", _("Given up: %(subgoal)s")),
    "subgoal_taken_up": Wording("arrow-counterclockwise", "info", "plan", _("Taken up again: %(subgoal)s")),
    "follow_up_put_off": Wording("clock", "due", "plan", _("Follow-up on the plan put off until %(day)s")),
    "plan_summary": Wording("send", "info", "plan", _("Summary of the follow-up sent to %(organisation)s")),
    "plan_follow_up": Wording("clipboard-check", "info", "plan", _("Follow-up on the plan")),
    "observation": Wording("eye", "info", "plan", _("Seen at work: %(subgoal)s")),
    "own_step": Wording("chat-quote", "info", "plan", _("The citizen says where they stand: %(subgoal)s")),
    "step_forward": Wording("bar-chart", "acc", "plan", _("Step %(before)s to %(after)s: %(subgoal)s")),
    "step_back": Wording("bar-chart", "due", "plan", _("Step %(before)s to %(after)s: %(subgoal)s")),
    "missed": Wording("exclamation-octagon", "late", "attendance", _("Did not come, no word")),
    "missed_cleared": Wording("clock", "due", "attendance", _("Came after all at %(time)s")),
    "missed_excused": Wording("envelope", "info", "attendance", _("A notice of absence came afterwards")),
    "notice_given": Wording("envelope", "info", "attendance", _("Sent word: away from %(day)s until %(until)s")),
    "notice_given_day": Wording("envelope", "info", "attendance", _("Sent word: away on %(day)s")),
    "notice_changed": Wording(
        "envelope", "info", "attendance", _("The notice of absence was changed: from %(day)s until %(until)s")
    ),
    "notice_taken_back": Wording(
        "arrow-counterclockwise", "calm", "attendance", _("The notice of absence from %(day)s was taken back")
    ),
    "missed_cancelled": Wording(
        "check-circle", "calm", "attendance", _("Was not missed: marked in time, or flagged by mistake")
    ),
    "activity_planned": Wording(
        "calendar-event", "calm", "attendance", _("%(activity)s planned for %(day)s"), ACTIVITIES
    ),
    "activity_series": Wording(
        "calendar-event", "calm", "attendance", _("%(activity)s planned %(times)s times from %(day)s"), ACTIVITIES
    ),
    "activity_attended": Wording(
        "check-circle", "ok", "attendance", _("%(activity)s: took part on %(day)s"), ACTIVITIES
    ),
    "activity_missed": Wording(
        "dash-circle", "due", "attendance", _("%(activity)s: did not come on %(day)s"), ACTIVITIES
    ),
    "activity_cancelled": Wording(
        "dash-circle", "calm", "attendance", _("%(activity)s on %(day)s cancelled"), ACTIVITIES
    ),
    "activities_cancelled": Wording(
        "dash-circle", "calm", "attendance", _("What was planned after %(day)s is cancelled: %(times)s times")
    ),
    "contact_reached": Wording("telephone", "due", "attendance", _("Spoke after the absence on %(day)s")),
    "follow_up_escalated": Wording(
        "exclamation-octagon",
        "late",
        "attendance",
        _("Nobody had tried to reach the citizen by the end of %(day)s. The team leader was told"),
    ),
    "reminders_rest": Wording(
        "pause-circle", "calm", "attendance", _("Automatic reminders rest, they are back on %(day)s")
    ),
    "reminders_back": Wording("alarm", "calm", "attendance", _("Automatic reminders are back")),
    "absence_report_drafted": Wording(
        "file-earmark-text",
        "due",
        "attendance",
        _("A report on absence is drafted. Nothing is sent by itself"),
        REPORT,
        WRITES_AND_REFERS,
    ),
    "absence_report_sent": Wording(
        "send", "info", "attendance", _("A report on absence was sent to the referrer"), REPORT, WRITES_AND_REFERS
    ),
    "absence_report_received": Wording(
        "check-circle",
        "ok",
        "attendance",
        _("%(name)s has read and received the report on absence"),
        REPORT,
        WRITES_AND_REFERS,
    ),
    "absence_report_discarded": Wording(
        "dash-circle", "calm", "attendance", _("The report on absence was not sent"), REPORT, WRITES_AND_REFERS
    ),
    "contact_tried": Wording("telephone", "calm", "attendance", _("Tried to reach the citizen after %(day)s")),
    "note": Wording("chat-left-text", "calm", "note", _("Note")),
    "note_phone": Wording("telephone", "calm", "note", _("Phone call")),
    "note_meeting": Wording("people", "calm", "note", _("Conversation")),
    "note_observation": Wording("eye", "calm", "note", _("Observation")),
    "note_contact": Wording("send", "calm", "note", _("Contact with others")),
    "note_health": Wording("lock", "calm", "note", _("Health note")),
    "closing_note_submitted": Wording("file-earmark-text", "info", "note", _("Closing note sent for approval")),
    "closing_note_sent_back": Wording("pencil", "due", "note", _("Closing note came back with remarks")),
    "closing_note_new_version": Wording(
        "pencil", "info", "note", _("Version %(number)s of the closing note begun: %(why)s")
    ),
    "closing_note_approved": Wording("file-earmark-text", "ok", "note", _("Closing note approved, version %(number)s")),
    "closing_note_delivered": Wording("send", "ok", "note", _("Closing note delivered to %(organisation)s")),
    "team_joined": Wording("person-check", "calm", "referral", _("%(name)s is on the team")),
    "team_left": Wording("person-dash", "calm", "referral", _("%(name)s leaves the team, last day %(day)s")),
    "citizen_access_given": Wording("key", "calm", "referral", _("The citizen can now sign in and follow the case")),
    "citizen_access_ended": Wording("key", "calm", "referral", _("The citizen can no longer sign in")),
    "protection_set": Wording("lock", "due", "referral", _("Name and address are protected from now on")),
    "protection_lifted": Wording("lock", "calm", "referral", _("Name and address are no longer protected")),
    "meeting_planned": Wording("calendar-event", "info", "meeting", _("%(meeting)s agreed for %(day)s at %(time)s")),
    "meeting_moved": Wording("calendar-event", "due", "meeting", _("%(meeting)s moved to %(day)s at %(time)s")),
    "meeting_cancelled": Wording("dash-circle", "calm", "meeting", _("%(meeting)s on %(day)s cancelled")),
    "meeting_held": Wording("people", "acc", "meeting", _("%(meeting)s held on %(day)s")),
    "meeting_not_held": Wording("dash-circle", "due", "meeting", _("%(meeting)s on %(day)s was not held")),
    "placed": Wording(
        "calendar-event",
        "acc",
        "attendance",
        _("A place in %(workshop)s from %(day)s: %(week_minutes)s hours a week"),
        WEEK,
    ),
    "week_changed": Wording(
        "calendar-event",
        "acc",
        "attendance",
        _("New agreed week from %(day)s: %(week_minutes)s hours, before %(week_before)s"),
        WEEK,
    ),
    "week_shortened": Wording(
        "clock",
        "due",
        "attendance",
        _("Opening hours of %(workshop)s changed. Agreed week from %(day)s: %(week_minutes)s hours"),
        WEEK,
    ),
    "placement_shortened": Wording(
        "calendar-event", "due", "attendance", _("The place in %(workshop)s ends earlier, last day %(day)s"), WEEK
    ),
    "placement_extended": Wording(
        "calendar-event", "info", "attendance", _("The place in %(workshop)s lasts longer, last day %(day)s"), WEEK
    ),
    "stay_agreed": Wording(
        "calendar-event",
        "acc",
        "attendance",
        _("%(place)s agreed from %(day)s: %(week_minutes)s hours a week"),
        WEEK,
    ),
    "stay_shortened": Wording(
        "calendar-event", "due", "attendance", _("%(place)s ends earlier, last day %(day)s"), WEEK
    ),
    "stay_extended": Wording(
        "calendar-event", "info", "attendance", _("%(place)s lasts longer, last day %(day)s"), WEEK
    ),
    "stay_removed": Wording("dash-circle", "calm", "attendance", _("%(place)s from %(day)s was taken back"), WEEK),
    "week_reported": Wording(
        "clipboard-check",
        "calm",
        "attendance",
        _("Week %(week)s reported: %(attended_minutes)s of %(agreed_minutes)s hours"),
    ),
    "week_corrected": Wording(
        "pencil",
        "due",
        "attendance",
        _("Report of week %(week)s corrected: %(attended_minutes)s of %(agreed_minutes)s hours"),
    ),
    "placement_removed": Wording(
        "dash-circle", "calm", "attendance", _("The place in %(workshop)s from %(day)s was taken back"), WEEK
    ),
}

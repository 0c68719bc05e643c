"""The referrer's start page answers one question: do I need to do anything? (experience 9)"""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, User
from accounts.roles import Role
from closing_notes.models import ClosingNote
from closing_notes.statuses import Status as NoteStatus
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words
from desk.rows import Group, Link, Row, Tag, group, link_to
from desk.today.board import AT_MOST, Today, meeting_row, task_row, upcoming_tasks
from desk.today.days import Day
from meetings import lines as meeting_lines
from programmes.models import Programme
from referrals.drafts import name_typed
from referrals.models import Move, Referral
from referrals.statuses import Status
from referrals.submission import source_of as question_of
from worklist.lines import Line
from worklist.models import Task

# The question on a referral is a row of its own here, with the words in which it was asked.
QUESTION_TASK = "answer_question"


def referrer(user: User, day: Day) -> Today:
    question = Move.objects.filter(referral=OuterRef("pk"), status=Status.INFORMATION_REQUESTED).order_by("-at", "-pk")
    referrals = list(
        Referral.objects.visible_to(user)
        .filter(status__in=[Status.DRAFT, Status.SUBMITTED, Status.INFORMATION_REQUESTED, Status.WAITING_LIST])
        .select_related("citizen", "type", "centre")
        .annotate(
            question=Subquery(question.values("why")[:1]),
            asked_by=Subquery(question.values("by__name")[:1]),
            asked_at=Subquery(question.values("at")[:1]),
        )
        .order_by("submitted_at", "pk")[:AT_MOST]
    )
    tasks = upcoming_tasks(user, day, without=[QUESTION_TASK])
    asked = [referral for referral in referrals if referral.status == Status.INFORMATION_REQUESTED]
    if asked:
        later = Task.objects.visible_to(user).open().snoozed().filter(kind=QUESTION_TASK)
        put_off = set(later.values_list("source", flat=True))
        asked = [referral for referral in asked if question_of(referral) not in put_off]
    meetings = meeting_lines.upcoming(user, day.today)
    drafts = [referral for referral in referrals if referral.status == Status.DRAFT and referral.referrer_id == user.pk]
    notes = unread_notes(user)
    organisations = Organisation.objects.filter(pk__in=user.reach.organisations_as(Role.REFERRER)).order_by("name")
    todo = [
        *(question_row(referral, is_first=referral is asked[0]) for referral in asked),
        *(task_row(line) for line in tasks),
    ]
    return Today(
        title=_("Do I need to do anything?"),
        actions=[Link(link_to("referrals:new"), _("New referral"), "plus-lg")],
        groups=[
            Group("waiting", _("Waiting for you"), todo, len(todo)),
            group("unread", _("New for you to read"), notes, empty=_("Nothing new since you last read.")),
            *([coming_meetings(meetings)] if meetings else []),
            group(
                "referrals",
                _("Referrals under way"),
                [referral_row(referral) for referral in referrals],
                more=Link(link_to("referrals:list"), _("All referrals")),
                empty=_("No referral is under way. A new one takes about ten minutes."),
            ),
            running(user),
        ],
        more={
            "answer": answer(asked, tasks),
            "rest": rest(len(notes), len(drafts)),
            "organisations": ", ".join(organisation.name for organisation in organisations),
        },
    )


def coming_meetings(meetings: list[meeting_lines.Line]) -> Group:
    """The week's meetings to which the referrer is invited; without any, the page has one group less."""
    return group(
        "meetings",
        _("Meetings within a week"),
        [meeting_row(line, with_day=True) for line in meetings],
        more=Link(link_to("meetings:mine"), _("All meetings")),
    )


def answer(asked: Sequence[Referral], tasks: Sequence[Line]) -> str:
    """`Yes, two things.` or `No.`"""
    count = len(asked) + len(tasks)
    if not count:
        return _("No.")
    return ngettext("Yes, one thing.", "Yes, %(count)s things.", count) % {"count": count}


def rest(notes: int, drafts: int) -> str:
    """What one may do, but need not."""
    parts = []
    if notes:
        parts.append(
            ngettext("%(count)s closing note is new.", "%(count)s closing notes are new.", notes) % {"count": notes}
        )
    if drafts:
        parts.append(
            ngettext("%(count)s draft is not submitted yet.", "%(count)s drafts are not submitted yet.", drafts)
            % {"count": drafts}
        )
    return " ".join(parts) or _("The rest goes as you have agreed.")


def question_row(referral: Referral, *, is_first: bool) -> Row:
    question = getattr(referral, "question", "") or ""
    asked_at = getattr(referral, "asked_at", None)
    text = referral.type.name
    if asked_at:
        text = _("%(name)s, %(centre)s, asked on %(day)s. The referral waits for the answer.") % {
            "name": getattr(referral, "asked_by", ""),
            "centre": referral.centre,
            "day": in_words(timezone.localdate(asked_at)),
        }
    name = stated_name(referral)
    return Row(
        title=f"{name}: {question}" if question else name,
        url=link_to("referrals:detail", referral.reference),
        text=text,
        tag=Tag("due", "question-circle", _("Question")),
        actions=[Link(link_to("referrals:detail", referral.reference), _("Answer"), hint=name, primary=is_first)],
    )


def referral_row(referral: Referral) -> Row:
    """One referral on its way; a draft leads back to its form (R2, R3)."""
    if referral.status == Status.DRAFT:
        text = referral.reference
        if referral.draft_saved_at:
            saved = timezone.localtime(referral.draft_saved_at)
            text = _("%(reference)s · saved %(day)s at %(time)s") % {
                "reference": referral.reference,
                "day": in_words(saved.date()),
                "time": clock(saved),
            }
        return Row(
            title=name_typed(referral) or _("Not named yet"),
            url=link_to("referrals:edit", referral.reference),
            text=text,
            tag=Tag("calm", "pencil", _("Draft")),
            actions=[Link(link_to("referrals:edit", referral.reference), _("Go on writing"), hint=referral.reference)],
        )
    text = referral.reference
    if referral.submitted_at:
        text = _("%(reference)s · submitted on %(day)s") % {
            "reference": referral.reference,
            "day": in_words(timezone.localdate(referral.submitted_at)),
        }
    if referral.status == Status.INFORMATION_REQUESTED:
        tag = Tag("due", "question-circle", _("Waits for you"))
    elif referral.status == Status.WAITING_LIST:
        tag = Tag("info", "hourglass-split", _("Waiting list"))
    else:
        days = referral.days_waiting
        words = ngettext("At %(centre)s, %(days)s day", "At %(centre)s, %(days)s days", days)
        tag = Tag("info", "hourglass-split", words % {"centre": referral.centre, "days": days})
    return Row(
        title=stated_name(referral),
        url=link_to("referrals:detail", referral.reference),
        text=text,
        tag=tag,
    )


def stated_name(referral: Referral) -> str:
    """The name that the referrer's own side wrote; ours is theirs to read when the centre has accepted (T10)."""
    if referral.citizen is None or referral.citizen.is_protected:
        return referral.citizen.name if referral.citizen else referral.reference
    return name_typed(referral) or referral.citizen.name


def unread_notes(user: User) -> list[Row]:
    """Closing notes that were delivered to the user's organisation and nobody there has read (C4). One query."""
    notes = (
        ClosingNote.objects.visible_to(user)
        .filter(status=NoteStatus.DELIVERED, read_at__isnull=True)
        .select_related("programme__citizen", "programme__centre")
        .order_by("-delivered_at")[:AT_MOST]
    )
    rows = []
    for note in notes:
        url = link_to("closing_notes:review", note.programme.reference)
        delivered = in_words(timezone.localdate(note.delivered_at)) if note.delivered_at else ""
        rows.append(
            Row(
                title=note.programme.citizen.name,
                url=link_to("desk:case", note.programme.reference),
                text=_("Delivered %(day)s by %(centre)s") % {"day": delivered, "centre": note.programme.centre},
                tag=Tag("acc", "file-earmark-text", _("Closing note")),
                actions=[Link(url, _("Read the note"), hint=note.programme.citizen.name)],
            )
        )
    return rows


def running(user: User) -> Group:
    """Programmes that run for citizens of the user's own organisation. Two queries."""
    programmes = Programme.objects.visible_to(user).running()
    rows = [
        Row(
            title=programme.citizen.name,
            url=link_to("desk:case", programme.reference),
            text=f"{programme.type.name} · {programme.caseworker.name}",
            tag=Tag(
                "ok",
                "play-circle",
                _("Week %(week)s of %(weeks)s") % {"week": programme.present_week, "weeks": programme.weeks},
            )
            if programme.starts_on <= timezone.localdate()
            else Tag("acc", "stars", _("starts %(day)s") % {"day": in_words(programme.starts_on)}),
        )
        for programme in programmes.select_related("citizen", "type", "caseworker").order_by("ends_on", "pk")[:6]
    ]
    return Group(
        "running",
        _("Programmes under way"),
        rows,
        programmes.count(),
        Link(link_to("desk:cases"), _("All citizens")),
        _("No programme runs for citizens from your organisation."),
    )

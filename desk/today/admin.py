"""The administrator's day: who waits for a link, who sees nothing, whose role ends, what set-up lacks, which mail did
not go out (U2, U4). No case content."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.keeping import invitations_kept_by, users_kept_by
from accounts.models import Invitation, Membership, Organisation, User
from accounts.permissions import organisations_kept_by
from accounts.roles import Role
from audit.models import Access
from core.templatetags.dates import day as in_words
from desk.rows import Group, Link, Now, Row, Tag, Tile, group, link_to
from desk.today.board import AT_MOST, Today, greeting
from desk.today.days import Day
from messaging.models import Channel, OutgoingMail
from programmes.setup.overview import Step, overview_of

ENDING_WITHIN = timedelta(days=14)
# One that is tried again in a minute is no news yet.
TRIES_BEFORE_TOLD = 2


def administrator(user: User, day: Day) -> Today:
    steps = overview_of(user).steps
    invitations = invited(user)
    return Today(
        title=greeting(user),
        lead=day.note,
        now=first_thing(steps, invitations),
        tiles=tiles(user),
        groups=gathered([set_up(steps), invitations, without_role(user), ending(user, day), unsent(user)]),
    )


def gathered(groups: list[Group]) -> list[Group]:
    """What waits, each in its group; what is in order, together in one."""
    in_order = [
        Row(title=each.empty, url=each.more.url if each.more else "", tag=Tag("ok", "check-circle", _("in order")))
        for each in groups
        if not each.rows
    ]
    waiting = [each for each in groups if each.rows]
    return [*waiting, Group("in_order", _("In order"), in_order)] if in_order else waiting


def first_thing(steps: list[Step], invitations: Group) -> Now:
    """What set-up lacks comes first, because without it nobody can work."""
    label = _("Start here")
    if steps:
        first = steps[0]
        button = Link(first.url, first.label, first.icon) if first.url else Link(link_to("setup:home"), _("Set-up"))
        return Now(label, first.sentence, "", button)
    if invitations.rows:
        words = ngettext("%(count)s invitation is open.", "%(count)s invitations are open.", invitations.count or 0)
        return Now(
            label,
            words % {"count": invitations.count},
            _("A link works once, for 72 hours."),
            Link(link_to("accounts:users"), _("See the users"), "person-check"),
        )
    return Now(
        label,
        _("Everything is set up, and nobody waits for you."),
        "",
        Link(link_to("accounts:invite"), _("Invite somebody"), "plus-lg"),
    )


def tiles(user: User) -> list[Tile]:
    """How many there are, and what the access log should make one look at. Three queries."""
    organisations = (
        organisations_kept_by(user)
        .filter(closed_on__isnull=True)
        .aggregate(all=Count("pk"), centres=Count("pk", filter=Q(kind=Organisation.Kind.PROVIDER)))
    )
    users = users_kept_by(user).aggregate(all=Count("pk"), active=Count("pk", filter=Q(is_active=True)))
    looks = Access.objects.filter(at__gte=timezone.now() - timedelta(days=7)).aggregate(
        all=Count("pk"), denied=Count("pk", filter=Q(kind=Access.Kind.DENIED))
    )
    return [
        Tile(
            _("Organisations"),
            str(organisations["all"]),
            foot=ngettext("%(count)s centre", "%(count)s centres", organisations["centres"])
            % {"count": organisations["centres"]},
            url=link_to("setup:home"),
        ),
        Tile(
            _("Users"),
            str(users["active"]),
            _("of %(count)s active") % {"count": users["all"]},
            url=link_to("accounts:users"),
        ),
        Tile(_("Look-ups in a week"), str(looks["all"]), foot=_("in the access log")),
        Tile(_("Refused look-ups in a week"), str(looks["denied"]), foot=_("in the access log")),
    ]


def set_up(steps: list[Step]) -> Group:
    rows = [
        Row(
            title=step.sentence,
            url=step.url,
            actions=[Link(step.url, step.label, step.icon, hint=step.hint)] if step.url else [],
        )
        for step in steps
    ]
    return group(
        "set_up",
        _("What is still missing"),
        rows,
        more=Link(link_to("setup:home"), _("Set-up")),
        empty=_("Centres, workshops and opening hours are in place."),
    )


def invited(user: User) -> Group:
    """Invitations that nobody has taken up, the oldest link first; a new link is one click away. Two queries."""
    invitations = invitations_kept_by(user).select_related("organisation").order_by("expires_at", "pk")[:AT_MOST]
    return group(
        "invitations",
        _("Open invitations"),
        [invitation_row(invitation) for invitation in invitations],
        more=Link(link_to("accounts:users"), _("All users")),
        empty=_("Everybody who was invited has signed in."),
    )


def invitation_row(invitation: Invitation) -> Row:
    if invitation.is_expired:
        tag = Tag("late", "exclamation-octagon", _("the link has run out"))
    else:
        ends = in_words(timezone.localtime(invitation.expires_at).date())
        tag = Tag("info", "hourglass-split", _("until %(day)s") % {"day": ends})
    return Row(
        title=invitation.name or invitation.email,
        url=link_to("accounts:users"),
        text=f"{invitation.get_role_display()} · {invitation.organisation}",
        tag=tag,
        actions=[
            Link(
                link_to("accounts:resend", invitation.pk),
                _("Send a new link"),
                "send",
                hint=invitation.name or invitation.email,
                method="post",
            )
        ],
    )


def without_role(user: User) -> Group:
    """Active users who hold no role today: they sign in and see nothing. Two queries."""
    holds = Membership.objects.current().filter(user=OuterRef("pk"))
    users = users_kept_by(user).filter(~Exists(holds), is_active=True).order_by("name", "pk")[:AT_MOST]
    rows = [
        Row(
            title=one.name,
            url=link_to("accounts:user", one.pk),
            text=one.title,
            tag=Tag("due", "person-dash", _("no role today")),
            actions=[Link(link_to("accounts:give_role", one.pk), _("Give a role"), hint=one.name)],
        )
        for one in users
    ]
    return group("without_role", _("Users without a role"), rows, empty=_("Every user holds a role."))


def ending(user: User, day: Day) -> Group:
    """Roles that end within two weeks; what is open then needs a taker (U2). One query."""
    memberships = (
        Membership.objects.current()
        .filter(
            organisation__in=organisations_kept_by(user),
            ends_on__range=(day.today, day.today + ENDING_WITHIN),
            user__is_active=True,
        )
        .exclude(role=Role.CITIZEN)
        .select_related("user", "organisation")
        .order_by("ends_on", "pk")[:AT_MOST]
    )
    rows = [
        Row(
            title=one.user.name,
            url=link_to("accounts:user", one.user_id),
            text=f"{one.get_role_display()} · {one.organisation}",
            tag=Tag("due", "calendar-event", _("ends %(day)s") % {"day": in_words(one.ends_on)}),
            actions=[Link(link_to("accounts:role", one.pk), _("Change the last day"), hint=one.user.name)],
        )
        for one in memberships
    ]
    return group("ending", _("Roles that end soon"), rows, empty=_("No role ends within two weeks."))


def unsent(user: User) -> Group:
    """Messages that were tried in vain, the oldest first; to whom is told only as far as it names nobody. One query."""
    waiting = (
        OutgoingMail.objects.filter(sent_at__isnull=True, attempts__gte=TRIES_BEFORE_TOLD)
        .order_by("created_at", "pk")
        .only("channel", "to", "subject", "attempts", "created_at")[:AT_MOST]
    )
    rows = []
    for mail in waiting:
        place = mail.to.rpartition("@")[2] if mail.channel == Channel.MAIL else _("by text message")
        written = in_words(timezone.localtime(mail.created_at).date())
        tried = ngettext("tried %(count)s time", "tried %(count)s times", mail.attempts) % {"count": mail.attempts}
        rows.append(
            Row(
                title=mail.subject or _("A message"),
                text=f"{place} · {written}",
                tag=Tag("late", "envelope", tried),
            )
        )
    return group("unsent", _("Mail that did not go out"), rows, empty=_("All mail has gone out."))

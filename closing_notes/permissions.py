"""Who may do what with a closing note. Each rule stands here once; actions, pages and templates ask."""

from accounts.models import User
from closing_notes.models import ClosingNote
from programmes.models import Programme
from programmes.permissions import may_lead, may_work_on


def may_write(user: User, programme: Programme) -> bool:
    """The programme's caseworker and the team leaders of its centre write the note and deliver it (C1)."""
    return may_work_on(user, programme)


def may_review(user: User, programme: Programme) -> bool:
    """Team leaders of the centre send a note back or approve it (C2)."""
    return may_lead(user, programme.centre)


def may_approve(user: User, note: ClosingNote) -> bool:
    """A team leader of the centre who did not write it (C2, T14)."""
    return may_review(user, note.programme) and user.pk != note.author_id

"""A protected name and address: setting and lifting the protection, and uncovering it for those who must know (T10)."""

from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from programmes.locking import locked
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.rights.citizen_access import rename_users, write_down


def may_uncover(user: User, programme: Programme) -> bool:
    """The case's caseworker, a deputy in the agreed time, and the team leaders of the centre; never a workshop."""
    return may_work_on(user, programme)


def set_protection(*, programme: Programme, is_protected: bool, why: str, by: User) -> None:
    """Protect the citizen's name, address and telephone everywhere, or lift the protection, with a reason.

    Refused when it is so already.
    """
    with acting(by, why=why):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        citizen = programme.citizen
        if citizen.is_protected == is_protected:
            raise Refused(
                _("The name is protected already") if is_protected else _("The name is not protected any more")
            )
        citizen.is_protected = is_protected
        citizen.save(update_fields=["is_protected"])
        rename_users(citizen)
        write_down("protection_set" if is_protected else "protection_lifted", programme, by)


def note_uncovering(*, programme: Programme, why: str, by: User) -> None:
    """Write down that the name was asked for and why, before it is shown (experience 27)."""
    if not may_uncover(by, programme):
        raise NotAllowed
    with acting(by, why=why):
        record("protected_name_uncovered", by=by, subject=programme, citizen_id=programme.citizen_id, why=why)

"""Two at the same moment, on real connections (U2)."""

import pytest

from accounts.deactivation import deactivate
from accounts.invitations import accept
from accounts.models import User
from core.exceptions import Refused
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.invitations import TOKEN, InvitationFactory
from tests.factories.programmes import ProgrammeFactory
from tests.referrals.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_administrators_who_deactivate_each_other_leave_one():
    centre = CentreFactory()
    one, other = user_with_role("administrator", centre), user_with_role("administrator", centre)
    results = at_once(
        lambda: deactivate(user=other, takers={}, by=User.objects.get(pk=one.pk)),
        lambda: deactivate(user=one, takers={}, by=User.objects.get(pk=other.pk)),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert User.objects.filter(pk__in=[one.pk, other.pk], is_active=True).count() == 1


def test_a_link_that_is_opened_twice_makes_one_user():
    invitation = InvitationFactory()
    results = at_once(
        *(lambda: accept(token=TOKEN, name="Ida", password="a long walk on the heath", language="da"),) * 2
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert User.objects.filter(email=invitation.email).count() == 1


def test_two_who_leave_into_each_others_arms_leave_no_case_behind():
    """Each is the other's taker: one of them has to stay."""
    centre = CentreFactory()
    leader = user_with_role("team_leader", centre)
    one, other = user_with_role("caseworker", centre), user_with_role("caseworker", centre)
    cases = [ProgrammeFactory(centre=centre, caseworker=user) for user in (one, other)]
    at_once(
        lambda: deactivate(user=one, takers={centre.pk: other}, by=User.objects.get(pk=leader.pk)),
        lambda: deactivate(user=other, takers={centre.pk: one}, by=User.objects.get(pk=leader.pk)),
    )
    active = User.objects.filter(pk__in=[one.pk, other.pk], is_active=True)
    assert active.count() >= 1
    for case in cases:
        case.refresh_from_db()
        assert case.caseworker in active

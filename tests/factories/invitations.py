import datetime
import hashlib

import factory
from django.utils import timezone

from accounts.models import Invitation
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.base import Factory

TOKEN = "a-link-of-the-tests"


class InvitationFactory(Factory):
    """An open invitation as caseworker; its link ends with `token`."""

    class Meta:
        model = Invitation
        exclude = ["token"]

    token = TOKEN
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    name = "Ida Winther"
    language = "en"
    role = "caseworker"
    organisation = factory.SubFactory(CentreFactory)
    digest = factory.LazyAttribute(lambda o: hashlib.sha256(o.token.encode()).hexdigest())
    expires_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(hours=72))
    invited_by = factory.LazyAttribute(lambda o: user_with_role("administrator", o.organisation))

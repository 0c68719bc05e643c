"""What every view gets: the middleware lets nobody else in (T2)."""

from django.http import HttpRequest

from accounts.models import User


class SignedIn(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
